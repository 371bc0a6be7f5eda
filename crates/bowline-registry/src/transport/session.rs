//! Login results for the next conversation with the same registry.

use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header::WWW_AUTHENTICATE};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::{
    guard::Permit,
    transport::{response::Response, retry::may_pass},
};

/// How long an answer counts, in milliseconds. A token lives 60 seconds at least (token specification), and what it is got
/// for takes 10.
const LIFE: i64 = 15_000;
/// How much is remembered at most, in bytes; what was not asked for longest is forgotten first.
const MOST_BYTES: usize = 32 * 1024;
/// The largest answer that is remembered, in bytes.
const LARGEST: usize = 8 * 1024;
/// The headers that say how a registry wants a login, and that it is one.
const HEADERS: [HeaderName; 2] = [
    WWW_AUTHENTICATE,
    HeaderName::from_static("docker-distribution-api-version"),
];

/// The responses of registries and token services to logins.
///
/// The conversations for one request of a caller share a session for each connection, so that they log in once. A
/// response from the session is treated as a new response of the server. Each conversation uses it only once: a second
/// request means that it did not work. A session contains tokens, so it must end with the caller's request.
#[derive(Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Session(Mutex<Vec<Login>>);

impl Clone for Session {
    fn clone(&self) -> Self {
        Self(Mutex::new(self.logins().clone()))
    }
}

/// What was answered to a question on the way to a login.
#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub(super) struct Login {
    /// What was asked, by a name of ours.
    question: String,
    /// When it was answered, in milliseconds since 1970.
    at: i64,
    status: u16,
    headers: Vec<Header>,
    body: String,
    /// True if the current conversation has used it.
    #[serde(skip)]
    is_used: bool,
}

#[derive(Clone, Serialize, Deserialize, Zeroize)]
struct Header(String, String);

impl Session {
    fn logins(&self) -> MutexGuard<'_, Vec<Login>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells that another conversation begins.
    pub(super) fn begin(&self) {
        for login in self.logins().iter_mut() {
            login.is_used = false;
        }
    }

    /// What was answered to a question, if that still counts.
    pub(super) fn recall(&self, question: &str, now: i64) -> Option<Login> {
        let mut logins = self.logins();
        logins.retain(|login| (0..LIFE).contains(&now.saturating_sub(login.at)));
        let at = logins
            .iter()
            .position(|login| login.question == question && !login.is_used)?;
        let mut login = logins.remove(at);
        login.is_used = true;
        logins.push(login.clone());
        Some(login)
    }

    /// Stores the response to a request that was sent `at` this time, if a repetition would give the same.
    pub(super) fn note(&self, question: String, answer: &Response, at: i64) {
        let mut logins = self.logins();
        logins.retain(|login| login.question != question);
        if !may_pass(answer.status) {
            let login = Login::of(question, answer, at);
            logins.extend(login.filter(|login| login.bytes() <= LARGEST));
        }
        while logins
            .iter()
            .map(Login::bytes)
            .fold(0, usize::saturating_add)
            > MOST_BYTES
        {
            logins.remove(0);
        }
    }
}

impl Login {
    fn of(question: String, answer: &Response, at: i64) -> Option<Self> {
        let named = |name: &HeaderName| {
            let values = answer.headers.get_all(name).iter();
            let text = |value: &HeaderValue| value.to_str().ok().map(str::to_owned);
            let header = |text| Header(name.to_string(), text);
            values.filter_map(text).map(header).collect::<Vec<_>>()
        };
        Some(Self {
            question,
            at,
            status: answer.status.as_u16(),
            headers: HEADERS.iter().flat_map(named).collect(),
            body: std::str::from_utf8(&answer.body).ok()?.to_owned(),
            is_used: true,
        })
    }

    /// Returns it as a response for this permit.
    pub(super) fn answer(&self, permit: Permit) -> Response {
        let header = |Header(name, value): &Header| {
            let name = HeaderName::try_from(name).ok()?;
            Some((name, HeaderValue::try_from(value).ok()?))
        };
        let mut headers = HeaderMap::new();
        for (name, value) in self.headers.iter().filter_map(header) {
            headers.append(name, value);
        }
        Response {
            permit,
            status: StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_GATEWAY),
            headers,
            body: Zeroizing::new(self.body.clone().into_bytes()),
        }
    }

    /// About how much it takes.
    fn bytes(&self) -> usize {
        let header = |Header(name, value): &Header| name.len().saturating_add(value.len());
        let headers = self.headers.iter().map(header);
        headers
            .chain([self.question.len(), self.body.len()])
            .fold(64, usize::saturating_add)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Session(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permit() -> Permit {
        Permit::network_probe("127.0.0.1", 1).unwrap()
    }

    fn answer(status: u16, body: &str) -> Response {
        let mut headers = HeaderMap::new();
        headers.append(WWW_AUTHENTICATE, HeaderValue::from_static("Basic"));
        headers.append(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        headers.append("set-cookie", HeaderValue::from_static("a=b"));
        Response {
            permit: permit(),
            status: StatusCode::from_u16(status).unwrap(),
            headers,
            body: Zeroizing::new(body.as_bytes().to_vec()),
        }
    }

    /// As the next conversation has it.
    fn next(session: &Session) -> Session {
        let text = serde_json::to_string(session).unwrap();
        let next: Session = serde_json::from_str(&text).unwrap();
        next.begin();
        next
    }

    fn knows(session: &Session, question: &str, now: i64) -> bool {
        session.recall(question, now).is_some()
    }

    #[test]
    fn an_answer_is_the_same_in_the_next_conversation() {
        let session = Session::default();
        session.note("reach".to_owned(), &answer(401, "{}"), 0);
        let recalled = next(&session).recall("reach", 1).unwrap().answer(permit());
        let said: Vec<_> = recalled.headers.get_all(WWW_AUTHENTICATE).iter().collect();
        assert_eq!(
            (recalled.status.as_u16(), &**recalled.body),
            (401, &b"{}"[..])
        );
        assert_eq!(said, ["Basic", "Bearer"]);
        assert!(!recalled.headers.contains_key("set-cookie"));
    }

    #[test]
    fn what_is_asked_again_is_sent() {
        let session = Session::default();
        session.note("login".to_owned(), &answer(200, "a"), 0);
        assert!(
            !knows(&session, "login", 0),
            "it was asked in this conversation"
        );
        let later = next(&session);
        assert!(knows(&later, "login", 0));
        assert!(!knows(&later, "login", 0), "it was of no use");
        assert!(knows(&next(&later), "login", 0));
    }

    #[test]
    fn answers_count_for_a_quarter_of_a_minute() {
        for (now, expected) in [(-1, false), (0, true), (14_999, true), (15_000, false)] {
            let session = Session::default();
            session.note("login".to_owned(), &answer(200, "a"), 0);
            assert_eq!(knows(&next(&session), "login", now), expected, "{now}");
        }
    }

    #[test]
    fn what_may_pass_is_not_remembered() {
        for (status, expected) in [
            (200, true),
            (401, true),
            (404, true),
            (429, false),
            (503, false),
        ] {
            let session = Session::default();
            session.note("login".to_owned(), &answer(200, "a"), 0);
            session.note("login".to_owned(), &answer(status, "b"), 0);
            assert_eq!(knows(&next(&session), "login", 0), expected, "{status}");
        }
    }

    #[test]
    fn a_session_stays_small_and_forgets_what_is_not_asked() {
        let mut session = Session::default();
        session.note("login".to_owned(), &answer(200, "a"), 0);
        for number in 0..1000 {
            session = next(&session);
            assert!(knows(&session, "login", 0), "after {number}");
            session.note(number.to_string(), &answer(200, &"t".repeat(1024)), 0);
            let bytes = serde_json::to_string(&session).unwrap().len();
            assert!(bytes < 2 * MOST_BYTES, "{bytes}");
        }
        session.note("huge".to_owned(), &answer(200, &"t".repeat(LARGEST)), 0);
        assert!(!knows(&next(&session), "huge", 0));
        assert!(knows(&next(&session), "login", 0));
    }
}
