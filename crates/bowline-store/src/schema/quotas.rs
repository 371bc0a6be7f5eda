//! What the quotas of a project count.

/// The number of patterns in the pull policy of a connection, for the sum over its project. An older instance leaves it as
/// it was.
pub(super) const PATTERNS: &str =
    "ALTER TABLE connections ADD COLUMN patterns INTEGER NOT NULL DEFAULT 0";

pub(super) const PATTERNS_OF_PROJECT: &str = "CREATE INDEX IF NOT EXISTS connections_patterns ON connections (project, patterns) WHERE deleted_at IS NULL";

pub(super) const QUEUED_SCANS: &str = "CREATE INDEX IF NOT EXISTS scans_unfinished_of_project ON scans (project) WHERE state IN ('queued', 'leased')";
