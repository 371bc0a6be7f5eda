//! The pull policy: which images of a registry are due, and when.
//!
//! [`Policy::check`] parses what a form or a request holds, [`Policy::select`] says of every image of an inventory
//! whether it is due and what decided. Time enters as a parameter. A policy serializes normalized, and that is what is to
//! be kept.

mod check;
mod due;
mod json;
mod timezone;
mod write;

#[cfg(test)]
mod tests;

pub use due::{DecidedBy, Decision, Image};
pub use json::ImageError;

use crate::pattern::PatternSet;

/// A pull policy, parsed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Whether images are pulled by themselves.
    pub mode: Mode,
    /// When the daily pull begins, in minutes after midnight of `timezone`.
    pub at: u16,
    /// A name of the IANA time zone database; empty is UTC.
    pub timezone: String,
    /// When images that were pulled before are pulled again.
    pub rescan_existing: Rescan,
    /// What is taken; empty takes everything.
    pub include: PatternSet,
    /// What must hold for it besides.
    pub condition: Condition,
    /// What is never taken.
    pub never: PatternSet,
    /// What is taken whatever `include` and `condition` say.
    pub always: PatternSet,
    /// Whether images that are gone from the registry are forgotten.
    pub cleanup: bool,
    /// Whether pushes are announced by the registry.
    pub events: bool,
    /// Whether the registry holds images back until they are released.
    pub quarantine: bool,
    /// Whether image streams are listed.
    pub image_streams: bool,
    /// Who scans.
    pub scanner: Scanner,
    /// How long a scan may take, in seconds; the project's default where it is `None`.
    pub scan_timeout_seconds: Option<u32>,
}

/// Whether images are pulled by themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Only what is asked for.
    #[default]
    Manual,
    /// Every day.
    Automatic,
}

/// When images that were pulled before are pulled again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rescan {
    /// Never.
    #[default]
    Never,
    /// Whenever something new is pulled.
    New,
    /// At every pull.
    Always,
}

/// What must hold for an image besides the patterns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Condition {
    /// Nothing.
    #[default]
    None,
    /// It was created at most so long ago.
    CreatedWithin {
        /// How many of `unit`.
        amount: u32,
        /// Months and years are those of the calendar.
        unit: Unit,
    },
    /// It is one of so many newest digests of its repository.
    Latest {
        /// How many.
        count: u32,
    },
}

/// A span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// 24 hours.
    Days,
    /// 7 days.
    Weeks,
    /// A month of the calendar; the day is the month's last where the month is shorter.
    Months,
    /// A year of the calendar.
    Years,
}

/// Who scans.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Scanner {
    /// Whoever asks first.
    #[default]
    Any,
    /// One of these.
    Specific(Vec<String>),
}
