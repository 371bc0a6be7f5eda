//! Request logs: one line of JSON for each request.
//!
//! A line contains names, numbers, and codes, but no body, token, caller address, path (a webhook's contains its
//! secret), or text from a registry. The service puts it into the extensions of its response. The component writes it
//! to standard error, where Spin and the embedded host collect it.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    time::Duration,
};

use bowline_store::{AuditHead, Timestamp};
use http::{HeaderMap, Method, header};
use serde::{Deserialize, Serialize};

use crate::{
    problem::Cause,
    response::{Response, ResponseBody},
};

/// The most characters of a subject, a project or a cause that a line holds.
const LONGEST: usize = 200;

/// The most projects of which a line holds the end of the audit.
const MOST_HEADS: usize = 20;

/// A log line without its line end. An extension of the response.
#[derive(Clone, Debug)]
pub struct LogLine(pub String);

/// What to log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogSettings {
    level: Level,
    /// Of 10,000 requests that are neither warnings nor errors.
    sample: u32,
}

/// The weight of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    Off,
    /// The service failed: status 500 or more.
    Error,
    /// The caller did: status 400 or more.
    Warn,
    /// The access log.
    Info,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self {
            level: Level::Info,
            sample: 10_000,
        }
    }
}

impl LogSettings {
    /// Parses the variables `log_level` (`off`, `error`, `warn`, or `info`; empty: `info`) and `log_sample`, the share
    /// of successful requests to log, from 0 to 1 (empty: 1).
    ///
    /// # Errors
    /// The invalid variable and the expected value.
    pub fn parse(level: &str, sample: &str) -> Result<Self, (&'static str, &'static str)> {
        let level = match level.trim() {
            "off" => Level::Off,
            "error" => Level::Error,
            "warn" => Level::Warn,
            "info" | "" => Level::Info,
            _ => return Err(("log_level", "it must be off, error, warn, or info")),
        };
        let share = match sample.trim() {
            "" => Some(1.0),
            text => text
                .parse()
                .ok()
                .filter(|share| (0.0..=1.0).contains(share)),
        };
        let share: f64 = share.ok_or(("log_sample", "it must be a number from 0 to 1"))?;
        Ok(Self {
            level,
            sample: (share * 10_000.0).round() as u32,
        })
    }

    /// Whether a request of this weight is logged. The id decides about the access log, so that all components log the
    /// same requests.
    fn logs(self, level: Level, request_id: &str) -> bool {
        level <= self.level && (level < Level::Info || place(request_id) < self.sample)
    }
}

/// A number below 10,000 that an id always has (FNV-1a).
fn place(id: &str) -> u32 {
    let hash = id.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    hash % 10_000
}

/// What is known of a request beside its answer.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// The template of its path; `None` for an unknown one.
    pub(crate) route: Option<&'static str>,
    pub(crate) subject: Option<String>,
    pub(crate) project: Option<String>,
    /// The requests that were sent to the private service, and the time that they took.
    sent: Cell<(u32, Duration)>,
    /// The projects in which something was changed or worked on.
    touched: RefCell<BTreeSet<String>>,
    /// The ends of their audits.
    pub(crate) heads: Vec<Head>,
}

/// The head of a project's audit at that time. Somebody who can edit the database cannot edit a log elsewhere.
#[derive(Debug, Serialize)]
pub(crate) struct Head {
    project: String,
    number: i64,
    mac: String,
}

impl Head {
    /// The last linked row; `None` if there is none.
    pub(crate) fn of(project: &str, head: AuditHead) -> Option<Self> {
        Some(Self {
            project: short(project),
            number: head.linked,
            mac: head.link?,
        })
    }
}

impl Facts {
    /// Those of a request that names no project, and whose caller is not known.
    pub(crate) fn of_route(route: Option<&'static str>) -> Self {
        Self {
            route,
            ..Self::default()
        }
    }

    /// Notes that something is changed or worked on in a project. Of many projects not all are noted.
    pub(crate) fn touch(&self, project: &str) {
        let mut touched = self.touched.borrow_mut();
        if touched.len() < MOST_HEADS {
            touched.insert(project.to_owned());
        }
    }

    /// The projects that were touched.
    pub(crate) fn touched(&self) -> Vec<String> {
        self.touched.borrow().iter().cloned().collect()
    }

    /// Counts a request to the private service.
    pub(crate) fn count_sent(&self, took: Duration) {
        let (requests, time) = self.sent.get();
        self.sent
            .set((requests.saturating_add(1), time.saturating_add(took)));
    }
}

/// A request that was answered.
pub(crate) struct Answered<'a> {
    pub(crate) component: &'static str,
    pub(crate) method: &'a Method,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) request_id: &'a str,
    pub(crate) facts: &'a Facts,
    /// When it came, in milliseconds since 1970.
    pub(crate) at: i64,
    pub(crate) took: Duration,
}

#[derive(Serialize)]
struct Line<'a> {
    time: String,
    level: Level,
    component: &'a str,
    request_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_id: Option<&'a str>,
    method: &'a str,
    route: Option<&'a str>,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<String>,
    duration_ms: u128,
    outbound_requests: u32,
    outbound_ms: u128,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    audit: &'a [Head],
}

impl Answered<'_> {
    /// Adds the log line to the response's extensions, if the request is logged.
    pub(crate) fn log(self, settings: LogSettings, answer: &mut Response) {
        let status = answer.status().as_u16();
        let cause = answer.extensions().get::<Cause>();
        let level = match status {
            _ if cause.is_some() => Level::Error,
            500.. => Level::Error,
            400.. => Level::Warn,
            _ => Level::Info,
        };
        if !settings.logs(level, self.request_id) {
            return;
        }
        let (outbound_requests, outbound_time) = self.facts.sent.get();
        let line = Line {
            time: Timestamp(self.at).to_string(),
            level,
            component: self.component,
            request_id: self.request_id,
            trace_id: trace_id(self.headers),
            method: self.method.as_str(),
            route: self.facts.route,
            status,
            code: code(answer),
            subject: self.facts.subject.as_deref().map(short),
            project: self.facts.project.as_deref().map(short),
            duration_ms: self.took.as_millis(),
            outbound_requests,
            outbound_ms: outbound_time.as_millis(),
            cause: cause.map(|Cause(cause)| short(cause)),
            audit: &self.facts.heads,
        };
        if let Ok(line) = serde_json::to_string(&line) {
            answer.extensions_mut().insert(LogLine(line));
        }
    }
}

fn short(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

/// The code of a problem.
fn code(answer: &Response) -> Option<String> {
    #[derive(Deserialize)]
    struct Coded {
        code: String,
    }
    let kind = answer.headers().get(header::CONTENT_TYPE)?;
    let ResponseBody::Full(Some(body)) = answer.body() else {
        return None;
    };
    let is_problem = kind.as_bytes() == b"application/problem+json";
    let coded = is_problem.then(|| serde_json::from_slice::<Coded>(body).ok())?;
    coded.map(|coded| short(&coded.code))
}

/// The trace of a request (W3C Trace Context, section 3.2: `00-<trace id>-<parent id>-<flags>`).
fn trace_id(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get("traceparent")?.to_str().ok()?;
    let mut parts = text.split('-');
    let (_version, id) = (parts.next()?, parts.next()?);
    let is_id = id.len() == 32
        && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        && id.bytes().any(|b| b != b'0');
    is_id.then_some(id)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderValue, StatusCode};
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        problem::{Problem, ProblemType},
        response,
    };

    const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn line(settings: LogSettings, mut answer: Response, id: &str) -> Option<Value> {
        let mut headers = HeaderMap::new();
        headers.insert("traceparent", HeaderValue::from_static(TRACE));
        let facts = Facts {
            route: Some("/v1/check"),
            subject: Some("ada".to_owned()),
            project: Some("x".repeat(300)),
            ..Facts::default()
        };
        facts.count_sent(Duration::from_millis(7));
        facts.count_sent(Duration::from_millis(5));
        let answered = Answered {
            component: "connections",
            method: &Method::POST,
            headers: &headers,
            request_id: id,
            facts: &facts,
            at: 1_800_000_000_000,
            took: Duration::from_millis(20),
        };
        answered.log(settings, &mut answer);
        let line = answer.extensions().get::<LogLine>()?;
        assert!(!line.0.contains('\n'));
        Some(serde_json::from_str(&line.0).unwrap())
    }

    fn ok() -> Response {
        let kind = HeaderValue::from_static("application/json");
        response::full(StatusCode::OK, kind, Bytes::from_static(b"{\"secret\":1}"))
    }

    fn problem(problem: impl Into<Problem>) -> Response {
        let problem: Problem = problem.into();
        problem.into_response("r")
    }

    #[test]
    fn a_line_says_who_asked_for_what_and_how_it_went() {
        let usual = LogSettings::default();
        let expected = json!({
            "time": "2027-01-15T08:00:00Z", "level": "info", "component": "connections", "request_id": "r-1",
            "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "method": "POST", "route": "/v1/check", "status": 200,
            "subject": "ada", "project": "x".repeat(200), "duration_ms": 20, "outbound_requests": 2, "outbound_ms": 12,
        });
        assert_eq!(line(usual, ok(), "r-1").unwrap(), expected);
        let refused = line(usual, problem(ProblemType::RateLimited), "r-1").unwrap();
        assert_eq!(
            (&refused["level"], &refused["code"]),
            (&json!("warn"), &json!("rate.limited"))
        );
        let failed = line(usual, problem(Problem::internal("disk full")), "r-1").unwrap();
        assert_eq!(
            (&failed["level"], &failed["code"], &failed["cause"]),
            (&json!("error"), &json!("internal"), &json!("disk full"))
        );
    }

    #[test]
    fn levels_and_samples() {
        let logged = |settings: LogSettings| {
            let answers = [
                ok(),
                problem(ProblemType::NotFound),
                problem(ProblemType::StoreBusy),
            ];
            answers.map(|answer| line(settings, answer, "r-1").is_some())
        };
        for (level, sample, expected) in [
            ("", "", [true, true, true]),
            ("info", "0", [false, true, true]),
            ("warn", "1", [false, true, true]),
            ("error", "1", [false, false, true]),
            ("off", "1", [false, false, false]),
        ] {
            let settings = LogSettings::parse(level, sample).unwrap();
            assert_eq!(logged(settings), expected, "{level} {sample}");
        }
        for (level, sample, variable) in [
            ("verbose", "", "log_level"),
            ("", "2", "log_sample"),
            ("", "-1", "log_sample"),
            ("", "NaN", "log_sample"),
            ("", "x", "log_sample"),
        ] {
            let error = LogSettings::parse(level, sample).unwrap_err();
            assert_eq!(error.0, variable, "{level} {sample}");
        }
        let tenth = LogSettings::parse("", "0.1").unwrap();
        let ids: Vec<_> = (0..10_000)
            .map(|number| format!("request-{number}"))
            .collect();
        let count = ids.iter().filter(|id| tenth.logs(Level::Info, id)).count();
        assert!((800..1200).contains(&count), "{count}");
    }

    #[test]
    fn only_traces_are_traces() {
        for (text, is_trace) in [
            (TRACE, true),
            (
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                false,
            ),
            (
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                false,
            ),
            ("00-4bf9-00f067aa0ba902b7-01", false),
            ("secret", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("traceparent", HeaderValue::from_str(text).unwrap());
            assert_eq!(trace_id(&headers).is_some(), is_trace, "{text}");
        }
    }
}
