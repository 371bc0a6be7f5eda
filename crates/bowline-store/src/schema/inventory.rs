//! The inventory: the images of a connection's registry, as far as they are known.

/// A tag of a repository, and what it names.
///
/// `told_at` is by the registry's clock: an event from before it tells nothing new. The other times are by ours.
pub(super) const IMAGES: &str = "CREATE TABLE IF NOT EXISTS images (
    connection TEXT NOT NULL,
    repository TEXT NOT NULL,
    tag TEXT NOT NULL,
    digest TEXT NOT NULL,
    pushed_at INTEGER,
    told_at INTEGER NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    seen_by TEXT,
    state TEXT NOT NULL,
    gone_at INTEGER,
    kept INTEGER NOT NULL DEFAULT 1,
    selected INTEGER,
    decided_by TEXT,
    pattern TEXT,
    PRIMARY KEY (connection, repository, tag)
) STRICT, WITHOUT ROWID";

pub(super) const IMAGES_DIGEST: &str =
    "CREATE INDEX IF NOT EXISTS images_digest ON images (connection, digest)";

pub(super) const IMAGES_GONE: &str =
    "CREATE INDEX IF NOT EXISTS images_gone ON images (connection, repository, tag)
    WHERE state = 'gone'";

/// The facts about a digest, which never change, and the outcome of its last scan. `read_at` is when the registry told
/// its date, or that it has none.
pub(super) const MANIFESTS: &str = "CREATE TABLE IF NOT EXISTS manifests (
    connection TEXT NOT NULL,
    digest TEXT NOT NULL,
    created_at INTEGER,
    size INTEGER,
    artifact_type TEXT,
    read_at INTEGER,
    scanned_at INTEGER,
    scan_result TEXT,
    PRIMARY KEY (connection, digest)
) STRICT, WITHOUT ROWID";

/// The reason why the registry did not tell it, and the time of the last try.
pub(super) const MANIFESTS_PROBLEM: &str = "ALTER TABLE manifests ADD COLUMN problem TEXT";
pub(super) const MANIFESTS_TRIED: &str = "ALTER TABLE manifests ADD COLUMN tried_at INTEGER";

/// Removals that events announced, by the registry's clock, for earlier pushes that arrive later. `name` is a tag, a
/// digest, or empty for the whole repository.
pub(super) const REMOVALS: &str = "CREATE TABLE IF NOT EXISTS removals (
    connection TEXT NOT NULL,
    repository TEXT NOT NULL,
    name TEXT NOT NULL,
    at INTEGER NOT NULL,
    noted_at INTEGER NOT NULL,
    PRIMARY KEY (connection, repository, name)
) STRICT, WITHOUT ROWID";

pub(super) const ENDS: &str =
    "CREATE TRIGGER IF NOT EXISTS connections_inventory_ends AFTER UPDATE OF deleted_at ON connections
    WHEN NEW.deleted_at IS NOT NULL
    BEGIN
        DELETE FROM images WHERE connection = NEW.id;
        DELETE FROM manifests WHERE connection = NEW.id;
        DELETE FROM removals WHERE connection = NEW.id;
    END";
