//! The tables, and how a database comes to have them.
//!
//! Steps are only ever added, at the end. Each is one statement that may run twice, or in two instances at once, and
//! that an older instance can live with; so no lock is needed, and a step that was interrupted is simply run again.

mod audit;
mod events;
mod hand_outs;
mod hosts;
mod inventory;
pub(crate) mod notices;
mod policies;
mod postgres;
mod quotas;
mod scans;
mod schedules;
mod sync;
mod taken;

use crate::{
    database::{Database, DatabaseError, Dialect},
    error::StoreError,
};

/// Which steps were taken.
const BEGIN: &str = "CREATE TABLE IF NOT EXISTS migrations (
    step INTEGER PRIMARY KEY,
    taken_at INTEGER NOT NULL
) STRICT";

/// In place of a step that a later one replaced: what it made is made there.
const REPLACED: &str = "SELECT 1";

const STEPS: &[&str] = &[
    // A removed connection stays as a tombstone: the row without its sealed value. Times are milliseconds since 1970.
    "CREATE TABLE IF NOT EXISTS connections (
        id TEXT PRIMARY KEY NOT NULL,
        project TEXT NOT NULL,
        name TEXT NOT NULL,
        name_key TEXT NOT NULL,
        description TEXT NOT NULL,
        provider TEXT NOT NULL,
        auth TEXT NOT NULL,
        purpose TEXT NOT NULL,
        endpoint TEXT NOT NULL,
        host TEXT NOT NULL,
        plain_values TEXT NOT NULL,
        secrets TEXT NOT NULL,
        sealed BLOB,
        key_id TEXT,
        trusted_auth_hosts TEXT NOT NULL,
        image TEXT NOT NULL,
        policy TEXT,
        version INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        credentials_changed_at INTEGER NOT NULL,
        last_used_at INTEGER,
        expires_at INTEGER,
        check_at INTEGER,
        check_ok INTEGER,
        check_proved TEXT,
        check_problem TEXT,
        deleted_at INTEGER,
        changed_by TEXT NOT NULL,
        changed_from TEXT,
        request_id TEXT NOT NULL,
        CHECK ((deleted_at IS NULL) = (sealed IS NOT NULL))
    ) STRICT",
    "CREATE UNIQUE INDEX IF NOT EXISTS connections_name ON connections (project, name_key) WHERE deleted_at IS NULL",
    "CREATE UNIQUE INDEX IF NOT EXISTS connections_endpoint ON connections (project, endpoint, purpose)
        WHERE deleted_at IS NULL",
    "CREATE TABLE IF NOT EXISTS uses (
        connection TEXT NOT NULL,
        consumer TEXT NOT NULL,
        title TEXT NOT NULL,
        until INTEGER NOT NULL,
        PRIMARY KEY (connection, consumer)
    ) STRICT, WITHOUT ROWID",
    "CREATE TRIGGER IF NOT EXISTS connections_uses_end AFTER UPDATE OF deleted_at ON connections
    WHEN NEW.deleted_at IS NOT NULL
    BEGIN
        DELETE FROM uses WHERE connection = NEW.id;
    END",
    "CREATE TABLE IF NOT EXISTS audit (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        project TEXT NOT NULL,
        connection TEXT NOT NULL,
        version INTEGER NOT NULL,
        action TEXT NOT NULL,
        changes TEXT NOT NULL,
        at INTEGER NOT NULL,
        subject TEXT NOT NULL,
        source TEXT,
        request_id TEXT NOT NULL
    ) STRICT",
    "CREATE INDEX IF NOT EXISTS audit_connection ON audit (project, connection, id)",
    "CREATE TRIGGER IF NOT EXISTS audit_is_not_changed BEFORE UPDATE ON audit
    BEGIN
        SELECT RAISE(ABORT, 'the audit is append-only');
    END",
    "CREATE TRIGGER IF NOT EXISTS audit_is_not_removed BEFORE DELETE ON audit
    BEGIN
        SELECT RAISE(ABORT, 'the audit is append-only');
    END",
    // INSERT OR REPLACE removes rows without the trigger above.
    "CREATE TRIGGER IF NOT EXISTS audit_is_not_replaced BEFORE INSERT ON audit
    WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
    BEGIN
        SELECT RAISE(ABORT, 'the audit is append-only');
    END",
    "CREATE TRIGGER IF NOT EXISTS connections_created AFTER INSERT ON connections
    BEGIN
        INSERT INTO audit (project, connection, version, action, changes, at, subject, source, request_id)
        VALUES (NEW.project, NEW.id, NEW.version, 'create', '{}',
            NEW.updated_at, NEW.changed_by, NEW.changed_from, NEW.request_id);
    END",
    // What was and what is, of the fields that differ: json_patch leaves out members that are null. A sealed value
    // is never among them.
    "CREATE TRIGGER IF NOT EXISTS connections_changed AFTER UPDATE ON connections
    WHEN NEW.version <> OLD.version
    BEGIN
        INSERT INTO audit (project, connection, version, action, changes, at, subject, source, request_id)
        VALUES (NEW.project, NEW.id, NEW.version,
            CASE
                WHEN NEW.deleted_at IS NOT NULL THEN 'delete'
                WHEN NEW.sealed IS NOT OLD.sealed THEN 'credentials'
                ELSE 'update'
            END,
            json_patch('{}', json_object(
                'name', CASE WHEN NEW.name IS NOT OLD.name THEN json_array(OLD.name, NEW.name) END,
                'description', CASE WHEN NEW.description IS NOT OLD.description
                    THEN json_array(OLD.description, NEW.description) END,
                'policy', CASE WHEN NEW.policy IS NOT OLD.policy
                    THEN json_array(json(OLD.policy), json(NEW.policy)) END,
                'auth', CASE WHEN NEW.auth IS NOT OLD.auth THEN json_array(OLD.auth, NEW.auth) END,
                'values', CASE WHEN NEW.plain_values IS NOT OLD.plain_values
                    THEN json_array(json(OLD.plain_values), json(NEW.plain_values)) END,
                'trustedAuthHosts', CASE WHEN NEW.trusted_auth_hosts IS NOT OLD.trusted_auth_hosts
                    THEN json_array(json(OLD.trusted_auth_hosts), json(NEW.trusted_auth_hosts)) END,
                'expiresAt', CASE WHEN NEW.expires_at IS NOT OLD.expires_at
                    THEN json_array(OLD.expires_at, NEW.expires_at) END)),
            NEW.updated_at, NEW.changed_by, NEW.changed_from, NEW.request_id);
    END",
    // One row a caller: how many checks they started in the minute.
    "CREATE TABLE IF NOT EXISTS check_counts (
        subject TEXT PRIMARY KEY NOT NULL,
        minute INTEGER NOT NULL,
        checks INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID",
    // What the audit says of uses becomes so; those that have lapsed are cleared away on the occasion.
    "CREATE TRIGGER IF NOT EXISTS audit_use AFTER INSERT ON audit WHEN NEW.action = 'use'
    BEGIN
        DELETE FROM uses WHERE connection = NEW.connection AND until <= NEW.at;
        INSERT INTO uses (connection, consumer, title, until)
        SELECT NEW.connection, NEW.changes ->> '$.use[1].consumer', NEW.changes ->> '$.use[1].title',
            NEW.changes ->> '$.use[1].until'
        WHERE true
        ON CONFLICT (connection, consumer) DO UPDATE SET title = excluded.title, until = excluded.until;
    END",
    "CREATE TRIGGER IF NOT EXISTS audit_release AFTER INSERT ON audit WHEN NEW.action = 'release'
    BEGIN
        DELETE FROM uses WHERE connection = NEW.connection AND consumer = NEW.changes ->> '$.use[0].consumer';
    END",
    // Clocks of instances differ: the latest hand-out counts.
    "CREATE TRIGGER IF NOT EXISTS audit_hand_out AFTER INSERT ON audit WHEN NEW.action = 'hand-out'
    BEGIN
        UPDATE connections SET last_used_at = MAX(COALESCE(last_used_at, NEW.at), NEW.at) WHERE id = NEW.connection;
    END",
    // Who changed it is not known until somebody does: the service itself makes the row.
    "CREATE TABLE IF NOT EXISTS settings (
        project TEXT PRIMARY KEY NOT NULL,
        external_id TEXT NOT NULL,
        scan_timeout_seconds INTEGER NOT NULL,
        keep_newest INTEGER,
        version INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        changed_by TEXT,
        changed_from TEXT,
        request_id TEXT
    ) STRICT, WITHOUT ROWID",
    "CREATE TRIGGER IF NOT EXISTS settings_keep_external_id BEFORE UPDATE ON settings
    WHEN NEW.external_id IS NOT OLD.external_id OR NEW.project IS NOT OLD.project
    BEGIN
        SELECT RAISE(ABORT, 'an external id is issued once');
    END",
    // In the audit the settings are those of the project: of no connection.
    "CREATE TRIGGER IF NOT EXISTS settings_changed AFTER UPDATE ON settings
    BEGIN
        INSERT INTO audit (project, connection, version, action, changes, at, subject, source, request_id)
        VALUES (NEW.project, '', NEW.version, 'settings',
            json_patch('{}', json_object(
                'scanTimeoutSeconds', CASE WHEN NEW.scan_timeout_seconds IS NOT OLD.scan_timeout_seconds
                    THEN json_array(OLD.scan_timeout_seconds, NEW.scan_timeout_seconds) END,
                'keepNewest', CASE WHEN NEW.keep_newest IS NOT OLD.keep_newest
                    THEN json_array(OLD.keep_newest, NEW.keep_newest) END)),
            NEW.updated_at, NEW.changed_by, NEW.changed_from, NEW.request_id);
    END",
    // One row an address: the issuer's keys, sealed.
    "CREATE TABLE IF NOT EXISTS key_sets (
        url TEXT PRIMARY KEY NOT NULL,
        asked_at INTEGER NOT NULL,
        fetched_at INTEGER,
        sealed BLOB
    ) STRICT, WITHOUT ROWID",
    // An older instance leaves it as it was: at worst a warning is missing, or one too many.
    "ALTER TABLE connections ADD COLUMN fingerprint TEXT",
    "CREATE INDEX IF NOT EXISTS connections_fingerprint ON connections (fingerprint)
        WHERE deleted_at IS NULL AND fingerprint IS NOT NULL",
    // Which key sealed what, for resealing. What was removed is sealed with none.
    "CREATE INDEX IF NOT EXISTS connections_key ON connections (key_id, id) WHERE key_id IS NOT NULL",
    // Requests with an Idempotency-Key; without a status while they are done. The content is there as a keyed hash.
    "CREATE TABLE IF NOT EXISTS requests (
        project TEXT NOT NULL,
        subject TEXT NOT NULL,
        route TEXT NOT NULL,
        key TEXT NOT NULL,
        hash TEXT NOT NULL,
        connection TEXT NOT NULL,
        lease TEXT NOT NULL,
        lease_until INTEGER NOT NULL,
        begun_at INTEGER NOT NULL,
        status INTEGER,
        headers TEXT,
        body TEXT,
        PRIMARY KEY (project, subject, route, key)
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS requests_begun ON requests (begun_at)",
    // By whom, from where, when and in which request it was resealed: JSON. An older instance writes none.
    "ALTER TABLE connections ADD COLUMN resealed TEXT",
    "CREATE TRIGGER IF NOT EXISTS connections_resealed AFTER UPDATE OF resealed ON connections
    WHEN NEW.resealed IS NOT OLD.resealed
    BEGIN
        INSERT INTO audit (project, connection, version, action, changes, at, subject, source, request_id)
        VALUES (NEW.project, NEW.id, NEW.version, 'reseal',
            json_object('sealingKey', json_array(OLD.key_id, NEW.key_id)), NEW.resealed ->> '$.at',
            NEW.resealed ->> '$.subject', NEW.resealed ->> '$.from', NEW.resealed ->> '$.requestId');
    END",
    // The order of lists, with what they are searched by, so that only rows that are found are read.
    "CREATE INDEX IF NOT EXISTS connections_listed ON connections (project, name_key, host, provider, expires_at)
        WHERE deleted_at IS NULL",
    scans::SCANS,
    scans::UNFINISHED,
    scans::CONNECTION,
    scans::STATE,
    scans::QUEUED,
    scans::DEADLINE,
    scans::FINISHED,
    scans::QUEUES,
    scans::QUEUES_WAITING,
    scans::QUEUES_TURN,
    scans::BEGIN,
    scans::CHANGE,
    scans::ENDS,
    scans::WAKE,
    scans::SERVED,
    scans::SCANNERS,
    inventory::IMAGES,
    inventory::IMAGES_DIGEST,
    inventory::IMAGES_GONE,
    inventory::MANIFESTS,
    inventory::REMOVALS,
    inventory::ENDS,
    events::ADDRESSES,
    events::ADDRESS_MADE,
    events::ADDRESS_CHANGED,
    events::PENDING,
    events::PENDING_RETRY,
    events::ENDS,
    scans::SCANNERS_SEEN,
    scans::RELEASES,
    scans::RELEASES_NEXT,
    scans::RELEASES_SCAN,
    REPLACED,
    REPLACED,
    scans::RECORD,
    REPLACED,
    sync::SYNCS,
    sync::UNFINISHED,
    sync::FINISHED,
    sync::WAITING,
    sync::REPOSITORIES,
    sync::REPOSITORIES_LEFT,
    sync::SYNC_ENDS,
    sync::CONNECTION_ENDS,
    schedules::SCHEDULES,
    schedules::TO_PLAN,
    schedules::DUE,
    schedules::CHECKS,
    schedules::WATCHES,
    REPLACED,
    schedules::CHECKED,
    REPLACED,
    schedules::STARTS,
    REPLACED,
    schedules::ENDS,
    schedules::OF_BEFORE,
    inventory::MANIFESTS_PROBLEM,
    inventory::MANIFESTS_TRIED,
    scans::TURN,
    scans::CHANGE_ENDS,
    "CREATE INDEX IF NOT EXISTS requests_subject ON requests (subject, begun_at)",
    schedules::POLICY_PROBLEM,
    schedules::CHECK_ATTEMPTS,
    schedules::CHECK_PROBLEM,
    schedules::WATCH_ATTEMPTS,
    schedules::WATCH_PROBLEM,
    sync::ATTEMPTS,
    schedules::CHECK_SUCCEEDED,
    REPLACED,
    policies::REVISION,
    policies::PULL_AT,
    policies::PULL_TIMEZONE,
    policies::SCANNERS,
    policies::SCAN_TIMEOUT,
    policies::QUARANTINE,
    policies::IMAGE_STREAMS,
    policies::READ_AT,
    policies::READ_ATTEMPTS,
    policies::UNREAD,
    policies::WRITTEN_BEFORE,
    schedules::BEGIN,
    schedules::PLAN_ANEW,
    schedules::WATCH,
    schedules::TRY_ANEW,
    scans::RELEASE,
    scans::RELEASES_END,
    REPLACED,
    policies::ENDS[0],
    policies::ENDS[1],
    policies::ENDS[2],
    policies::ENDS[3],
    policies::ENDS[4],
    policies::ENDS[5],
    policies::ENDS[6],
    policies::OF_BEFORE,
    audit::NUMBER,
    audit::KEYED,
    audit::NUMBERS,
    audit::UNNUMBERED,
    audit::GENERATIONS,
    audit::EVENTS,
    audit::EXTERNAL_IDS,
    audit::HEADS,
    audit::HEADS_UNLINKED,
    audit::HEADS_FORGET,
    audit::LINKS,
    audit::LINKED,
    audit::CHECKPOINTS,
    audit::CHECKPOINT_KEYS,
    audit::REFUSALS,
    audit::REFUSED,
    audit::ONLY_NUMBERED,
    audit::ONLY_FORGOTTEN,
    audit::ENDS[0],
    audit::ENDS[1],
    audit::EVENT_TAGGED,
    audit::EVENT_TAG,
    audit::EVENT_KEY,
    audit::EVENT_KEYS,
    audit::COUNTED,
    audit::NUMBERED,
    audit::OF_BEFORE,
    audit::EXTERNAL_ID_TAG,
    audit::EXTERNAL_ID_KEY,
    audit::EXTERNAL_ID_KEYS,
    audit::EXTERNAL_ID_ISSUED,
    audit::EXTERNAL_ID_TAGGED,
    audit::SETTINGS_CHANGED,
    audit::SETTINGS_CHANGED_ENDS,
    quotas::PATTERNS,
    quotas::PATTERNS_OF_PROJECT,
    quotas::QUEUED_SCANS,
    scans::SCANNER_SUBJECT,
    scans::LEASED,
    scans::LEFT_AT,
    scans::IMAGE_LEAVES,
    scans::IMAGE_GONE_ENDS,
    hand_outs::HAND_OUTS,
    hand_outs::HAND_OUTS_AT,
    hand_outs::KEEP,
    hand_outs::RELEASE,
    hand_outs::ENDS,
    hosts::MADE_BEFORE,
    hosts::OF_BEFORE,
    notices::ENDPOINTS,
    notices::ENDPOINTS_DUE,
    notices::ENDPOINTS_LOOK,
    notices::NOTICES,
    notices::NOTICES_WAITING,
    notices::NOTICES_SET_ASIDE,
    notices::NOTICES_SET_ASIDE_OF,
    notices::NOTICES_CONNECTION,
    notices::TOLD,
    notices::ENDPOINT_MADE,
    notices::ENDPOINT_CHANGED,
    notices::NOTICE_MADE,
    notices::NOTICE_TRIED,
    notices::CHECKED,
    notices::SYNC_ENDED,
    notices::SCAN_ENDED,
    notices::CONNECTION_ENDS,
    notices::ENDPOINTS_KEY,
];

/// Brings the database to the newest schema; quick where it has it. `now_ms` is kept with the steps taken.
pub(crate) async fn migrate<D: Database>(database: &D, now_ms: i64) -> Result<(), StoreError> {
    match D::DIALECT {
        Dialect::Sqlite => migrate_sqlite(database, now_ms).await,
        Dialect::Postgres => postgres::migrate(database).await,
    }
}

async fn migrate_sqlite(database: &impl Database, now_ms: i64) -> Result<(), StoreError> {
    prepare_file(database).await;
    database.query(BEGIN, Vec::new()).await?;
    let taken = taken::last_step(database).await?;
    for (statement, step) in STEPS.iter().zip(1_i64..).filter(|&(_, step)| step > taken) {
        match database.query(statement, Vec::new()).await {
            // There is no ADD COLUMN IF NOT EXISTS: another instance took the step, or this one was interrupted.
            Err(DatabaseError::Failed(words)) if words.contains("duplicate column name") => {}
            outcome => drop(outcome?),
        }
        let record =
            "INSERT INTO migrations (step, taken_at) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        database
            .query(record, vec![step.into(), now_ms.into()])
            .await?;
    }
    Ok(())
}

/// True if the last step was taken, by this instance or a newer one.
pub(crate) async fn is_current<D: Database>(database: &D) -> Result<bool, StoreError> {
    let steps = match D::DIALECT {
        Dialect::Sqlite => STEPS.len(),
        Dialect::Postgres => postgres::STEPS.len(),
    };
    let taken = usize::try_from(taken::last_step(database).await?);
    Ok(taken.is_ok_and(|taken| taken >= steps))
}

/// Prepares a local file: a write-ahead log, so that readers and a writer do not wait for each other, and that what
/// is removed is overwritten.
///
/// A remote database has its own ways and may refuse both. The log is switched on once for all connections, which does
/// not work while another is busy; then a later start does it.
async fn prepare_file(database: &impl Database) {
    for pragma in ["PRAGMA journal_mode = WAL", "PRAGMA secure_delete = ON"] {
        let _refused = database.query(pragma, Vec::new()).await;
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::{STEPS, migrate};
    use crate::{
        database::{Database, Row, Value},
        rusqlite::Rusqlite,
    };

    /// How many steps the first instances knew.
    const FIRST_STEPS: usize = 15;

    /// How the first instances made and changed a connection.
    const FIRST_CREATE: &str = "INSERT INTO connections (id, project, name, name_key, description, provider, auth,
            purpose, endpoint, host, plain_values, secrets, sealed, key_id, trusted_auth_hosts, image, policy,
            expires_at, check_at, check_ok, check_proved, check_problem, changed_by, changed_from, request_id, version,
            created_at, updated_at, credentials_changed_at)
        VALUES (?1, 'acme', ?1, ?1, '', 'docker-hub', 'password', 'pull', ?1, 'docker.io', '{}', '[]', x'00', 'k1',
            '[]', '', NULL, NULL, NULL, NULL, NULL, NULL, 'ada', NULL, 'r', 1, 1, 1, 1)
        ON CONFLICT DO NOTHING RETURNING id";
    const FIRST_REPLACE: &str =
        "UPDATE connections SET sealed = x'01', key_id = 'k1', version = version + 1,
            credentials_changed_at = 2 WHERE id = ?1 RETURNING id";
    const FIRST_DELETE: &str =
        "UPDATE connections SET sealed = NULL, key_id = NULL, deleted_at = 3,
            version = version + 1 WHERE id = ?1 RETURNING id";

    fn run(database: &Rusqlite, statement: &str, parameters: Vec<Value>) -> Vec<Row> {
        block_on(database.query(statement, parameters)).unwrap()
    }

    #[test]
    fn an_older_database_is_brought_up_and_an_older_instance_goes_on() {
        let database = Rusqlite::in_memory().unwrap();
        for step in &STEPS[..FIRST_STEPS] {
            run(&database, step, vec![]);
        }
        run(&database, FIRST_CREATE, vec!["before".into()]);
        block_on(migrate(&database, 1)).unwrap();
        for statement in [FIRST_CREATE, FIRST_REPLACE, FIRST_DELETE] {
            let found = run(&database, statement, vec!["after".into()]);
            assert_eq!(found.len(), 1, "{statement}");
        }
        let audited = "SELECT group_concat(action) FROM audit WHERE connection = ?1";
        for (id, expected) in [("before", "create"), ("after", "create,credentials,delete")] {
            let found = run(&database, audited, vec![id.into()]);
            assert_eq!(found[0].0, [expected.into()], "{id}");
        }
        let scheduled = "SELECT group_concat(connection) FROM schedules";
        assert_eq!(run(&database, scheduled, vec![])[0].0, ["before".into()]);
    }

    /// What an instance of before the numbers of the audit kept.
    mod before_numbers {
        use std::collections::BTreeMap;

        use bowline::{form::Purpose, secret::Secret};
        use sha2::{Digest, Sha256};

        use super::{FIRST_CREATE, FIRST_DELETE, block_on, run};
        use crate::{
            Change, ConnectionId, Random, SealingKeys, Store, StoreError, Within,
            connection::purpose_text,
            database::{Row, Value},
            rusqlite::Rusqlite,
            schema::{STEPS, audit},
            seal::{self, Binding},
        };

        const KEY: &str = "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        const ID: &str = "019aa548-1980-7fff-bfff-ffffffffffff";

        struct Sevens;

        impl Random for Sevens {
            fn fill(&self, bytes: &mut [u8]) {
                bytes.fill(7);
            }
        }

        fn sealed(password: &str) -> Vec<u8> {
            let values = BTreeMap::from([("username".to_owned(), "scanner".to_owned())]);
            let binding = Binding {
                project: "acme",
                id: ConnectionId::parse(ID).unwrap(),
                provider: "docker-registry",
                auth: "password",
                endpoint: "https://one.example.com",
                purpose: purpose_text(Purpose::Pull),
                values: &values,
                trusted_auth_hosts: &[],
                expires_at: None,
                generation: None,
            };
            let keys = SealingKeys::parse(KEY).unwrap();
            let password = Secret::new(password);
            let secrets = [("password", &password)];
            seal::seal(&keys, &Sevens, binding, &secrets).unwrap().value
        }

        const CREATE: &str = "INSERT INTO connections (id, project, name, name_key, description, provider, auth,
                purpose, endpoint, host, plain_values, secrets, sealed, key_id, trusted_auth_hosts, image, changed_by,
                request_id, version, created_at, updated_at, credentials_changed_at)
            VALUES (?1, 'acme', 'one', 'one', '', 'docker-registry', 'password', 'pull', 'https://one.example.com',
                'one.example.com', '{\"username\":\"scanner\"}', '[\"password\"]', ?2, 'k1', '[]', '', 'ada', 'r',
                1, 1, 1, 1)";
        const REPLACE: &str =
            "UPDATE connections SET sealed = ?2, version = version + 1 WHERE id = ?1";
        const PUT_BACK: &str = "UPDATE connections SET sealed = ?2 WHERE id = ?1";
        const ISSUE: &str =
            "INSERT INTO settings (project, external_id, scan_timeout_seconds, version, updated_at)
            VALUES (?1, ?2, 60, 1, 1)";
        const ADDRESS: &str =
            "INSERT INTO event_addresses (connection, hash, created_at, received, unknown, minute,
                requests, changed_by, request_id) VALUES (?1, ?2, 1, 0, 0, 0, 0, 'ada', 'r')
            ON CONFLICT (connection) DO UPDATE SET hash = excluded.hash";

        fn integers(database: &Rusqlite, statement: &str) -> Vec<i64> {
            let integer = |row: &Row| match row.0.as_slice() {
                [Value::Integer(number)] => *number,
                other => panic!("{other:?}"),
            };
            run(database, statement, vec![])
                .iter()
                .map(integer)
                .collect()
        }

        /// A database of before, with a connection, settings, an address and a neighbor's rows among its own.
        fn database() -> Rusqlite {
            let database = Rusqlite::in_memory().unwrap();
            let known = STEPS
                .iter()
                .position(|&step| step == audit::NUMBER)
                .unwrap();
            for step in &STEPS[..known] {
                run(&database, step, vec![]);
            }
            run(&database, FIRST_CREATE, vec!["neighbor".into()]);
            run(&database, CREATE, vec![ID.into(), sealed("first").into()]);
            run(&database, FIRST_DELETE, vec!["neighbor".into()]);
            run(&database, ISSUE, vec!["acme".into(), "bowline-1".into()]);
            run(
                &database,
                "UPDATE connections SET project = 'beta' WHERE id = 'neighbor'",
                vec![],
            );
            let hash = Sha256::digest("abc").to_vec();
            run(&database, ADDRESS, vec![ID.into(), hash.into()]);
            database
        }

        fn store(database: &Rusqlite) -> Store<&Rusqlite, Sevens> {
            let store = Store::new(database, Sevens, SealingKeys::parse(KEY).unwrap());
            block_on(store.migrate(1)).unwrap();
            store
        }

        fn password(store: &Store<&Rusqlite, Sevens>) -> Result<String, StoreError> {
            let id = ConnectionId::parse(ID).unwrap();
            let opened = block_on(store.open("acme", id, 9))?;
            Ok(opened.secrets["password"].expose().to_owned())
        }

        #[test]
        fn rows_of_before_are_numbered_in_their_order_and_linked() {
            let database = database();
            let store = store(&database);
            let numbers = "SELECT number FROM audit WHERE project = 'acme' ORDER BY id";
            assert_eq!(integers(&database, numbers), [1, 2, 3, 4]);
            block_on(store.link_audits(Within::All, 9)).unwrap();
            let verified = block_on(store.verify_audit("acme", None)).unwrap();
            assert_eq!(
                (verified.rows, verified.unlinked, verified.fault),
                (4, 0, None)
            );
        }

        #[test]
        fn rows_that_an_older_instance_writes_while_it_is_brought_up_are_numbered_too() {
            let database = database();
            let first = STEPS
                .iter()
                .position(|&step| step == audit::OF_BEFORE)
                .unwrap();
            for step in &STEPS[..first] {
                // The steps of before run twice, as in an instance that was interrupted.
                let query = crate::database::Database::query(&database, step, vec![]);
                if let Err(error) = block_on(query) {
                    assert!(
                        error.to_string().contains("duplicate column name"),
                        "{error}"
                    );
                }
            }
            run(&database, REPLACE, vec![ID.into(), sealed("second").into()]);
            let waiting = "SELECT count(*) FROM audit WHERE number IS NULL";
            assert_eq!(integers(&database, waiting), [5]);
            let store = store(&database);
            let numbers = "SELECT number FROM audit ORDER BY id";
            assert_eq!(integers(&database, numbers), [1, 2, 3, 4, 5]);
            assert_eq!(password(&store), Ok("second".to_owned()));
        }

        #[test]
        fn secrets_of_before_open_until_they_are_sealed_anew() {
            let database = database();
            let store = store(&database);
            assert_eq!(password(&store), Ok("first".to_owned()));
            // That sealed them anew: from now on the value of before does not pass for them.
            assert_eq!(password(&store), Ok("first".to_owned()));
            run(&database, PUT_BACK, vec![ID.into(), sealed("first").into()]);
            assert_eq!(password(&store), Err(StoreError::Unsealable));
        }

        #[test]
        fn an_older_instance_may_replace_secrets_meanwhile() {
            let database = database();
            let store = store(&database);
            assert_eq!(password(&store), Ok("first".to_owned()));
            run(&database, REPLACE, vec![ID.into(), sealed("second").into()]);
            assert_eq!(password(&store), Ok("second".to_owned()));
            run(
                &database,
                PUT_BACK,
                vec![ID.into(), sealed("second").into()],
            );
            assert_eq!(password(&store), Err(StoreError::Unsealable));
        }

        #[test]
        fn an_external_id_of_before_gets_its_tag_when_it_is_first_read() {
            let database = database();
            let store = store(&database);
            let settings = block_on(store.settings("acme", 9)).unwrap();
            assert_eq!(settings.aws_external_id, "bowline-1");
            assert_eq!(block_on(store.settings("acme", 9)), Ok(settings));
            run(
                &database,
                "UPDATE settings SET external_id_tag = NULL",
                vec![],
            );
            let error = block_on(store.settings("acme", 9));
            assert_eq!(error, Err(StoreError::Tampered("external_id")));
            // An older instance issues one without a tag.
            run(&database, ISSUE, vec!["beta".into(), "bowline-2".into()]);
            assert_eq!(
                block_on(store.settings("beta", 9)).unwrap().aws_external_id,
                "bowline-2"
            );
            let tagged = "SELECT count(*) FROM settings WHERE project = 'beta' AND external_id_tag IS NOT NULL";
            assert_eq!(integers(&database, tagged), [1]);
        }

        #[test]
        fn an_address_of_before_lets_in_and_so_does_one_that_an_older_instance_renewed() {
            let database = database();
            let store = store(&database);
            let id = ConnectionId::parse(ID).unwrap();
            let admitted = |secret: &str| block_on(store.admit_event(id, &[secret])).is_ok();
            assert!(admitted("abc"));
            assert!(admitted("abc"), "also with the tag that it got");
            let hash = Sha256::digest("older").to_vec();
            run(&database, ADDRESS, vec![ID.into(), hash.into()]);
            assert!(admitted("older") && !admitted("abc"));
            let change = Change::of_service(9);
            let (_, secret) = block_on(store.renew_event_secret(&change, "acme", id)).unwrap();
            assert!(admitted(secret.expose()) && !admitted("older"));
        }
    }
}
