//! When connections are synchronised and checked by themselves.

/// `plan_from` where a daily pull is to be planned from then on, `sync_at` where it is planned, neither where the policy
/// is manual. `run` is the sync that it began last, and when.
/// `watch_at` where image streams are watched, up to `stream_version`.
pub(super) const SCHEDULES: &str = "CREATE TABLE IF NOT EXISTS schedules (
    connection TEXT PRIMARY KEY NOT NULL,
    plan_from INTEGER,
    sync_at INTEGER,
    run TEXT,
    run_at INTEGER,
    watch_at INTEGER,
    stream_version TEXT,
    check_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID";

pub(super) const TO_PLAN: &str = "CREATE INDEX IF NOT EXISTS schedules_plan ON schedules (plan_from) WHERE plan_from IS NOT NULL";

pub(super) const DUE: &str =
    "CREATE INDEX IF NOT EXISTS schedules_sync ON schedules (sync_at) WHERE sync_at IS NOT NULL";

pub(super) const CHECKS: &str =
    "CREATE INDEX IF NOT EXISTS schedules_check ON schedules (check_at)";

pub(super) const WATCHES: &str =
    "CREATE INDEX IF NOT EXISTS schedules_watch ON schedules (watch_at) WHERE watch_at IS NOT NULL";

/// Watching begins anew where it begins again.
pub(super) const WATCH: &str = "CREATE TRIGGER IF NOT EXISTS schedules_watched AFTER UPDATE OF policy ON connections
    WHEN COALESCE(NEW.policy ->> '$.imageStreams', 0) <> COALESCE(OLD.policy ->> '$.imageStreams', 0)
    BEGIN
        UPDATE schedules SET watch_at = CASE WHEN NEW.policy ->> '$.imageStreams' THEN 0 END, stream_version = NULL
        WHERE connection = NEW.id;
    END";

/// The first check is a day after the connection was made.
pub(super) const BEGIN: &str =
    "CREATE TRIGGER IF NOT EXISTS schedules_begin AFTER INSERT ON connections
    BEGIN
        INSERT INTO schedules (connection, plan_from, watch_at, check_at)
        VALUES (NEW.id, CASE WHEN NEW.policy ->> '$.mode' = 'automatic' THEN NEW.created_at END,
            CASE WHEN NEW.policy ->> '$.imageStreams' THEN 0 END, NEW.created_at + 86400000)
        ON CONFLICT DO NOTHING;
    END";

/// The next is a day after the last, whoever asked for that.
pub(super) const CHECKED: &str =
    "CREATE TRIGGER IF NOT EXISTS schedules_checked AFTER UPDATE OF check_at ON connections
    WHEN NEW.check_at IS NOT NULL AND NEW.deleted_at IS NULL
    BEGIN
        UPDATE schedules SET check_at = NEW.check_at + 86400000 WHERE connection = NEW.id;
    END";

/// What is due already is not put off by an edit.
pub(super) const PLAN_ANEW: &str =
    "CREATE TRIGGER IF NOT EXISTS schedules_plan_anew AFTER UPDATE OF policy ON connections
    WHEN COALESCE(NEW.policy ->> '$.mode', 'manual') <> COALESCE(OLD.policy ->> '$.mode', 'manual')
        OR NEW.policy ->> '$.at' IS NOT OLD.policy ->> '$.at'
        OR NEW.policy ->> '$.timezone' IS NOT OLD.policy ->> '$.timezone'
    BEGIN
        UPDATE schedules SET plan_from = NEW.updated_at, sync_at = NULL
        WHERE connection = NEW.id AND (sync_at IS NULL OR sync_at > NEW.updated_at);
    END";

/// So a daily pull begins with the statement that moves the schedule on. A sync that is at work already serves for it.
pub(super) const STARTS: &str =
    "CREATE TRIGGER IF NOT EXISTS schedules_start AFTER UPDATE OF run ON schedules
    WHEN NEW.run IS NOT NULL
    BEGIN
        INSERT INTO syncs (id, connection, origin, state, phase, started_at, lease, lease_until)
        VALUES (NEW.run, NEW.connection, 'schedule', 'running', 'repositories', NEW.run_at, '', 0)
        ON CONFLICT DO NOTHING;
    END";

pub(super) const ENDS: &str =
    "CREATE TRIGGER IF NOT EXISTS schedules_end AFTER UPDATE OF deleted_at ON connections
    WHEN NEW.deleted_at IS NOT NULL
    BEGIN
        DELETE FROM schedules WHERE connection = NEW.id;
    END";

/// Why the policy does not tell when to pull; and for each kind of work how often it was begun since it last ended in
/// order, and why it last did not.
pub(super) const POLICY_PROBLEM: &str = "ALTER TABLE schedules ADD COLUMN policy_problem TEXT";
pub(super) const CHECK_ATTEMPTS: &str =
    "ALTER TABLE schedules ADD COLUMN check_attempts INTEGER NOT NULL DEFAULT 0";
pub(super) const CHECK_PROBLEM: &str = "ALTER TABLE schedules ADD COLUMN check_problem TEXT";
pub(super) const WATCH_ATTEMPTS: &str =
    "ALTER TABLE schedules ADD COLUMN watch_attempts INTEGER NOT NULL DEFAULT 0";
pub(super) const WATCH_PROBLEM: &str = "ALTER TABLE schedules ADD COLUMN watch_problem TEXT";

/// A check that was recorded ended in order.
pub(super) const CHECK_SUCCEEDED: &str =
    "CREATE TRIGGER IF NOT EXISTS schedules_check_succeeded AFTER UPDATE OF check_at ON connections
    WHEN NEW.check_at IS NOT NULL AND NEW.deleted_at IS NULL
    BEGIN
        UPDATE schedules SET check_attempts = 0, check_problem = NULL
        WHERE connection = NEW.id AND check_attempts > 0;
    END";

/// A new version of a connection is tried at once, whatever failed before.
pub(super) const TRY_ANEW: &str =
    "CREATE TRIGGER IF NOT EXISTS schedules_try_anew AFTER UPDATE OF version ON connections
    WHEN NEW.version <> OLD.version AND NEW.deleted_at IS NULL
    BEGIN
        UPDATE schedules SET
            plan_from = IIF(policy_problem IS NOT NULL, NEW.updated_at, plan_from), policy_problem = NULL,
            check_at = IIF(check_attempts >= 3, MIN(check_at, NEW.updated_at), check_at),
            check_attempts = 0, check_problem = NULL,
            watch_at = IIF(watch_attempts >= 3, MIN(watch_at, NEW.updated_at), watch_at),
            watch_attempts = 0, watch_problem = NULL
        WHERE connection = NEW.id;
        UPDATE syncs SET attempts = 0, retry_at = MIN(retry_at, NEW.updated_at), problem = NULL
        WHERE connection = NEW.id AND finished_at IS NULL AND attempts >= 3;
    END";

/// Connections that were there before, their checks spread over a day.
pub(super) const OF_BEFORE: &str =
    "INSERT INTO schedules (connection, plan_from, watch_at, check_at)
    SELECT id, CASE WHEN policy ->> '$.mode' = 'automatic' THEN unixepoch() * 1000 END,
        CASE WHEN policy ->> '$.imageStreams' THEN 0 END,
        unixepoch() * 1000 + abs(random() % 86400000)
    FROM connections WHERE deleted_at IS NULL
    ON CONFLICT DO NOTHING";
