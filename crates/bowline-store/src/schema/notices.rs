//! Notices to projects. The statement that changes what a project is told of makes the notice too, by a trigger.

/// The address of a project. Without a URL it was ended: the row stays for who changes it next. `due_at` is when the next
/// notice is tried, NULL where none waits; `trying` is the one that was tried last, and `failures` counts tries in a row
/// that were begun and did not deliver. `look_at` is when credentials are looked at next.
pub(super) const ENDPOINTS: &str = "CREATE TABLE IF NOT EXISTS notice_endpoints (
    project TEXT PRIMARY KEY NOT NULL,
    url TEXT,
    kinds TEXT NOT NULL,
    sealed BLOB,
    key_id TEXT,
    version INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    delivered_at INTEGER,
    problem TEXT,
    due_at INTEGER,
    trying TEXT,
    failures INTEGER NOT NULL DEFAULT 0,
    look_at INTEGER NOT NULL,
    changed_by TEXT NOT NULL,
    changed_from TEXT,
    request_id TEXT NOT NULL,
    CHECK ((url IS NULL) = (sealed IS NULL))
) STRICT, WITHOUT ROWID";

pub(super) const ENDPOINTS_DUE: &str =
    "CREATE INDEX IF NOT EXISTS notice_endpoints_due ON notice_endpoints (due_at)
    WHERE due_at IS NOT NULL";

pub(super) const ENDPOINTS_LOOK: &str =
    "CREATE INDEX IF NOT EXISTS notice_endpoints_look ON notice_endpoints (look_at)
    WHERE url IS NOT NULL";

pub(super) const ENDPOINTS_KEY: &str =
    "CREATE INDEX IF NOT EXISTS notice_endpoints_key ON notice_endpoints (key_id, project)";

/// Notices on their way, and those that were set aside.
pub(super) const NOTICES: &str = "CREATE TABLE IF NOT EXISTS notices (
    id TEXT PRIMARY KEY NOT NULL,
    project TEXT NOT NULL,
    connection TEXT NOT NULL,
    kind TEXT NOT NULL,
    data TEXT NOT NULL,
    at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    set_aside_at INTEGER
) STRICT, WITHOUT ROWID";

/// Those that were tried least come first, so that one that always fails holds up no other.
pub(super) const NOTICES_WAITING: &str = "CREATE INDEX IF NOT EXISTS notices_waiting ON notices (project, attempts, at, id) WHERE set_aside_at IS NULL";

pub(super) const NOTICES_SET_ASIDE: &str = "CREATE INDEX IF NOT EXISTS notices_set_aside ON notices (set_aside_at) WHERE set_aside_at IS NOT NULL";

pub(super) const NOTICES_SET_ASIDE_OF: &str = "CREATE INDEX IF NOT EXISTS notices_set_aside_of ON notices (project) WHERE set_aside_at IS NOT NULL";

pub(super) const NOTICES_CONNECTION: &str =
    "CREATE INDEX IF NOT EXISTS notices_connection ON notices (connection)";

/// What a connection's project was told already: since when it fails, and of which end and which age of credentials.
pub(super) const TOLD: &str = "CREATE TABLE IF NOT EXISTS notices_told (
    connection TEXT PRIMARY KEY NOT NULL,
    failing_since INTEGER,
    expiring INTEGER,
    old INTEGER
) STRICT, WITHOUT ROWID";

/// In the audit an address is a setting of the project; the secret is no business of its readers.
macro_rules! audited {
    ($old_url:literal, $old_kinds:literal) => {
        concat!(
            "INSERT INTO audit (project, connection, version, action, changes, at, subject, source, request_id)
            VALUES (NEW.project, '', NEW.version, 'notices', json_object(
                    'noticesUrl', json_array(",
            $old_url,
            ", NEW.url), 'noticeKinds', json_array(json(",
            $old_kinds,
            "), json(NEW.kinds))),
                NEW.updated_at, NEW.changed_by, NEW.changed_from, NEW.request_id);"
        )
    };
}

pub(super) const ENDPOINT_MADE: &str = concat!(
    "CREATE TRIGGER IF NOT EXISTS notice_endpoints_made AFTER INSERT ON notice_endpoints
    BEGIN ",
    audited!("NULL", "'[]'"),
    " END"
);

pub(super) const ENDPOINT_CHANGED: &str = concat!(
    "CREATE TRIGGER IF NOT EXISTS notice_endpoints_changed AFTER UPDATE OF version ON notice_endpoints
    BEGIN ",
    audited!("OLD.url", "OLD.kinds"),
    "   DELETE FROM notices WHERE project = NEW.project AND set_aside_at IS NULL AND NEW.url IS NULL;
        DELETE FROM notices WHERE project = NEW.project AND set_aside_at IS NOT NULL AND NEW.url IS NULL;
    END"
);

/// A new notice is tried at once, unless the address rests.
pub(super) const NOTICE_MADE: &str =
    "CREATE TRIGGER IF NOT EXISTS notices_made AFTER INSERT ON notices
    BEGIN
        UPDATE notice_endpoints SET due_at = NEW.at WHERE project = NEW.project AND due_at IS NULL;
        INSERT INTO notices_told (connection, expiring, old)
        SELECT id, IIF(NEW.kind = 'credentials.expiring', expires_at, NULL),
            IIF(NEW.kind = 'credentials.old', credentials_changed_at, NULL)
        FROM connections WHERE id = NEW.connection
        ON CONFLICT (connection) DO UPDATE SET
            expiring = COALESCE(excluded.expiring, expiring), old = COALESCE(excluded.old, old);
    END";

/// The try is counted with the statement that begins it.
pub(super) const NOTICE_TRIED: &str =
    "CREATE TRIGGER IF NOT EXISTS notice_endpoints_try AFTER UPDATE OF trying ON notice_endpoints
    WHEN NEW.trying IS NOT NULL
    BEGIN
        UPDATE notices SET attempts = attempts + 1 WHERE id = NEW.trying;
    END";

/// The most notices of a project that wait: what happens beyond them is not told.
macro_rules! most_waiting {
    () => {
        "1000"
    };
}

/// Makes a notice about `$connection`, if its project is told of this kind; `$where` are further conditions, and
/// `$data` are members beside the connection.
macro_rules! notify {
    ($kind:literal, $connection:literal, $at:literal, $data:literal, $where:literal) => {
        concat!(
            "INSERT INTO notices (id, project, connection, kind, data, at, attempts)
            SELECT 'msg_' || lower(hex(randomblob(16))), connections.project, connections.id, '",
            $kind,
            "', json_object('project', connections.project, 'connection', json_object('id', connections.id,
                'name', name, 'provider', provider, 'endpoint', endpoint)",
            $data,
            "), ",
            $at,
            ", 0
            FROM connections JOIN notice_endpoints ON notice_endpoints.project = connections.project
            WHERE connections.id = ",
            $connection,
            " AND deleted_at IS NULL AND url IS NOT NULL
                AND EXISTS (SELECT 1 FROM json_each(kinds) WHERE value = '",
            $kind,
            "')
                AND (SELECT count(*) FROM notices WHERE notices.project = connections.project AND set_aside_at IS NULL) < ",
            crate::schema::notices::most_waiting!(),
            $where,
            ";"
        )
    };
}
pub(crate) use most_waiting;

/// The code and the title of a problem: the details may hold words of a registry.
pub(super) const CHECKED: &str = concat!(
    "CREATE TRIGGER IF NOT EXISTS notices_checked AFTER UPDATE OF check_at, check_ok ON connections
    WHEN NEW.check_ok IS NOT NULL AND NEW.deleted_at IS NULL
    BEGIN ",
    notify!(
        "connection.failing",
        "NEW.id",
        "NEW.check_at",
        ", 'problem', json_object('code', NEW.check_problem ->> '$.code', 'title', NEW.check_problem ->> '$.title')",
        " AND NEW.check_ok = 0 AND NOT EXISTS (SELECT 1 FROM notices_told
                WHERE notices_told.connection = NEW.id AND failing_since IS NOT NULL)"
    ),
    notify!(
        "connection.recovered",
        "NEW.id",
        "NEW.check_at",
        "",
        " AND NEW.check_ok = 1 AND EXISTS (SELECT 1 FROM notices_told
                WHERE notices_told.connection = NEW.id AND failing_since IS NOT NULL)"
    ),
    "   INSERT INTO notices_told (connection, failing_since) SELECT NEW.id, NEW.check_at WHERE NEW.check_ok = 0
        ON CONFLICT (connection) DO UPDATE SET failing_since = COALESCE(failing_since, excluded.failing_since);
        UPDATE notices_told SET failing_since = NULL WHERE connection = NEW.id AND NEW.check_ok = 1;
    END"
);

pub(super) const SYNC_ENDED: &str = concat!(
    "CREATE TRIGGER IF NOT EXISTS notices_sync_ended AFTER UPDATE OF finished_at ON syncs
    WHEN NEW.state = 'failed'
    BEGIN ",
    notify!(
        "sync.failed",
        "NEW.connection",
        "NEW.finished_at",
        ", 'sync', NEW.id,
                'problem', json_object('code', NEW.problem ->> '$.code', 'title', NEW.problem ->> '$.title')",
        ""
    ),
    " END"
);

/// That an image is gone or replaced is no news to its project.
pub(super) const SCAN_ENDED: &str = concat!(
    "CREATE TRIGGER IF NOT EXISTS notices_scan_ended AFTER UPDATE OF state ON scans
    WHEN NEW.state = 'set-aside' AND OLD.state <> 'set-aside' AND NEW.left_at IS NULL
    BEGIN ",
    notify!(
        "scan.set_aside",
        "NEW.connection",
        "NEW.finished_at",
        ", 'scan', json_object('id', NEW.id, 'repository', NEW.repository, 'tag', NEW.tag, 'digest', NEW.digest,
                'attempts', NEW.attempts)",
        ""
    ),
    " END"
);

pub(super) const CONNECTION_ENDS: &str =
    "CREATE TRIGGER IF NOT EXISTS connections_notices_end AFTER UPDATE OF deleted_at ON connections
    WHEN NEW.deleted_at IS NOT NULL
    BEGIN
        DELETE FROM notices WHERE connection = NEW.id;
        DELETE FROM notices_told WHERE connection = NEW.id;
    END";
