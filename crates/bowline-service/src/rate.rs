//! Limits on requests per minute.

use http::{HeaderValue, header};
use serde::Serialize;

use crate::problem::{Problem, ProblemType};

/// The size of a body up to which validating it costs so little that it is not counted: that of forms as people fill them
/// in.
pub(crate) const UNCOUNTED_BYTES: usize = 8 * 1024;

/// The bytes that any change counts as at least: those of its row in the audit.
pub(crate) const CHANGE_BYTES: usize = 1024;

/// The operator's limits, all of them in a minute of the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Limits {
    /// The maximum number of checks, of forms and of stored connections, that a subject may start.
    pub(crate) checks_per_subject: i64,
    /// The most requests of a subject that have a registry asked, whatever for: the caller chooses which host that is.
    pub(crate) registry_requests_per_subject: i64,
    /// The same of a project.
    pub(crate) registry_requests_per_project: i64,
    /// The most notifications that the event address of a connection takes.
    pub(crate) notifications_per_connection: i64,
    /// The most bytes of forms that a subject may have validated.
    pub(crate) validate_bytes_per_subject: i64,
    /// The most bytes of changes in a project, each of which counts as a kilobyte at least.
    pub(crate) change_bytes_per_project: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            checks_per_subject: 30,
            registry_requests_per_subject: 120,
            registry_requests_per_project: 600,
            notifications_per_connection: 600,
            validate_bytes_per_subject: 16 * 1024 * 1024,
            change_bytes_per_project: 2 * 1024 * 1024,
        }
    }
}

/// Lets the last of `requests` of the minute of `now` (milliseconds since 1970) begin, if they are not more than `most`.
///
/// Errors: `rate.limited`, with when to go on.
pub(crate) fn within(most: i64, requests: i64, now: i64) -> Result<(), Problem> {
    if requests <= most {
        return Ok(());
    }
    let left = 60 - now.div_euclid(1000).rem_euclid(60);
    Err(Problem::from(ProblemType::RateLimited)
        .header(header::RETRY_AFTER, HeaderValue::from(left)))
}

/// The counters of requests. The database counts: instances come and go.
pub(crate) mod counter {
    /// The checks of a subject.
    pub(crate) fn checks(subject: &str) -> String {
        format!("check {subject}")
    }

    /// The requests of a subject that have a registry asked.
    pub(crate) fn subject(subject: &str) -> String {
        format!("subject {subject}")
    }

    /// The same of a project.
    pub(crate) fn project(project: &str) -> String {
        format!("project {project}")
    }

    /// The bytes that a subject has validated.
    pub(crate) fn validated(subject: &str) -> String {
        format!("validate {subject}")
    }

    /// The bytes that were changed in a project.
    pub(crate) fn changed(project: &str) -> String {
        format!("change {project}")
    }
}
