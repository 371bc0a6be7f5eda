//! The numbers, links and checkpoints of the audit, and the tags of values that it vouches for.
//!
//! Numbers are given by a trigger, so that rows of older instances have them too. Links and tags are keyed, so the
//! service writes them.

/// The place of a row in its project's audit: 1, 2, … without a gap.
pub(super) const NUMBER: &str = "ALTER TABLE audit ADD COLUMN number INTEGER";

/// 1 where the value that the row made is bound to the row or carries a tag, 0 where an older instance made it, NULL where
/// the row makes none and on rows that are older than this column.
pub(super) const KEYED: &str = "ALTER TABLE audit ADD COLUMN keyed INTEGER";

pub(super) const NUMBERS: &str =
    "CREATE UNIQUE INDEX IF NOT EXISTS audit_numbers ON audit (project, number)";

/// Rows of before, until they are numbered.
pub(super) const UNNUMBERED: &str =
    "CREATE INDEX IF NOT EXISTS audit_unnumbered ON audit (project) WHERE number IS NULL";

/// The rows that make a sealed value or end it.
pub(super) const GENERATIONS: &str =
    "CREATE INDEX IF NOT EXISTS audit_generations ON audit (project, connection, number)
    WHERE action IN ('create', 'credentials', 'reseal', 'delete')";

pub(super) const EVENTS: &str =
    "CREATE INDEX IF NOT EXISTS audit_events ON audit (project, connection, number)
    WHERE action = 'events'";

pub(super) const EXTERNAL_IDS: &str =
    "CREATE INDEX IF NOT EXISTS audit_external_ids ON audit (project)
    WHERE action = 'external-id'";

/// For each project the number of its last row, up to which row it is linked, and when the scheduled work tries next to
/// link the others and to forget old ones.
pub(super) const HEADS: &str = "CREATE TABLE IF NOT EXISTS audit_heads (
    project TEXT PRIMARY KEY NOT NULL,
    number INTEGER NOT NULL,
    linked INTEGER NOT NULL,
    link_at INTEGER NOT NULL,
    forget_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID";

pub(super) const HEADS_UNLINKED: &str = "CREATE INDEX IF NOT EXISTS audit_heads_unlinked ON audit_heads (link_at) WHERE linked < number";

pub(super) const HEADS_FORGET: &str =
    "CREATE INDEX IF NOT EXISTS audit_heads_forget ON audit_heads (forget_at)";

/// Each link is a keyed hash of the one before and of the row with its number.
pub(super) const LINKS: &str = "CREATE TABLE IF NOT EXISTS audit_links (
    project TEXT NOT NULL,
    number INTEGER NOT NULL,
    key_id TEXT NOT NULL,
    mac TEXT NOT NULL,
    PRIMARY KEY (project, number)
) STRICT, WITHOUT ROWID";

pub(super) const LINKED: &str =
    "CREATE TRIGGER IF NOT EXISTS audit_linked AFTER INSERT ON audit_links
    BEGIN
        UPDATE audit_heads SET linked = MAX(linked, NEW.number) WHERE project = NEW.project;
    END";

/// Up to which row a project's audit was forgotten. The link of that row stays, and a tag says that the service did it.
pub(super) const CHECKPOINTS: &str = "CREATE TABLE IF NOT EXISTS audit_checkpoints (
    project TEXT PRIMARY KEY NOT NULL,
    number INTEGER NOT NULL,
    key_id TEXT NOT NULL,
    mac TEXT NOT NULL
) STRICT, WITHOUT ROWID";

pub(super) const CHECKPOINT_KEYS: &str =
    "CREATE INDEX IF NOT EXISTS audit_checkpoints_key ON audit_checkpoints (key_id, project)";

/// Refused permissions of the current minute, so that each is one row of the audit.
pub(super) const REFUSALS: &str = "CREATE TABLE IF NOT EXISTS refusals (
    project TEXT NOT NULL,
    subject TEXT NOT NULL,
    operation TEXT NOT NULL,
    minute INTEGER NOT NULL,
    connection TEXT NOT NULL,
    at INTEGER NOT NULL,
    source TEXT,
    request_id TEXT NOT NULL,
    PRIMARY KEY (project, subject, operation, minute)
) STRICT, WITHOUT ROWID";

pub(super) const REFUSED: &str = "CREATE TRIGGER IF NOT EXISTS refusals_audited AFTER INSERT ON refusals
    BEGIN
        DELETE FROM refusals WHERE project = NEW.project AND minute < NEW.minute;
        INSERT INTO audit (project, connection, version, action, changes, at, subject, source, request_id)
        VALUES (NEW.project, NEW.connection,
            COALESCE((SELECT version FROM connections WHERE id = NEW.connection), 0), 'refused',
            json_object('operation', json_array(NULL, NEW.operation)),
            NEW.at, NEW.subject, NEW.source, NEW.request_id);
    END";

/// A number is given once; nothing else of a row changes.
pub(super) const ONLY_NUMBERED: &str = "CREATE TRIGGER IF NOT EXISTS audit_is_only_numbered BEFORE UPDATE ON audit
    WHEN NOT (OLD.number IS NULL AND NEW.number IS NOT NULL AND OLD.keyed IS NULL AND NEW.id IS OLD.id
        AND NEW.project IS OLD.project AND NEW.connection IS OLD.connection AND NEW.version IS OLD.version
        AND NEW.action IS OLD.action AND NEW.changes IS OLD.changes AND NEW.at IS OLD.at
        AND NEW.subject IS OLD.subject AND NEW.source IS OLD.source AND NEW.request_id IS OLD.request_id)
    BEGIN
        SELECT RAISE(ABORT, 'the audit is append-only');
    END";

/// What a checkpoint covers may go.
pub(super) const ONLY_FORGOTTEN: &str = "CREATE TRIGGER IF NOT EXISTS audit_is_only_forgotten BEFORE DELETE ON audit
    WHEN NOT EXISTS (SELECT 1 FROM audit_checkpoints WHERE project = OLD.project AND number >= OLD.number)
    BEGIN
        SELECT RAISE(ABORT, 'the audit is append-only');
    END";

/// The end of the triggers that allowed neither.
pub(super) const ENDS: [&str; 2] = [
    "DROP TRIGGER IF EXISTS audit_is_not_changed",
    "DROP TRIGGER IF EXISTS audit_is_not_removed",
];

/// The counter follows the numbers, so that numbering many rows at once is one statement.
pub(super) const COUNTED: &str =
    "CREATE TRIGGER IF NOT EXISTS audit_counted AFTER UPDATE OF number ON audit
    BEGIN
        INSERT INTO audit_heads (project, number, linked, link_at, forget_at)
        VALUES (NEW.project, 0, 0, 0, 0)
        ON CONFLICT DO NOTHING;
        UPDATE audit_heads SET number = MAX(number, NEW.number) WHERE project = NEW.project;
    END";

/// A new row gets the next number. While rows of before have none, new ones of the project wait with them.
pub(super) const NUMBERED: &str = "CREATE TRIGGER IF NOT EXISTS audit_numbered AFTER INSERT ON audit
    WHEN NOT EXISTS (SELECT 1 FROM audit WHERE project = NEW.project AND number IS NULL AND id <> NEW.id)
    BEGIN
        UPDATE audit SET
            number = COALESCE((SELECT number FROM audit_heads WHERE project = NEW.project), 0) + 1,
            keyed = CASE
                WHEN NEW.action IN ('create', 'credentials', 'reseal')
                    THEN (SELECT substr(sealed, 1, 1) = x'02' FROM connections WHERE id = NEW.connection)
                WHEN NEW.action = 'events'
                    THEN (SELECT tag_key IS NOT NULL AND tagged IS hash FROM event_addresses
                        WHERE connection = NEW.connection)
                WHEN NEW.action = 'external-id' THEN 1
                END
        WHERE id = NEW.id;
    END";

/// Numbers the rows of before.
pub(super) const OF_BEFORE: &str = "UPDATE audit SET number = numbered.number
    FROM (SELECT audit.id,
            COALESCE(audit_heads.number, 0) + row_number() OVER (PARTITION BY audit.project ORDER BY audit.id) AS number
        FROM audit LEFT JOIN audit_heads ON audit_heads.project = audit.project
        WHERE audit.number IS NULL) AS numbered
    WHERE audit.id = numbered.id";

/// The tag of the external id, and the key that made it. An older instance issues one without.
pub(super) const EXTERNAL_ID_TAG: &str = "ALTER TABLE settings ADD COLUMN external_id_tag TEXT";
pub(super) const EXTERNAL_ID_KEY: &str = "ALTER TABLE settings ADD COLUMN external_id_key TEXT";
pub(super) const EXTERNAL_ID_KEYS: &str =
    "CREATE INDEX IF NOT EXISTS settings_external_id_key ON settings (external_id_key, project)";

/// The same of the hash of an event address, and the hash that it is of: an older instance changes the hash alone.
pub(super) const EVENT_TAGGED: &str = "ALTER TABLE event_addresses ADD COLUMN tagged BLOB";
pub(super) const EVENT_TAG: &str = "ALTER TABLE event_addresses ADD COLUMN tag TEXT";
pub(super) const EVENT_KEY: &str = "ALTER TABLE event_addresses ADD COLUMN tag_key TEXT";
pub(super) const EVENT_KEYS: &str =
    "CREATE INDEX IF NOT EXISTS event_addresses_key ON event_addresses (tag_key, connection)";

/// From this row on, only an external id with a tag counts.
pub(super) const EXTERNAL_ID_ISSUED: &str = "CREATE TRIGGER IF NOT EXISTS settings_issued AFTER INSERT ON settings
    WHEN NEW.external_id_tag IS NOT NULL
    BEGIN
        INSERT INTO audit (project, connection, version, action, changes, at, subject, source, request_id)
        VALUES (NEW.project, '', NEW.version, 'external-id', '{}', NEW.updated_at, 'bowline', NULL, '');
    END";

pub(super) const EXTERNAL_ID_TAGGED: &str =
    "CREATE TRIGGER IF NOT EXISTS settings_tagged AFTER UPDATE OF external_id_tag ON settings
    WHEN OLD.external_id_tag IS NULL AND NEW.external_id_tag IS NOT NULL
    BEGIN
        INSERT INTO audit (project, connection, version, action, changes, at, subject, source, request_id)
        VALUES (NEW.project, '', NEW.version, 'external-id', '{}', NEW.updated_at, 'bowline', NULL, '');
    END";

/// A tag is no change of the settings.
pub(super) const SETTINGS_CHANGED: &str =
    "CREATE TRIGGER IF NOT EXISTS settings_version_changed AFTER UPDATE ON settings
    WHEN NEW.version <> OLD.version
    BEGIN
        INSERT INTO audit (project, connection, version, action, changes, at, subject, source, request_id)
        VALUES (NEW.project, '', NEW.version, 'settings',
            json_patch('{}', json_object(
                'scanTimeoutSeconds', CASE WHEN NEW.scan_timeout_seconds IS NOT OLD.scan_timeout_seconds
                    THEN json_array(OLD.scan_timeout_seconds, NEW.scan_timeout_seconds) END,
                'keepNewest', CASE WHEN NEW.keep_newest IS NOT OLD.keep_newest
                    THEN json_array(OLD.keep_newest, NEW.keep_newest) END)),
            NEW.updated_at, NEW.changed_by, NEW.changed_from, NEW.request_id);
    END";

pub(super) const SETTINGS_CHANGED_ENDS: &str = "DROP TRIGGER IF EXISTS settings_changed";
