//! Recent hand-outs of credentials, which count as uses.

/// The last hand-out of a connection to each subject within an hour of the latest one.
pub(super) const HAND_OUTS: &str = "CREATE TABLE IF NOT EXISTS hand_outs (
    connection TEXT NOT NULL,
    subject TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (connection, subject)
) STRICT, WITHOUT ROWID";

pub(super) const HAND_OUTS_AT: &str =
    "CREATE INDEX IF NOT EXISTS hand_outs_at ON hand_outs (connection, at)";

/// What the audit says becomes so. What a scanner got is a use by its lease.
pub(super) const KEEP: &str =
    "CREATE TRIGGER IF NOT EXISTS audit_hand_out_use AFTER INSERT ON audit
    WHEN NEW.action = 'hand-out' AND NEW.changes ->> '$.scanner' IS NULL
    BEGIN
        DELETE FROM hand_outs WHERE connection = NEW.connection AND at <= NEW.at - 3600000;
        INSERT INTO hand_outs (connection, subject, at) VALUES (NEW.connection, NEW.subject, NEW.at)
        ON CONFLICT (connection, subject) DO UPDATE SET at = MAX(at, excluded.at);
    END";

/// Who says that a use has ended needs no longer what was handed out for it.
pub(super) const RELEASE: &str =
    "CREATE TRIGGER IF NOT EXISTS audit_release_hand_out AFTER INSERT ON audit
    WHEN NEW.action = 'release'
    BEGIN
        DELETE FROM hand_outs WHERE connection = NEW.connection AND subject = NEW.subject;
    END";

pub(super) const ENDS: &str =
    "CREATE TRIGGER IF NOT EXISTS connections_hand_outs_end AFTER UPDATE OF deleted_at ON connections
    WHEN NEW.deleted_at IS NOT NULL
    BEGIN
        DELETE FROM hand_outs WHERE connection = NEW.id;
    END";
