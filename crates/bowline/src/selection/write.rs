//! A policy as JSON, normalized: every member is there, in one spelling. Read again it is the same policy.

use serde::{Serialize, Serializer};

use super::{Condition, Mode, Policy, Rescan, Scanner, Unit};
use crate::pattern::{Pattern, PatternSet};

impl Serialize for Policy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        PolicyJson {
            mode: self.mode.as_str(),
            at: time_of_day(self.at),
            timezone: &self.timezone,
            rescan_existing: self.rescan_existing.as_str(),
            include: texts(&self.include),
            condition: self.condition.into(),
            never: texts(&self.never),
            always: texts(&self.always),
            cleanup: self.cleanup,
            events: self.events,
            quarantine: self.quarantine,
            image_streams: self.image_streams,
            scanner: (&self.scanner).into(),
            scan_timeout_seconds: self.scan_timeout_seconds,
        }
        .serialize(serializer)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PolicyJson<'a> {
    mode: &'static str,
    at: String,
    timezone: &'a str,
    rescan_existing: &'static str,
    include: Vec<&'a str>,
    condition: ConditionJson,
    never: Vec<&'a str>,
    always: Vec<&'a str>,
    cleanup: bool,
    events: bool,
    quarantine: bool,
    image_streams: bool,
    scanner: ScannerJson<'a>,
    scan_timeout_seconds: Option<u32>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum ConditionJson {
    None,
    CreatedWithin { amount: u32, unit: &'static str },
    Latest { count: u32 },
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum ScannerJson<'a> {
    Any,
    Specific { names: &'a [String] },
}

/// The texts of the patterns.
fn texts(patterns: &PatternSet) -> Vec<&str> {
    patterns.patterns().iter().map(Pattern::text).collect()
}

impl From<Condition> for ConditionJson {
    fn from(condition: Condition) -> Self {
        match condition {
            Condition::None => Self::None,
            Condition::CreatedWithin { amount, unit } => Self::CreatedWithin {
                amount,
                unit: unit.as_str(),
            },
            Condition::Latest { count } => Self::Latest { count },
        }
    }
}

impl<'a> From<&'a Scanner> for ScannerJson<'a> {
    fn from(scanner: &'a Scanner) -> Self {
        match scanner {
            Scanner::Any => Self::Any,
            Scanner::Specific(names) => Self::Specific { names },
        }
    }
}

impl Mode {
    /// `manual` or `automatic`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Automatic => "automatic",
        }
    }
}

impl Rescan {
    /// `never`, `new` or `always`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::New => "new",
            Self::Always => "always",
        }
    }
}

impl Unit {
    /// `days`, `weeks`, `months` or `years`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Days => "days",
            Self::Weeks => "weeks",
            Self::Months => "months",
            Self::Years => "years",
        }
    }
}

/// `02:30`
fn time_of_day(minutes: u16) -> String {
    let (hour, minute) = (minutes.div_euclid(60), minutes.rem_euclid(60));
    format!("{hour:02}:{minute:02}")
}
