//! The pull policy: it decides which images of a registry are due, and when.
//!
//! [`Policy::check`] parses what a form or a request holds, [`Policy::select`] says of every image of an inventory
//! whether it is due and what decided. Time enters as a parameter. A policy serializes normalized, and that is what is to
//! be kept.

mod check;
mod due;
mod image;
mod timezone;
mod write;

#[cfg(test)]
mod tests;

pub use check::PolicyReport;
pub use due::{DecidedBy, Decision, Image};
pub use image::ImageError;

use crate::pattern::PatternSet;

/// A pull policy, parsed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Manual or automatic pulls.
    pub mode: Mode,
    /// The time of the daily pull, in minutes after midnight of `timezone`.
    pub at: u16,
    /// A name of the IANA time zone database; empty is UTC.
    pub timezone: String,
    /// The rule for images that were pulled before.
    pub rescan_existing: Rescan,
    /// Patterns of images to take; empty takes everything.
    pub include: PatternSet,
    /// A condition on images that `include` takes.
    pub condition: Condition,
    /// Patterns of images that are never taken.
    pub never: PatternSet,
    /// Patterns of images that are taken whatever `include` and `condition` say.
    pub always: PatternSet,
    /// True if images that are gone from the registry are forgotten.
    pub cleanup: bool,
    /// True if the registry announces pushes.
    pub events: bool,
    /// True if the registry holds images back until they are released.
    pub quarantine: bool,
    /// True if image streams are listed.
    pub image_streams: bool,
    /// The scanners that may scan.
    pub scanner: Scanner,
    /// The time-out of a scan, in seconds; `None` is the project's default.
    pub scan_timeout_seconds: Option<u32>,
}

/// Manual or automatic pulls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Only what is asked for.
    #[default]
    Manual,
    /// Every day.
    Automatic,
}

/// The rule for images that were pulled before.
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

/// A condition on images besides the patterns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Condition {
    /// Nothing.
    #[default]
    None,
    /// It was created at most so long ago.
    CreatedWithin {
        /// The number of `unit`s.
        amount: u32,
        /// Months and years are those of the calendar.
        unit: Unit,
    },
    /// It is one of so many newest digests of its repository.
    Latest {
        /// The number of digests.
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

/// The scanners that may scan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Scanner {
    /// Whoever asks first.
    #[default]
    Any,
    /// One of these.
    Specific(Vec<String>),
}
