//! A pull policy as it is kept, and what the statements of the store need of it.

use bowline::{
    document::Document,
    finding::Severity,
    selection::{Mode, Policy, Scanner},
};

use crate::{database::Value, error::StoreError, row::Columns};

/// A pull policy as it is kept: its document, with what the statements of the store need of it in columns, so that no
/// SQL has to read the document.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptPolicy {
    /// Normalized.
    document: String,
    daily_pull: Option<DailyPull>,
    /// The scanners that may have its images; `None` is any.
    scanners: Option<Vec<String>>,
    scan_timeout_seconds: Option<u32>,
    quarantine: bool,
    image_streams: bool,
    /// How many patterns it has.
    patterns: i64,
}

/// When a daily pull begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DailyPull {
    /// In minutes after midnight of `timezone`.
    pub at: u16,
    /// A name of the IANA time zone database; empty is UTC.
    pub timezone: String,
}

impl KeptPolicy {
    /// Reads the document of a policy.
    ///
    /// # Errors
    /// The errors in it.
    ///
    /// ```
    /// use bowline_store::KeptPolicy;
    ///
    /// let read = |text| KeptPolicy::read(&serde_json::from_str(text).unwrap());
    /// assert!(read(r#"{ "include": ["alpine:4"] }"#).is_ok());
    /// assert!(read(r#"{ "mode": "weekly" }"#).is_err());
    /// ```
    pub fn read(document: &Document) -> Result<Self, String> {
        match Policy::check(document, None, None) {
            (_, Some(policy)) => Self::of(&policy).map_err(|error| error.to_string()),
            (findings, None) => {
                let errors = findings.iter().filter(|it| it.severity == Severity::Error);
                let messages: Vec<_> = errors.map(|it| it.message.as_str()).collect();
                Err(messages.join(" "))
            }
        }
    }

    /// Reads the text of a document.
    pub(crate) fn read_text(text: &str) -> Result<Self, String> {
        let document: Document =
            serde_json::from_str(text).map_err(|error| format!("It is not JSON: {error}."))?;
        Self::read(&document)
    }

    /// A policy that was read already; its document is normalized.
    ///
    /// # Errors
    /// None: a policy is always JSON.
    pub fn of(policy: &Policy) -> Result<Self, StoreError> {
        Ok(Self {
            document: serde_json::to_string(policy).map_err(|_| StoreError::Corrupt("policy"))?,
            daily_pull: match policy.mode {
                Mode::Manual => None,
                Mode::Automatic => Some(DailyPull {
                    at: policy.at,
                    timezone: policy.timezone.clone(),
                }),
            },
            scanners: match &policy.scanner {
                Scanner::Any => None,
                Scanner::Specific(names) => Some(names.clone()),
            },
            scan_timeout_seconds: policy.scan_timeout_seconds,
            quarantine: policy.quarantine,
            image_streams: policy.image_streams,
            patterns: [&policy.include, &policy.never, &policy.always]
                .into_iter()
                .map(|set| i64::try_from(set.patterns().len()).unwrap_or(i64::MAX))
                .fold(0, i64::saturating_add),
        })
    }

    /// The number of patterns of a policy or of none.
    pub(crate) fn patterns(policy: Option<&Self>) -> i64 {
        policy.map_or(0, |policy| policy.patterns)
    }

    /// The columns `policy, pull_at, pull_timezone, scanners, scan_timeout, quarantine, image_streams` of a policy or
    /// of none.
    pub(crate) fn columns(policy: Option<&Self>) -> Result<[Value; 7], StoreError> {
        let Some(Self {
            document,
            daily_pull,
            scanners,
            scan_timeout_seconds,
            quarantine,
            image_streams,
            patterns: _,
        }) = policy
        else {
            let none = Value::Null;
            return Ok([
                none.clone(),
                none.clone(),
                none.clone(),
                none.clone(),
                none,
                false.into(),
                false.into(),
            ]);
        };
        let scanners = scanners.as_ref().map(serde_json::to_string).transpose();
        let at = daily_pull.as_ref().map(|pull| i64::from(pull.at));
        let timezone = daily_pull.as_ref().map(|pull| pull.timezone.as_str());
        Ok([
            document.as_str().into(),
            at.into(),
            timezone.into(),
            scanners
                .map_err(|_| StoreError::Corrupt("scanners"))?
                .into(),
            (*scan_timeout_seconds).into(),
            (*quarantine).into(),
            (*image_streams).into(),
        ])
    }
}

impl DailyPull {
    /// From the columns `pull_at, pull_timezone`; `None` where nothing is pulled by itself.
    pub(crate) fn of(columns: &mut Columns) -> Result<Option<Self>, StoreError> {
        let at = columns.optional_integer("pull_at")?.map(u16::try_from);
        let at = at.transpose().map_err(|_| StoreError::Corrupt("pull_at"))?;
        let timezone = columns.optional_text("pull_timezone")?;
        Ok(at.map(|at| Self {
            at,
            timezone: timezone.unwrap_or_default(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents() {
        // Whether it pulls by itself, its time-out, scanners, quarantine and image streams; or a part of the reason.
        type Read = (bool, Option<u32>, usize, bool, bool);
        let cases: &[(&str, &str, Result<Read, &str>)] = &[
            ("null", "null", Ok((false, None, 0, false, false))),
            ("an empty one", "{}", Ok((false, None, 0, false, false))),
            (
                "automatic",
                r#"{"mode":"automatic","at":"02:30"}"#,
                Ok((true, None, 0, false, false)),
            ),
            (
                "nothing filled in",
                r#"{"mode":"automatic","at":"","timezone":null}"#,
                Ok((true, None, 0, false, false)),
            ),
            (
                "a time-out",
                r#"{"scanTimeoutSeconds":60}"#,
                Ok((false, Some(60), 0, false, false)),
            ),
            (
                "scanners",
                r#"{"scanner":{"kind":"specific","names":[" s1 ","s2"]}}"#,
                Ok((false, None, 2, false, false)),
            ),
            (
                "names without effect",
                r#"{"scanner":{"kind":"any","names":["s1"]}}"#,
                Ok((false, None, 0, false, false)),
            ),
            (
                "switches",
                r#"{"quarantine":true,"imageStreams":true}"#,
                Ok((false, None, 0, true, true)),
            ),
            (
                "a switch as a text",
                r#"{"imageStreams":"true"}"#,
                Ok((false, None, 0, false, true)),
            ),
            ("no JSON", "{", Err("It is not JSON")),
            ("no object", "7", Err("an object")),
            ("mode of another type", r#"{"mode":true}"#, Err("manual")),
            (
                "mode that nobody knows",
                r#"{"mode":"weekly"}"#,
                Err("weekly"),
            ),
            (
                "at of another type",
                r#"{"mode":"automatic","at":230}"#,
                Err("a text"),
            ),
            ("at that no clock shows", r#"{"at":"25:00"}"#, Err("25:00")),
            (
                "timezone of another type",
                r#"{"timezone":[]}"#,
                Err("a text"),
            ),
            (
                "rescanExisting of another type",
                r#"{"rescanExisting":7}"#,
                Err(""),
            ),
            ("include of another type", r#"{"include":7}"#, Err("a list")),
            ("never of another type", r#"{"never":"x"}"#, Err("a list")),
            ("always of another type", r#"{"always":[7]}"#, Err("a list")),
            (
                "condition of another type",
                r#"{"condition":7}"#,
                Err("an object"),
            ),
            (
                "cleanup of another type",
                r#"{"cleanup":7}"#,
                Err("true or false"),
            ),
            (
                "events of another type",
                r#"{"events":[]}"#,
                Err("true or false"),
            ),
            (
                "quarantine of another type",
                r#"{"quarantine":1}"#,
                Err("true or false"),
            ),
            (
                "imageStreams of another type",
                r#"{"imageStreams":{}}"#,
                Err("true or false"),
            ),
            (
                "scanner of another type",
                r#"{"scanner":"s1"}"#,
                Err("an object"),
            ),
            (
                "scanners of another type",
                r#"{"scanner":{"kind":"specific","names":[7]}}"#,
                Err(""),
            ),
            (
                "scanTimeoutSeconds of another type",
                r#"{"scanTimeoutSeconds":"60"}"#,
                Err(""),
            ),
            (
                "scanTimeoutSeconds of nothing",
                r#"{"scanTimeoutSeconds":0}"#,
                Err(""),
            ),
        ];
        for (name, text, expected) in cases {
            let read = KeptPolicy::read_text(text).map(|kept| {
                let scanners = kept.scanners.unwrap_or_default().len();
                let pulls = kept.daily_pull.is_some();
                (
                    pulls,
                    kept.scan_timeout_seconds,
                    scanners,
                    kept.quarantine,
                    kept.image_streams,
                )
            });
            match (&read, expected) {
                (Err(reason), Err(part)) => assert!(reason.contains(part), "{name}: {reason}"),
                (Ok(read), Ok(expected)) => assert_eq!(read, expected, "{name}"),
                _ => panic!("{name}: {read:?}"),
            }
        }
    }
}
