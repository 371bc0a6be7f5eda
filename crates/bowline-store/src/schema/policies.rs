//! The columns of pull policies that SQL statements read.
//!
//! The service writes them with each policy, under a new `policy_revision`. An older instance knows nothing of them: a
//! trigger empties them when it writes a policy, and puts the policy on the list of those that are to be read.

/// The version of the connection whose policy the columns below are read from; NULL while they are not.
pub(super) const REVISION: &str = "ALTER TABLE connections ADD COLUMN policy_revision INTEGER";

/// When the daily pull begins, in minutes after midnight; NULL where nothing is pulled by itself.
pub(super) const PULL_AT: &str = "ALTER TABLE connections ADD COLUMN pull_at INTEGER";
pub(super) const PULL_TIMEZONE: &str = "ALTER TABLE connections ADD COLUMN pull_timezone TEXT";

/// A JSON array of the scanners that may have its images; NULL is any.
pub(super) const SCANNERS: &str = "ALTER TABLE connections ADD COLUMN scanners TEXT";

/// In seconds; NULL is as long as the project's settings say.
pub(super) const SCAN_TIMEOUT: &str = "ALTER TABLE connections ADD COLUMN scan_timeout INTEGER";

pub(super) const QUARANTINE: &str = "ALTER TABLE connections ADD COLUMN quarantine INTEGER";
pub(super) const IMAGE_STREAMS: &str = "ALTER TABLE connections ADD COLUMN image_streams INTEGER";

/// When a policy that is not read yet is to be read, and how often that was begun.
pub(super) const READ_AT: &str = "ALTER TABLE schedules ADD COLUMN policy_read_at INTEGER";
pub(super) const READ_ATTEMPTS: &str =
    "ALTER TABLE schedules ADD COLUMN policy_attempts INTEGER NOT NULL DEFAULT 0";

pub(super) const UNREAD: &str = "CREATE INDEX IF NOT EXISTS schedules_policy ON schedules (policy_read_at) WHERE policy_read_at IS NOT NULL";

/// An older instance wrote a policy. What is due already stays due; anything else is planned when it was read.
pub(super) const WRITTEN_BEFORE: &str =
    "CREATE TRIGGER IF NOT EXISTS policies_written_before AFTER UPDATE OF policy ON connections
    WHEN NEW.policy IS NOT OLD.policy AND NEW.policy_revision IS OLD.policy_revision
    BEGIN
        UPDATE connections SET policy_revision = IIF(NEW.policy IS NULL, NEW.version, NULL),
            pull_at = NULL, pull_timezone = NULL, scanners = NULL, scan_timeout = NULL,
            quarantine = IIF(NEW.policy IS NULL, 0, NULL), image_streams = IIF(NEW.policy IS NULL, 0, NULL)
        WHERE id = NEW.id;
        UPDATE schedules SET policy_read_at = IIF(NEW.policy IS NULL, NULL, 0), policy_attempts = 0,
            policy_problem = NULL
        WHERE connection = NEW.id;
        UPDATE schedules SET plan_from = NULL, sync_at = NULL
        WHERE connection = NEW.id AND (sync_at IS NULL OR sync_at > NEW.updated_at);
    END";

/// The end of the triggers that read policies themselves.
pub(super) const ENDS: [&str; 7] = [
    "DROP TRIGGER IF EXISTS schedules_begin",
    "DROP TRIGGER IF EXISTS schedules_watched",
    "DROP TRIGGER IF EXISTS schedules_plan_anew",
    "DROP TRIGGER IF EXISTS schedules_try_anew",
    "DROP TRIGGER IF EXISTS scans_release",
    "DROP TRIGGER IF EXISTS connections_releases_end",
    "DROP TRIGGER IF EXISTS images_gone_scans",
];

/// Policies that older instances wrote. After the triggers, so that none is forgotten.
pub(super) const OF_BEFORE: &str = "UPDATE schedules SET policy_read_at = 0
    WHERE connection IN (SELECT id FROM connections
        WHERE policy IS NOT NULL AND policy_revision IS NULL AND deleted_at IS NULL)";
