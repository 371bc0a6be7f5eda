//! How much a project may keep.

use std::fmt;

/// The most that a project may keep of what callers make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quotas {
    /// Connections.
    pub connections: i64,
    /// Patterns in the pull policies of all connections together.
    pub patterns: i64,
    /// Images that wait for their scan or are being scanned.
    pub queued_scans: i64,
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            connections: 1000,
            patterns: 10_000,
            queued_scans: 20_000,
        }
    }
}

/// What a project has as many of as it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quota {
    /// Connections.
    Connections,
    /// Patterns in pull policies.
    Patterns,
    /// Images that are to be scanned.
    QueuedScans,
}

impl fmt::Display for Quota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connections => "connections",
            Self::Patterns => "patterns",
            Self::QueuedScans => "queued scans",
        })
    }
}
