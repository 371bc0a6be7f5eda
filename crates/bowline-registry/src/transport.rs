//! Sending: the guard, redirects, retries, the shared deadline, and the bounds on what is read.

use std::{cell::Cell, future::Future, pin::pin, task::Poll, time::Duration};

use bowline::{form::ConnectionSpec, secret::Secret};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Response, StatusCode,
    header::{
        ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, LOCATION,
        RETRY_AFTER, USER_AGENT,
    },
};
use url::Url;
use zeroize::Zeroizing;

use crate::{
    guard::{Guard, Permit},
    http::{HttpClient, ResponseBody, SendError},
    login::Authorization,
    operator::Operator,
    problem::{Code, Failure},
    said::{self, Secrets},
    world::{Clock, Random, World},
};

/// How long a whole check or listing may take.
pub(crate) const DEADLINE: Duration = Duration::from_secs(10);
/// How long connecting, the head of an answer, and each piece of its body may take.
const PATIENCE: Duration = Duration::from_secs(6);
/// How often one request is sent at most.
const ATTEMPTS: u32 = 3;
/// The first pause before a request is sent again; each further one is twice as long. Up to as much again is added at
/// random, so that many checks do not come back at the same moment.
const PAUSE: Duration = Duration::from_millis(200);
/// How many redirects are followed.
const REDIRECTS: u32 = 5;
/// The largest body of an error that is read.
const ERROR_BYTES: usize = 64 * 1024;
/// Some registries refuse clients that do not say who they are.
const AGENT: HeaderValue = HeaderValue::from_static(concat!("bowline/", env!("CARGO_PKG_VERSION")));

/// One call: a request with what it may take.
pub(crate) struct Call<'a> {
    /// What it is about, as a detail names it: `the catalog`.
    pub(crate) what: &'static str,
    /// Where to.
    pub(crate) permit: Permit,
    /// The media types that are understood.
    pub(crate) accept: &'static str,
    /// What is sent there.
    pub(crate) message: Message<'a>,
    /// The largest body of a successful answer, in bytes.
    pub(crate) limit: usize,
    /// Whether redirects are followed.
    pub(crate) follow: bool,
}

/// What a call sends.
pub(crate) enum Message<'a> {
    /// A question, with this authorization where the guard lets credentials go. It may be asked again.
    Get(Option<&'a Authorization>),
    /// A form or document that holds a login, with its media type. It is sent once, and not redirected.
    Login(&'static str, Bytes),
    /// A question that is asked by POST, proved by signed headers. It may be asked again, and is not redirected.
    Signed(&'a Authorization, Bytes),
}

/// An answer, read within its bounds.
pub(crate) struct Answer {
    /// Where it came from, after redirects.
    pub(crate) permit: Permit,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// Whole for a success; of an error only if it is sound and not larger than [`ERROR_BYTES`]. It may hold a token.
    pub(crate) body: Zeroizing<Vec<u8>>,
}

/// Sends the requests of one conversation.
pub(crate) struct Transport<'w, H, C, R> {
    world: &'w World<H, C, R>,
    guard: Guard<'w>,
    secrets: Secrets,
    /// In milliseconds since 1970, where the customer said so.
    credentials_end: Option<i64>,
    deadline: Duration,
    /// How many requests were sent.
    requests: Cell<u32>,
}

impl<'w, H: HttpClient, C: Clock, R: Random> Transport<'w, H, C, R> {
    /// Starts a conversation, and its deadline.
    pub(crate) fn new(
        world: &'w World<H, C, R>,
        operator: &'w Operator,
        spec: &'w ConnectionSpec,
    ) -> Self {
        Self {
            world,
            guard: Guard::new(operator, spec),
            secrets: Secrets::of(spec),
            credentials_end: spec.expires_at,
            deadline: world.clock.monotonic().saturating_add(DEADLINE),
            requests: Cell::new(0),
        }
    }

    /// Tells where the registry is, once that is known.
    pub(crate) fn set_registry(&mut self, registry: Url) {
        self.guard.set_registry(registry);
    }

    /// Notes a secret that was learnt on the way: nothing that repeats it is shown.
    pub(crate) fn hide(&mut self, secret: &Secret) {
        self.secrets.add(secret);
    }

    /// Notes a password with the username that it goes with.
    pub(crate) fn hide_login(&mut self, username: &str, password: &Secret) {
        self.secrets.add_login(username, password);
    }

    /// A server's words as they may be shown; `None` where they may not.
    pub(crate) fn shown(&self, words: &str) -> Option<String> {
        said::shown(words, &self.secrets)
    }

    /// What an error answer says, where it says it in a known form.
    pub(crate) fn error(&self, answer: &Answer) -> Option<String> {
        said::error(&answer.body, &self.secrets)
    }

    /// A status with what the server says to it: `HTTP 403 (DENIED: …)`.
    pub(crate) fn seen(&self, answer: &Answer) -> String {
        let status = answer.status.as_u16();
        match self.error(answer) {
            Some(words) => format!("HTTP {status} ({words})"),
            None => format!("HTTP {status}"),
        }
    }

    pub(crate) fn world(&self) -> &'w World<H, C, R> {
        self.world
    }

    pub(crate) fn guard(&self) -> &Guard<'w> {
        &self.guard
    }

    /// Begins a new deadline: a listing that goes on for long has one for each page.
    pub(crate) fn restart(&mut self) {
        self.deadline = self.world.clock.monotonic().saturating_add(DEADLINE);
    }

    /// How much time is left.
    pub(crate) fn remaining(&self) -> Duration {
        self.deadline.saturating_sub(self.world.clock.monotonic())
    }

    /// How many requests were sent, with redirects and repetitions.
    pub(crate) fn requests(&self) -> u32 {
        self.requests.get()
    }

    /// Why credentials were not accepted, as far as the answer or the form tells.
    pub(crate) fn rejection(&self, answer: &Answer) -> Failure {
        let words = self.error(answer).unwrap_or_default().to_ascii_lowercase();
        let says = |texts: &[&str]| texts.iter().any(|text| words.contains(text));
        let now = self.world.clock.epoch_ms();
        let code = if says(&["locked", "too many failed", "disabled"]) {
            Code::AuthLocked
        } else if answer.status == StatusCode::TOO_MANY_REQUESTS {
            Code::RateLimited
        } else if says(&["expired"]) || self.credentials_end.is_some_and(|end| end <= now) {
            Code::AuthExpired
        } else {
            Code::AuthRejected
        };
        Failure::new(code, self.seen(answer))
    }

    /// Sends a call, follows its redirects, and sends it again where that may help.
    ///
    /// An answer is given whatever its status, but a redirect only where redirects are not to be followed.
    pub(crate) async fn send(&self, call: Call<'_>) -> Result<Answer, Failure> {
        let (again, redirected) = match call.message {
            Message::Get(_) => (true, true),
            Message::Login(..) => (false, false),
            Message::Signed(..) => (true, false),
        };
        let mut permit = call.permit;
        let mut redirects = 0_u32;
        let mut attempt = 0_u32;
        loop {
            let response = self.send_once(&permit, call.accept, &call.message).await?;
            let status = response.status();
            if call.follow && is_redirect(status) {
                redirects = redirects.saturating_add(1);
                permit = self.redirected(&permit, response.headers(), redirects, redirected)?;
                continue;
            }
            attempt = attempt.saturating_add(1);
            if again
                && attempt < ATTEMPTS
                && is_passing(status)
                && let Some(pause) = self.pause(attempt, status, response.headers())
            {
                drop(response);
                self.world.clock.sleep(pause).await;
                continue;
            }
            return self.read(permit, response, call.what, call.limit).await;
        }
    }

    async fn send_once(
        &self,
        permit: &Permit,
        accept: &'static str,
        message: &Message<'_>,
    ) -> Result<Response<H::Body>, Failure> {
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, AGENT);
        headers.insert(ACCEPT, HeaderValue::from_static(accept));
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let request = match message {
            Message::Get(authorization) => permit.get(headers, *authorization),
            Message::Login(media_type, body) => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
                permit.post(headers, None, body.clone())?
            }
            Message::Signed(authorization, body) => {
                permit.post(headers, Some(authorization), body.clone())?
            }
        };
        let remaining = self.remaining();
        if remaining.is_zero() {
            return Err(deadline_exceeded());
        }
        let timeout = PATIENCE.min(remaining);
        self.requests.set(self.requests.get().saturating_add(1));
        // The client bounds connecting and waiting, each; this bounds a client that does not.
        let patience = timeout.saturating_mul(2).min(remaining);
        match self
            .within(patience, self.world.http.send(request, timeout))
            .await
        {
            Some(Ok(response)) => Ok(response),
            Some(Err(error)) => Err(self.failed(error, permit)),
            None => Err(self.failed(SendError::ReadTimeout, permit)),
        }
    }

    /// Where a redirect leads.
    fn redirected(
        &self,
        from: &Permit,
        headers: &HeaderMap,
        redirects: u32,
        may_be: bool,
    ) -> Result<Permit, Failure> {
        let refused = |detail: String| Failure::new(Code::RedirectNotAllowed, detail);
        if !may_be {
            return Err(refused(
                "A login is redirected, and logins must not follow one.".to_owned(),
            ));
        }
        if redirects > REDIRECTS {
            return Err(refused(format!(
                "There are more than {REDIRECTS} redirects."
            )));
        }
        let to = headers
            .get(LOCATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|location| from.url().join(location).ok())
            .ok_or_else(|| refused("There is a redirect that leads nowhere.".to_owned()))?;
        self.guard.redirect(from, to)
    }

    /// How long to wait before the next attempt; `None` where there is no time for one, or no hope: who has had too many
    /// requests and does not say for how long wants none soon.
    fn pause(&self, attempt: u32, status: StatusCode, headers: &HeaderMap) -> Option<Duration> {
        let doubled = PAUSE.saturating_mul(
            1_u32
                .checked_shl(attempt.saturating_sub(1))
                .unwrap_or(u32::MAX),
        );
        let spread = u64::try_from(doubled.as_millis())
            .unwrap_or(u64::MAX)
            .saturating_add(1);
        let jitter = self
            .world
            .random
            .next_u64()
            .checked_rem(spread)
            .unwrap_or(0);
        let pause = match retry_after(headers, self.world.clock.epoch_ms()) {
            Some(asked) => asked.saturating_add(Duration::from_millis(jitter.min(100))),
            None if status == StatusCode::TOO_MANY_REQUESTS => return None,
            None => doubled.saturating_add(Duration::from_millis(jitter)),
        };
        (pause < self.remaining()).then_some(pause)
    }

    async fn read(
        &self,
        permit: Permit,
        response: Response<H::Body>,
        what: &'static str,
        limit: usize,
    ) -> Result<Answer, Failure> {
        let (head, mut stream) = response.into_parts();
        let success = head.status.is_success();
        let limit = if success { limit } else { ERROR_BYTES };
        let body = if is_encoded(&head.headers) {
            Err(Failure::new(
                Code::AnswerEncoded,
                format!("The answer for {what} is compressed."),
            ))
        } else if content_length(&head.headers).is_some_and(|length| length > limit) {
            Err(too_large(what, limit))
        } else {
            self.read_body(&permit, &mut stream, what, limit).await
        };
        let body = match body {
            // What an error says is only for the detail, so its status counts even where its body cannot be read.
            Err(_) if !success => Zeroizing::default(),
            body => body?,
        };
        Ok(Answer {
            permit,
            status: head.status,
            headers: head.headers,
            body,
        })
    }

    async fn read_body(
        &self,
        permit: &Permit,
        stream: &mut H::Body,
        what: &'static str,
        limit: usize,
    ) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let mut body = Zeroizing::new(Vec::new());
        loop {
            let remaining = self.remaining();
            if remaining.is_zero() {
                return Err(deadline_exceeded());
            }
            let patience = PATIENCE.min(remaining);
            match self.within(patience, stream.chunk()).await {
                Some(Ok(None)) => return Ok(body),
                Some(Ok(Some(chunk))) if chunk.len() > limit.saturating_sub(body.len()) => {
                    return Err(too_large(what, limit));
                }
                Some(Ok(Some(chunk))) => body.extend_from_slice(&chunk),
                Some(Err(error)) => return Err(self.failed(error, permit)),
                None => return Err(self.failed(SendError::ReadTimeout, permit)),
            }
        }
    }

    /// Runs a future for at most `limit`.
    async fn within<T>(&self, limit: Duration, future: impl Future<Output = T>) -> Option<T> {
        let mut future = pin!(future);
        let mut end = pin!(self.world.clock.sleep(limit));
        std::future::poll_fn(|context| match future.as_mut().poll(context) {
            Poll::Ready(value) => Poll::Ready(Some(value)),
            Poll::Pending => end.as_mut().poll(context).map(|()| None),
        })
        .await
    }

    fn failed(&self, error: SendError, permit: &Permit) -> Failure {
        if matches!(error, SendError::ConnectTimeout | SendError::ReadTimeout)
            && self.remaining().is_zero()
        {
            return deadline_exceeded();
        }
        let authority = &permit.url()[url::Position::BeforeHost..url::Position::AfterPort];
        let (code, detail) = match error {
            SendError::Dns => (
                Code::DnsNotFound,
                format!("The name of {authority} does not resolve."),
            ),
            // No more than the guard's own refusal says.
            SendError::Prohibited => (
                Code::AddressNotAllowed,
                "This service may not contact that address.".to_owned(),
            ),
            SendError::Refused => (
                Code::ConnectRefused,
                format!("{authority} refused the connection."),
            ),
            SendError::ConnectTimeout => (
                Code::ConnectTimeout,
                format!("{authority} did not accept a connection in time."),
            ),
            SendError::ReadTimeout => (
                Code::AnswerTimeout,
                format!("{authority} did not answer in time."),
            ),
            SendError::Tls => (
                Code::TlsFailed,
                format!("The TLS handshake with {authority} failed."),
            ),
            SendError::Certificate => (
                Code::TlsCertificate,
                format!("The certificate of {authority} is not trusted."),
            ),
            SendError::Closed => (
                Code::AnswerMalformed,
                format!("{authority} closed the connection before its answer was complete."),
            ),
            SendError::Malformed => (
                Code::AnswerMalformed,
                format!("{authority} does not answer in HTTP."),
            ),
            SendError::TooLarge => (
                Code::AnswerTooLarge,
                format!("The headers of an answer of {authority} are too large."),
            ),
            SendError::Internal => (
                Code::ServerError,
                format!("The request to {authority} failed in this service."),
            ),
        };
        Failure::new(code, detail)
    }
}

impl Answer {
    /// The text of a header, where it has one.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// How long a server asks to wait: `Retry-After` in seconds or as a date (RFC 9110 section 10.2.3), or Docker Hub's
/// `X-Retry-After`, a time in seconds since 1970. `now` is in milliseconds since 1970.
pub(crate) fn retry_after(headers: &HeaderMap, now: i64) -> Option<Duration> {
    let text = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::trim)
    };
    let until = |at: i64| Duration::from_millis(u64::try_from(at.saturating_sub(now)).unwrap_or(0));
    match text(RETRY_AFTER.as_str()) {
        Some(asked) => match asked.parse::<u32>() {
            Ok(seconds) => Some(Duration::from_secs(seconds.into())),
            Err(_) => {
                let at = httpdate::parse_http_date(asked)
                    .ok()?
                    .duration_since(std::time::UNIX_EPOCH)
                    .ok()?;
                Some(until(i64::try_from(at.as_millis()).ok()?))
            }
        },
        None => text("x-retry-after")?
            .parse::<i64>()
            .ok()
            .map(|at| until(at.saturating_mul(1000))),
    }
}

fn deadline_exceeded() -> Failure {
    Failure::new(
        Code::DeadlineExceeded,
        format!("It was not done after {} seconds.", DEADLINE.as_secs()),
    )
}

fn too_large(what: &str, limit: usize) -> Failure {
    Failure::new(
        Code::AnswerTooLarge,
        format!("The answer for {what} is larger than {limit} bytes."),
    )
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// Whether sending again may help.
fn is_passing(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 429 | 500 | 502..=504)
}

fn is_encoded(headers: &HeaderMap) -> bool {
    headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .any(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity"))
}

fn content_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_says_in_three_ways_how_long_to_wait() {
        let now = 1_700_000_000_000; // 2023-11-14T22:13:20Z
        let cases = [
            ("retry-after", "3", Some(3_000)),
            ("retry-after", " 0 ", Some(0)),
            ("retry-after", "Tue, 14 Nov 2023 22:13:25 GMT", Some(5_000)),
            ("retry-after", "Tue, 14 Nov 2023 22:13:15 GMT", Some(0)),
            ("retry-after", "soon", None),
            ("retry-after", "-1", None),
            ("x-retry-after", "1700000007", Some(7_000)),
            ("x-retry-after", "1600000000", Some(0)),
            ("x-other", "3", None),
        ];
        for (name, value, expected) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(name, HeaderValue::from_static(value));
            assert_eq!(
                retry_after(&headers, now).map(|wait| wait.as_millis()),
                expected,
                "{name}: {value}"
            );
        }
    }
}
