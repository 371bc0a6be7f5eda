//! When connections are synchronized and checked by themselves.

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
pub(super) const WATCH: &str =
    "CREATE TRIGGER IF NOT EXISTS schedules_watch_changes AFTER UPDATE OF policy_revision ON connections
    WHEN NEW.policy_revision IS NOT NULL
    BEGIN
        UPDATE schedules SET watch_at = IIF(NEW.image_streams, 0, NULL), stream_version = NULL
        WHERE connection = NEW.id AND (watch_at IS NOT NULL) <> NEW.image_streams;
    END";

/// The first check is a day after the connection was made.
pub(super) const BEGIN: &str =
    "CREATE TRIGGER IF NOT EXISTS schedules_created AFTER INSERT ON connections
    BEGIN
        INSERT INTO schedules (connection, plan_from, watch_at, check_at, policy_read_at)
        VALUES (NEW.id, IIF(NEW.pull_at IS NULL, NULL, NEW.created_at), IIF(NEW.image_streams, 0, NULL),
            NEW.created_at + 86400000, IIF(NEW.policy IS NOT NULL AND NEW.policy_revision IS NULL, 0, NULL))
        ON CONFLICT DO NOTHING;
    END";

/// The next is a day after the last, whoever asked for that.
pub(super) const CHECKED: &str =
    "CREATE TRIGGER IF NOT EXISTS schedules_checked AFTER UPDATE OF check_at ON connections
    WHEN NEW.check_at IS NOT NULL AND NEW.deleted_at IS NULL
    BEGIN
        UPDATE schedules SET check_at = NEW.check_at + 86400000 WHERE connection = NEW.id;
    END";

/// A new time of the daily pull is planned anew. What is due already stays due. A policy that an older instance wrote
/// is planned where it is not planned yet.
pub(super) const PLAN_ANEW: &str =
    "CREATE TRIGGER IF NOT EXISTS schedules_time_changes AFTER UPDATE OF policy_revision ON connections
    WHEN NEW.policy_revision IS NOT NULL
    BEGIN
        UPDATE schedules SET policy_read_at = NULL, policy_attempts = 0, policy_problem = NULL
        WHERE connection = NEW.id AND policy_read_at IS NOT NULL;
        UPDATE schedules SET plan_from = IIF(NEW.pull_at IS NULL, NULL, NEW.updated_at), sync_at = NULL
        WHERE connection = NEW.id AND (sync_at IS NULL OR sync_at > NEW.updated_at)
            AND CASE WHEN NEW.version = OLD.version
                THEN NEW.pull_at IS NULL OR (sync_at IS NULL AND plan_from IS NULL)
                ELSE OLD.policy_revision IS NULL OR NEW.pull_at IS NOT OLD.pull_at
                    OR NEW.pull_timezone IS NOT OLD.pull_timezone
                END;
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

/// The reason why a policy cannot be read; and for each kind of work the number of times that it was begun since it
/// last ended in order, and why it last did not.
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
    "CREATE TRIGGER IF NOT EXISTS schedules_version_changes AFTER UPDATE OF version ON connections
    WHEN NEW.version <> OLD.version AND NEW.deleted_at IS NULL
    BEGIN
        UPDATE schedules SET
            policy_read_at = IIF(policy_read_at IS NULL, NULL, 0), policy_attempts = 0, policy_problem = NULL,
            check_at = IIF(check_attempts >= 3, MIN(check_at, NEW.updated_at), check_at),
            check_attempts = 0, check_problem = NULL,
            watch_at = IIF(watch_attempts >= 3, MIN(watch_at, NEW.updated_at), watch_at),
            watch_attempts = 0, watch_problem = NULL
        WHERE connection = NEW.id;
        UPDATE syncs SET attempts = 0, retry_at = MIN(retry_at, NEW.updated_at), problem = NULL
        WHERE connection = NEW.id AND finished_at IS NULL AND attempts >= 3;
    END";

/// Connections that were there before, their checks spread over a day.
pub(super) const OF_BEFORE: &str = "INSERT INTO schedules (connection, check_at)
    SELECT id, unixepoch() * 1000 + abs(random() % 86400000)
    FROM connections WHERE deleted_at IS NULL
    ON CONFLICT DO NOTHING";
