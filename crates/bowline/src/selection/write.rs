//! A policy as JSON, normalized: every member is there, in one spelling. Read again it is the same policy.

use super::{Condition, Mode, Policy, Rescan, Scanner, Unit};
use crate::{
    json::{Value, serde::serialize_by_value},
    pattern::{Pattern, PatternSet},
};

impl From<&Policy> for Value {
    fn from(policy: &Policy) -> Self {
        Self::object(vec![
            ("mode", policy.mode.as_str().into()),
            ("at", time_of_day(policy.at).into()),
            ("timezone", policy.timezone.as_str().into()),
            ("rescanExisting", policy.rescan_existing.as_str().into()),
            ("include", Self::from(&policy.include)),
            ("condition", policy.condition.into()),
            ("never", Self::from(&policy.never)),
            ("always", Self::from(&policy.always)),
            ("cleanup", policy.cleanup.into()),
            ("events", policy.events.into()),
            ("quarantine", policy.quarantine.into()),
            ("imageStreams", policy.image_streams.into()),
            ("scanner", Self::from(&policy.scanner)),
            ("scanTimeoutSeconds", policy.scan_timeout_seconds.into()),
        ])
    }
}

serialize_by_value!(Policy);

/// The texts of the patterns.
impl From<&PatternSet> for Value {
    fn from(patterns: &PatternSet) -> Self {
        Self::array(patterns.patterns().iter().map(Pattern::text))
    }
}

impl From<Condition> for Value {
    fn from(condition: Condition) -> Self {
        match condition {
            Condition::None => Self::object(vec![("kind", "none".into())]),
            Condition::CreatedWithin { amount, unit } => Self::object(vec![
                ("kind", "created-within".into()),
                ("amount", amount.into()),
                ("unit", unit.as_str().into()),
            ]),
            Condition::Latest { count } => {
                Self::object(vec![("kind", "latest".into()), ("count", count.into())])
            }
        }
    }
}

impl From<&Scanner> for Value {
    fn from(scanner: &Scanner) -> Self {
        match scanner {
            Scanner::Any => Self::object(vec![("kind", "any".into())]),
            Scanner::Specific(names) => Self::object(vec![
                ("kind", "specific".into()),
                ("names", Self::array(names.iter().map(String::as_str))),
            ]),
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
