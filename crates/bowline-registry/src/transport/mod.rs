//! Sends requests: the guard, redirects, the shared deadline, and the interpretation of send errors.

use std::{
    future::Future,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    task::Poll,
    time::Duration,
};

use bowline::{credential::Credentials, form::ConnectionSpec, secret::Secret};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, LOCATION, USER_AGENT},
};
use url::Url;

use crate::{
    challenge,
    guard::{Guard, Permit, hosts::Hosts},
    http::{HttpClient, SendError},
    login::Authorization,
    oci_error::{self, OciError},
    operator::Operator,
    problem::{Code, Failure},
    redact::{self, Secrets},
    scope::Claims,
    world::{Clock, World},
};

mod reading;
mod response;
mod retry;
mod session;

pub(crate) use self::response::Response;
use self::retry::{ATTEMPTS, may_pass, pause};
pub use self::session::Session;

/// How long a whole check or listing may take.
pub(crate) const DEADLINE: Duration = Duration::from_secs(10);
/// How long connecting, the head of an answer, and each piece of its body may take.
const PATIENCE: Duration = Duration::from_secs(6);
/// The number of redirects that are followed.
const REDIRECTS: u32 = 5;
/// Some registries refuse clients that do not say who they are.
pub(crate) const AGENT: HeaderValue =
    HeaderValue::from_static(concat!("bowline/", env!("CARGO_PKG_VERSION")));

/// One call: a request with what it may take.
pub(crate) struct Call<'a> {
    /// What it is about, as a detail names it: `the catalog`.
    pub(crate) what: &'static str,
    /// Where to.
    pub(crate) permit: Permit,
    /// The media types that are understood, one header line each.
    pub(crate) accept: &'static [&'static str],
    /// What is sent there.
    pub(crate) message: Message<'a>,
    /// The largest body of a successful answer, in bytes.
    pub(crate) limit: usize,
    /// True if redirects are followed.
    pub(crate) follow: bool,
    /// The session's key for its response, if that is about the login.
    pub(crate) remembered_as: Option<String>,
}

/// What a call sends.
pub(crate) enum Message<'a> {
    /// A GET with this authorization, if the guard allows credentials. It can be repeated.
    Get(Option<&'a Authorization>),
    /// The same, of which only the head is answered.
    Head(Option<&'a Authorization>),
    /// A form or document that holds a login, with its media type. It is sent once, and not redirected.
    Login(&'static str, Bytes),
    /// A question that is asked by POST, proved by signed headers. It may be asked again, and is not redirected.
    Signed(&'a Authorization, Bytes),
    /// A change in JSON, which made twice is the same. It may be sent again, and is not redirected.
    Patch(&'a Authorization, Bytes),
}

/// Sends the requests of one conversation.
pub(crate) struct Transport<'w, W> {
    world: &'w W,
    guard: Guard<'w>,
    secrets: Secrets,
    /// When the credentials expire, in milliseconds since 1970, from the form or from a token in the credentials.
    credentials_end: Option<i64>,
    deadline: Duration,
    session: Option<&'w Session>,
    /// The number of requests that were sent.
    requests: Arc<AtomicU32>,
}

impl<'w, W: World> Transport<'w, W> {
    /// Starts a conversation, and its deadline.
    pub(crate) fn new(
        world: &'w W,
        operator: &'w Operator,
        spec: &'w ConnectionSpec,
        session: Option<&'w Session>,
        hosts: Hosts,
    ) -> Self {
        session.inspect(|session| session.begin());
        Self {
            world,
            guard: Guard::new(operator, spec, hosts),
            secrets: Secrets::of(spec),
            credentials_end: spec.expires_at.or_else(|| token_end(&spec.credentials)),
            deadline: world.clock().monotonic().saturating_add(DEADLINE),
            session,
            requests: Arc::default(),
        }
    }

    /// Sets the registry's endpoint once it is known.
    pub(crate) fn set_registry(&mut self, registry: Url) {
        self.guard.set_registry(registry);
    }

    /// Notes a secret that was learned on the way: nothing that repeats it is shown.
    pub(crate) fn hide(&mut self, secret: &Secret) {
        self.secrets.add(secret);
    }

    /// Notes a password with the username that it goes with.
    pub(crate) fn hide_login(&mut self, username: &str, password: &Secret) {
        self.secrets.add_login(username, password);
    }

    /// Returns a server's text that is safe to show; `None` if it must not be shown.
    pub(crate) fn shown(&self, words: &str) -> Option<String> {
        redact::shown(words, &self.secrets)
    }

    /// Returns the message of an error response in a known form, from its body or its challenge.
    pub(crate) fn error(&self, answer: &Response) -> Option<String> {
        let body = redact::error(&answer.body, &self.secrets);
        let challenges = challenge::challenges(&answer.headers);
        let description = challenges
            .iter()
            .find_map(|challenge| challenge.parameter("error_description"))
            .and_then(|text| self.shown(text));
        match (body, description) {
            (Some(body), Some(description)) if !body.contains(&description) => {
                Some(format!("{body}; {description}"))
            }
            (body, description) => body.or(description),
        }
    }

    /// A status with what the server says to it: `HTTP 403 (DENIED: …)`.
    pub(crate) fn seen(&self, answer: &Response) -> String {
        let status = answer.status.as_u16();
        match self.error(answer) {
            Some(words) => format!("HTTP {status} ({words})"),
            None => format!("HTTP {status}"),
        }
    }

    pub(crate) fn world(&self) -> &'w W {
        self.world
    }

    pub(crate) fn guard(&self) -> &Guard<'w> {
        &self.guard
    }

    /// Begins a new deadline: a listing that goes on for long has one for each page.
    pub(crate) fn restart(&mut self) {
        self.deadline = self.world.clock().monotonic().saturating_add(DEADLINE);
    }

    /// The same conversation, to send with beside this one: with the same deadline, and counting with it.
    pub(crate) fn beside(&self) -> Self {
        Self {
            world: self.world,
            guard: self.guard.clone(),
            secrets: self.secrets.clone(),
            credentials_end: self.credentials_end,
            deadline: self.deadline,
            session: self.session,
            requests: Arc::clone(&self.requests),
        }
    }

    /// How much time is left.
    pub(crate) fn remaining(&self) -> Duration {
        self.deadline.saturating_sub(self.world.clock().monotonic())
    }

    /// The number of requests that were sent, with redirects and repetitions.
    pub(crate) fn requests(&self) -> u32 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Tells whether the credentials are known to have ended.
    pub(crate) fn credentials_have_ended(&self) -> bool {
        let now = self.world.clock().epoch_ms();
        self.credentials_end.is_some_and(|end| end <= now)
    }

    /// Returns why credentials were rejected, from the response or the form.
    pub(crate) fn rejection(&self, answer: &Response) -> Failure {
        let words = self.error(answer).unwrap_or_default().to_ascii_lowercase();
        let says = |texts: &[&str]| texts.iter().any(|text| words.contains(text));
        let code = if oci_error::names_network(&words) {
            Code::NetworkDenied
        } else if says(&[
            "locked",
            "too many failed",
            "too many login attempts",
            "disabled",
        ]) {
            Code::AuthLocked
        } else if is_too_many(answer) {
            Code::RateLimited
        } else if says(&["expired"]) || self.credentials_have_ended() {
            Code::AuthExpired
        } else {
            Code::AuthRejected
        };
        Failure::new(code, self.seen(answer))
    }

    /// Tells whether an answer refuses a request before anybody has looked at its login: there were too many, or none
    /// from this network is let in.
    pub(crate) fn is_refused_before_the_login(&self, answer: &Response) -> bool {
        is_too_many(answer)
            || self
                .error(answer)
                .is_some_and(|words| oci_error::names_network(&words))
    }

    /// Sends a call, unless the session has its response. Follows redirects, and retries if that may help.
    ///
    /// An answer is given whatever its status, but a redirect only where redirects are not to be followed.
    pub(crate) async fn send(&self, mut call: Call<'_>) -> Result<Response, Failure> {
        let Some((session, question)) = self.session.zip(call.remembered_as.take()) else {
            return self.send_anew(call).await;
        };
        let now = self.world.clock().epoch_ms();
        if let Some(login) = session.recall(&question, now) {
            return Ok(login.answer(call.permit));
        }
        let asked = call.permit.url().origin();
        let answer = self.send_anew(call).await?;
        if answer.permit.url().origin() == asked {
            session.note(question, &answer, now);
        }
        Ok(answer)
    }

    async fn send_anew(&self, call: Call<'_>) -> Result<Response, Failure> {
        let (again, redirected) = match call.message {
            Message::Get(_) | Message::Head(_) => (true, true),
            Message::Login(..) => (false, false),
            Message::Signed(..) | Message::Patch(..) => (true, false),
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
                && may_pass(status)
                && let Some(pause) = pause(
                    self.world,
                    self.remaining(),
                    attempt,
                    status,
                    response.headers(),
                )
            {
                drop(response);
                self.world.clock().sleep(pause).await;
                continue;
            }
            let limit = match call.message {
                // It tells how long a body would be, and has none.
                Message::Head(_) => None,
                _ => Some(call.limit),
            };
            return self.read(permit, response, call.what, limit).await;
        }
    }

    async fn send_once(
        &self,
        permit: &Permit,
        accept: &[&'static str],
        message: &Message<'_>,
    ) -> Result<http::Response<<W::Http as HttpClient>::Body>, Failure> {
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, AGENT);
        for media_type in accept {
            headers.append(ACCEPT, HeaderValue::from_static(media_type));
        }
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let request = match message {
            Message::Get(authorization) => permit.get(headers, *authorization),
            Message::Head(authorization) => permit.head(headers, *authorization),
            Message::Login(media_type, body) => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
                permit.post(headers, None, body.clone())?
            }
            Message::Signed(authorization, body) => {
                permit.post(headers, Some(authorization), body.clone())?
            }
            Message::Patch(authorization, body) => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                permit.patch(headers, authorization, body.clone())?
            }
        };
        let remaining = self.remaining();
        if remaining.is_zero() {
            return Err(deadline_exceeded());
        }
        let timeout = PATIENCE.min(remaining);
        self.requests.fetch_add(1, Ordering::Relaxed);
        // The client bounds connecting and waiting, each; this bounds a client that does not.
        let patience = timeout.saturating_mul(2).min(remaining);
        match self
            .within(patience, self.world.http().send(request, timeout))
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
                "The sign-in request was redirected, and sign-in requests don't follow redirects."
                    .to_owned(),
            ));
        }
        if redirects > REDIRECTS {
            return Err(refused(format!(
                "There are more than {REDIRECTS} redirects."
            )));
        }
        let nowhere = || refused("A redirect has no valid target.".to_owned());
        let location = headers.get(LOCATION).ok_or_else(nowhere)?;
        // Bytes beyond ASCII are UTF-8, as everybody writes it.
        let location = String::from_utf8_lossy(location.as_bytes());
        let to = from.url().join(&location).map_err(|_| nowhere())?;
        let permit = self.guard.redirect(from, to)?;
        Ok(permit.written_as(&location))
    }

    /// Runs a future for at most `limit`.
    async fn within<T>(&self, limit: Duration, future: impl Future<Output = T>) -> Option<T> {
        let mut future = pin!(future);
        let mut end = pin!(self.world.clock().sleep(limit));
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
                format!("The host {authority} can't be found (DNS)."),
            ),
            // No more than the guard's own refusal says.
            SendError::Prohibited => (
                Code::AddressNotAllowed,
                "This service isn't allowed to contact that address.".to_owned(),
            ),
            SendError::Refused => (
                Code::ConnectRefused,
                format!("{authority} refused the connection."),
            ),
            SendError::ConnectTimeout => (
                Code::ConnectTimeout,
                format!("{authority} didn't accept a connection in time."),
            ),
            SendError::ReadTimeout => (
                Code::AnswerTimeout,
                format!("{authority} didn't respond in time."),
            ),
            SendError::Tls => (
                Code::TlsFailed,
                format!("The TLS handshake with {authority} failed."),
            ),
            SendError::Certificate => (
                Code::TlsCertificate,
                format!("The certificate of {authority} isn't trusted."),
            ),
            SendError::Closed => (
                Code::AnswerMalformed,
                format!("{authority} closed the connection before its response was complete."),
            ),
            SendError::Malformed => (
                Code::AnswerMalformed,
                format!("{authority} didn't send a valid HTTP response."),
            ),
            SendError::TooLarge => (
                Code::AnswerTooLarge,
                format!("The response headers from {authority} are too large."),
            ),
            SendError::Internal => (
                Code::ServerError,
                format!("The request to {authority} failed in this service."),
            ),
        };
        Failure::new(code, detail)
    }
}

/// When a token that is used as a password says that it ends, in milliseconds since 1970.
fn token_end(credentials: &Credentials) -> Option<i64> {
    match credentials {
        Credentials::Password {
            password: token, ..
        }
        | Credentials::OAuth2 { token }
        | Credentials::Bearer { token } => Claims::read(token.expose())?.expires_at(),
        _ => None,
    }
}

fn deadline_exceeded() -> Failure {
    Failure::new(
        Code::DeadlineExceeded,
        format!("It wasn't finished after {} seconds.", DEADLINE.as_secs()),
    )
}

fn is_too_many(answer: &Response) -> bool {
    answer.status == StatusCode::TOO_MANY_REQUESTS
        || OciError::read(&answer.body) == Some(OciError::TooManyRequests)
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}
