//! Syncs: how far each is, and who is at it.

/// One unfinished a connection, and the last that ended. `lease` is the right to go on with it until `lease_until`;
/// every statement of a step asks for it. `outcome` is what the counts were when it ended.
pub(super) const SYNCS: &str = "CREATE TABLE IF NOT EXISTS syncs (
    id TEXT PRIMARY KEY NOT NULL,
    connection TEXT NOT NULL,
    origin TEXT NOT NULL,
    state TEXT NOT NULL,
    phase TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    finished_at INTEGER,
    cursor TEXT,
    requests INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0,
    retry_at INTEGER NOT NULL DEFAULT 0,
    problem TEXT,
    complete INTEGER NOT NULL DEFAULT 0,
    outcome TEXT,
    lease TEXT NOT NULL,
    lease_until INTEGER NOT NULL,
    CHECK ((finished_at IS NULL) = (state = 'running')),
    CHECK ((finished_at IS NULL) = (outcome IS NULL))
) STRICT, WITHOUT ROWID";

pub(super) const UNFINISHED: &str =
    "CREATE UNIQUE INDEX IF NOT EXISTS syncs_unfinished ON syncs (connection)
    WHERE finished_at IS NULL";

pub(super) const FINISHED: &str =
    "CREATE INDEX IF NOT EXISTS syncs_finished ON syncs (connection) WHERE finished_at IS NOT NULL";

pub(super) const WAITING: &str =
    "CREATE INDEX IF NOT EXISTS syncs_waiting ON syncs (retry_at) WHERE finished_at IS NULL";

/// The number of steps that were begun since one last ended in order.
pub(super) const ATTEMPTS: &str =
    "ALTER TABLE syncs ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0";

/// The repositories of an unfinished sync. `done` without a `problem`: it was read, and its images were
/// compared and judged.
pub(super) const REPOSITORIES: &str = "CREATE TABLE IF NOT EXISTS sync_repositories (
    sync TEXT NOT NULL,
    repository TEXT NOT NULL,
    listed INTEGER NOT NULL,
    cursor TEXT,
    failures INTEGER NOT NULL DEFAULT 0,
    done INTEGER NOT NULL DEFAULT 0,
    problem TEXT,
    new INTEGER NOT NULL DEFAULT 0,
    replaced INTEGER NOT NULL DEFAULT 0,
    unchanged INTEGER NOT NULL DEFAULT 0,
    gone INTEGER NOT NULL DEFAULT 0,
    queued INTEGER NOT NULL DEFAULT 0,
    skipped TEXT NOT NULL DEFAULT '[]',
    PRIMARY KEY (sync, repository)
) STRICT, WITHOUT ROWID";

pub(super) const REPOSITORIES_LEFT: &str =
    "CREATE INDEX IF NOT EXISTS sync_repositories_left ON sync_repositories (sync, repository)
    WHERE done = 0";

/// The end of a sync: its repositories are removed, and it replaces the sync that ended before.
pub(super) const SYNC_ENDS: &str =
    "CREATE TRIGGER IF NOT EXISTS syncs_end AFTER UPDATE OF finished_at ON syncs
    WHEN NEW.finished_at IS NOT NULL
    BEGIN
        DELETE FROM sync_repositories WHERE sync = NEW.id;
        DELETE FROM syncs WHERE connection = NEW.connection AND finished_at IS NOT NULL AND id <> NEW.id;
    END";

pub(super) const CONNECTION_ENDS: &str =
    "CREATE TRIGGER IF NOT EXISTS connections_syncs_end AFTER UPDATE OF deleted_at ON connections
    WHEN NEW.deleted_at IS NOT NULL
    BEGIN
        DELETE FROM sync_repositories WHERE sync IN (SELECT id FROM syncs WHERE connection = NEW.id AND finished_at IS NULL);
        DELETE FROM syncs WHERE connection = NEW.id AND finished_at IS NULL;
        DELETE FROM syncs WHERE connection = NEW.id AND finished_at IS NOT NULL;
    END";
