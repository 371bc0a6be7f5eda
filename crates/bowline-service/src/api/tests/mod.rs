//! The public service over SQLite in memory and a private service that answers what it is told to.

use std::{
    cell::RefCell,
    collections::VecDeque,
    pin::Pin,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering::Relaxed},
    },
    task::{Context, Poll},
    time::Duration,
};

use base64::Engine;
use bowline_registry::Clock;
use bowline_store::{ConnectionId, Database, Store, rusqlite::Rusqlite};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use http_body::{Body, Frame};
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::*;
use crate::{
    config::{Config, Variables},
    context::RequestContext,
    openapi::contract,
    problem::ProblemType,
    response::{Response, ResponseBody},
    token::signing,
};

mod about;
mod access;
mod audit;
mod browsing;
mod checks;
mod connections;
mod credentials;
mod docker_config;
mod event_addresses;
mod events;
mod logging;
mod notices;
mod once;
mod protocol;
mod quotas;
mod resealing;
mod scanning;
mod scans;
mod scheduled_work;
mod selecting;
mod settings;
mod signing_in;
mod statuses;
mod streaming;
mod syncing;
mod uses;

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const START_MS: i64 = 1_800_000_000_000;
const LIST: &str = "/v1/projects/acme/connections";
const PASSWORD: &str = "pa55-w0rd-of-ada";

/// The permissions of a token that may do everything.
const ALL: [&str; 6] = [
    "iam:project:cicd:registry:read",
    "iam:project:cicd:registry:write",
    "iam:project:cicd:registry:delete",
    "iam:project:cicd:registry:use",
    "iam:project:cicd:registry:admin",
    "iam:project:cicd:registry:sync",
];

/// The time, which tests set.
#[derive(Clone)]
struct Clocked(Arc<AtomicI64>);

impl Clocked {
    fn new(now: i64) -> Self {
        Self(Arc::new(AtomicI64::new(now)))
    }

    fn get(&self) -> i64 {
        self.0.load(Relaxed)
    }

    fn set(&self, now: i64) {
        self.0.store(now, Relaxed);
    }

    fn replace(&self, now: i64) -> i64 {
        self.0.swap(now, Relaxed)
    }
}

struct TestClock(Clocked);

impl Clock for TestClock {
    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.epoch_ms().unsigned_abs())
    }

    fn epoch_ms(&self) -> i64 {
        self.0.get()
    }

    /// Time passes only when a test says so, or where somebody waits for a short while.
    async fn sleep(&self, duration: Duration) {
        if duration >= Duration::from_secs(1) {
            std::future::pending::<()>().await;
        }
        let later = self.0.get().saturating_add(duration.as_millis() as i64);
        self.0.set(later);
        tokio::task::yield_now().await;
    }
}

/// Counts, so that every number is another.
#[derive(Clone, Default)]
struct Counter(Arc<AtomicU64>);

impl bowline_registry::Random for Counter {
    fn next_u64(&self) -> u64 {
        self.0.fetch_add(1, Relaxed).wrapping_add(1)
    }
}

impl bowline_store::Random for Counter {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(
                &bowline_registry::Random::next_u64(self).to_le_bytes()[..chunk.len()],
            );
        }
    }
}

/// What the private service was sent.
struct Sent {
    address: String,
    headers: HeaderMap,
    body: String,
}

/// A private service that gives prepared answers, in order.
#[derive(Clone, Default)]
struct Script {
    answers: Rc<RefCell<VecDeque<http::Response<Channel>>>>,
    sent: Rc<RefCell<Vec<Sent>>>,
}

/// A body that comes when the test sends it.
struct Channel(mpsc::UnboundedReceiver<Bytes>);

impl Body for Channel {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        self.0
            .poll_recv(context)
            .map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
    }
}

impl Outbound for Script {
    type Body = Channel;

    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Channel>, Unreachable> {
        let headers = request.headers().clone();
        self.sent.borrow_mut().push(Sent {
            address: request.uri().to_string(),
            headers,
            body: String::from_utf8(request.body().to_vec()).unwrap(),
        });
        self.answers
            .borrow_mut()
            .pop_front()
            .ok_or(Unreachable("connection refused".to_owned()))
    }
}

impl Script {
    /// The next answer: its head, and where to send its body.
    fn stream(&self, status: u16, kind: &'static str) -> mpsc::UnboundedSender<Bytes> {
        let (sender, receiver) = mpsc::unbounded_channel();
        let response = http::Response::builder()
            .status(status)
            .header(header::CONTENT_TYPE, kind);
        self.answers
            .borrow_mut()
            .push_back(response.body(Channel(receiver)).unwrap());
        sender
    }

    fn whole(&self, status: u16, kind: &'static str, body: &Value) {
        self.stream(status, kind)
            .send(Bytes::from(body.to_string()))
            .unwrap();
    }

    fn check(&self, ok: bool, proved: &str, problem: Value) {
        self.whole(200, "application/json", &check_json(ok, proved, problem));
    }
}

fn check_json(ok: bool, proved: &str, problem: Value) -> Value {
    let facts = json!({ "catalog": "unknown", "canPush": "unknown" });
    json!({ "ok": ok, "proved": proved, "steps": [], "problem": problem, "facts": facts, "warnings": [] })
}

fn auth_rejected() -> Value {
    json!({ "code": "auth.rejected", "title": "The registry rejected the username or password", "detail": "d",
            "hint": "h", "field": "values.password" })
}

struct Harness {
    service: Service<Shared, Script, TestClock, Counter>,
    database: Shared,
    script: Script,
    now: Clocked,
}

/// A database that several instances have.
#[derive(Clone)]
struct Shared(Arc<Rusqlite>);

impl Database for Shared {
    async fn query(
        &self,
        statement: &str,
        parameters: Vec<bowline_store::Value>,
    ) -> Result<Vec<bowline_store::Row>, bowline_store::DatabaseError> {
        self.0.query(statement, parameters).await
    }
}

/// An answer, read.
#[derive(Debug)]
struct Read {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Read {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// Status and code of a problem.
    fn problem(&self) -> (u16, String) {
        assert_eq!(
            self.headers[header::CONTENT_TYPE],
            "application/problem+json",
            "{self:?}"
        );
        let body = self.json();
        assert_eq!(body["status"], self.status);
        assert_eq!(
            body["type"],
            format!("urn:bowline:problem:{}", body["code"].as_str().unwrap())
        );
        assert_eq!(
            body["requestId"].as_str().unwrap(),
            self.headers["x-request-id"].to_str().unwrap()
        );
        (self.status, body["code"].as_str().unwrap().to_owned())
    }
}

fn problem(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

fn variables() -> Variables {
    Variables {
        sealing_keys: format!(
            "k1:{}",
            base64::engine::general_purpose::STANDARD.encode([7; 32])
        ),
        auth_secret: SECRET.to_owned(),
        ..Variables::default()
    }
}

impl Harness {
    fn new() -> Self {
        Self::with(&variables())
    }

    fn with(variables: &Variables) -> Self {
        let database = Shared(Arc::new(Rusqlite::in_memory().unwrap()));
        let now = Clocked::new(START_MS);
        Self::over(database, Script::default(), now, variables)
    }

    fn over(database: Shared, script: Script, now: Clocked, variables: &Variables) -> Self {
        let service = Service::new(
            database.clone(),
            script.clone(),
            TestClock(now.clone()),
            Counter::default(),
            Config::parse(variables),
        );
        Self {
            service,
            database,
            script,
            now,
        }
    }

    /// One more instance over the same database, in the same world.
    fn another_instance(&self, variables: &Variables) -> Self {
        let (script, now) = (self.script.clone(), self.now.clone());
        Self::over(self.database.clone(), script, now, variables)
    }

    async fn answer(&self, request: http::Request<Full<Bytes>>) -> Response {
        self.service.handle(request).await
    }

    /// Sends a request, and holds the answer against the description of the API.
    async fn send(&self, request: http::Request<Full<Bytes>>) -> Read {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let sent = self.script.sent.borrow().len();
        let answer = self.answer(request).await;
        let (head, body) = answer.into_parts();
        let is_stream = matches!(body, ResponseBody::Stream(_));
        let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        if !is_stream && head.status != StatusCode::NO_CONTENT {
            assert_eq!(head.headers[header::CONTENT_LENGTH], text.len().to_string());
        }
        assert_eq!(head.headers[header::CACHE_CONTROL], "no-store");
        assert_eq!(head.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        let policy = &head.headers[header::CONTENT_SECURITY_POLICY];
        assert_eq!(policy, "default-src 'none'; frame-ancestors 'none'");
        let kind = head.headers.get(header::CONTENT_TYPE);
        let kind = kind.map_or("", |kind| kind.to_str().unwrap());
        // What the private service says here is the test's own.
        let ours = (self.script.sent.borrow().len() == sent).then_some(text.as_str());
        contract::hold(&method, &path, head.status.as_u16(), kind, ours);
        Read {
            status: head.status.as_u16(),
            headers: head.headers,
            text,
        }
    }

    async fn get(&self, path: &str) -> Read {
        self.send(request(Method::GET, path, &[], None)).await
    }

    async fn post(&self, path: &str, body: &Value) -> Read {
        self.send(request(Method::POST, path, &[], Some(body)))
            .await
    }

    /// A connection's path and what was answered to its creation.
    async fn created(&self, name: &str, url: &str) -> (String, Value) {
        let answer = self.post(LIST, &form(name, url)).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        let connection = answer.json();
        (
            format!("{LIST}/{}", connection["id"].as_str().unwrap()),
            connection,
        )
    }
}

/// The document of a policy as it is kept.
fn normalized(policy: &Value) -> Value {
    let document = serde_json::from_value(policy.clone()).unwrap();
    let (_, policy) = bowline::selection::Policy::check(&document, None, None);
    serde_json::to_value(policy.unwrap()).unwrap()
}

fn form(name: &str, url: &str) -> Value {
    json!({ "provider": "docker-registry", "name": name, "auth": "password",
            "values": { "url": url, "username": "ada", "password": PASSWORD } })
}

fn token(claims: &Value) -> String {
    let header = json!({ "alg": "HS256", "typ": "JWT" });
    signing::sign(SECRET.as_bytes(), &header, claims)
}

fn claims(subject: &str, projects: &[&str], permissions: &[&str]) -> Value {
    json!({ "sub": subject, "exp": START_MS / 1000 + 3600, "projects": projects, "permissions": permissions })
}

/// A request as a signed-in caller with every permission in `acme` sends it; `headers` go before its own.
fn request(
    method: Method,
    path: &str,
    headers: &[(&'static str, &str)],
    body: Option<&Value>,
) -> http::Request<Full<Bytes>> {
    let mut request = http::Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let all = request.headers_mut().unwrap();
    if !all.contains_key(header::AUTHORIZATION) {
        let token = token(&claims("ada", &["acme"], &ALL));
        all.insert(
            header::AUTHORIZATION,
            format!("Bearer {token}").parse().unwrap(),
        );
    }
    if body.is_some() && !all.contains_key(header::CONTENT_TYPE) {
        all.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
    }
    request
        .body(Full::new(body.map_or_else(Bytes::new, |body| {
            Bytes::from(body.to_string())
        })))
        .unwrap()
}
