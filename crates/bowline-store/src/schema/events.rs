//! The tables of event addresses, and of announced tags that wait to be looked up.

/// The address of a connection. Without a hash it was ended: the row stays for who changes it next.
pub(super) const ADDRESSES: &str = "CREATE TABLE IF NOT EXISTS event_addresses (
    connection TEXT PRIMARY KEY NOT NULL,
    hash BLOB,
    created_at INTEGER NOT NULL,
    received INTEGER NOT NULL,
    unknown INTEGER NOT NULL,
    last_received_at INTEGER,
    minute INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    changed_by TEXT NOT NULL,
    changed_from TEXT,
    request_id TEXT NOT NULL
) STRICT, WITHOUT ROWID";

/// In the audit it is a switch that the connection has; the hash is no business of its readers.
pub(super) const ADDRESS_MADE: &str =
    "CREATE TRIGGER IF NOT EXISTS event_addresses_made AFTER INSERT ON event_addresses
    BEGIN
        INSERT INTO audit (project, connection, version, action, changes, at, subject, source, request_id)
        SELECT project, id, version, 'events', json_object('events', json_array(json('false'), json('true'))),
            NEW.created_at, NEW.changed_by, NEW.changed_from, NEW.request_id
        FROM connections WHERE id = NEW.connection;
    END";

pub(super) const ADDRESS_CHANGED: &str =
    "CREATE TRIGGER IF NOT EXISTS event_addresses_changed AFTER UPDATE OF hash ON event_addresses
    BEGIN
        INSERT INTO audit (project, connection, version, action, changes, at, subject, source, request_id)
        SELECT project, id, version, 'events', json_object('events', json_array(
                json(CASE WHEN OLD.hash IS NULL THEN 'false' ELSE 'true' END),
                json(CASE WHEN NEW.hash IS NULL THEN 'false' ELSE 'true' END))),
            NEW.created_at, NEW.changed_by, NEW.changed_from, NEW.request_id
        FROM connections WHERE id = NEW.connection;
    END";

/// Tags that the registry has to be asked about, since when, and from when on.
pub(super) const PENDING: &str = "CREATE TABLE IF NOT EXISTS pending_events (
    connection TEXT NOT NULL,
    repository TEXT NOT NULL,
    tag TEXT NOT NULL,
    digest TEXT,
    removed INTEGER NOT NULL,
    at INTEGER,
    since INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    retry_at INTEGER NOT NULL,
    PRIMARY KEY (connection, repository, tag)
) STRICT, WITHOUT ROWID";

pub(super) const PENDING_RETRY: &str =
    "CREATE INDEX IF NOT EXISTS pending_events_retry ON pending_events (retry_at)";

pub(super) const ENDS: &str =
    "CREATE TRIGGER IF NOT EXISTS connections_events_end AFTER UPDATE OF deleted_at ON connections
    WHEN NEW.deleted_at IS NOT NULL
    BEGIN
        DELETE FROM event_addresses WHERE connection = NEW.id;
        DELETE FROM pending_events WHERE connection = NEW.id;
    END";
