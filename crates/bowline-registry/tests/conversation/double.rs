//! A world made of tables: an HTTP client that answers from a script, a clock that only sleeping and slow servers move,
//! and numbers that come in turn.

use std::{
    future::poll_fn,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    task::Poll,
    time::Duration,
};

use bowline_registry::{Clock, HttpClient, Random, Request, ResponseBody, SendError, World};
use bytes::Bytes;
use http::{HeaderMap, Response};
use url::Url;

/// What was sent.
#[derive(Clone, Debug)]
pub struct Sent {
    pub method: String,
    pub url: Url,
    /// The path and query of the request line.
    pub target: String,
    pub headers: HeaderMap,
    pub body: String,
}

impl Sent {
    /// `GET https://registry.example.com/v2/`
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.url)
    }

    pub fn authorization(&self) -> Option<&str> {
        self.headers
            .get("authorization")
            .map(|value| value.to_str().unwrap())
    }

    /// Tells whether it brings credentials: in a header, or in the body of a login.
    pub fn has_credentials(&self) -> bool {
        !self.body.is_empty()
            || CREDENTIALS
                .iter()
                .any(|name| self.headers.contains_key(*name))
    }

    /// What it takes on the wire, all but the version of HTTP.
    pub fn bytes(&self) -> usize {
        let header = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
            name.as_str().len() + value.len() + 4
        };
        let headers: usize = self.headers.iter().map(header).sum();
        self.line().len() + headers + self.body.len()
    }

    pub fn query(&self, name: &str) -> Option<String> {
        self.url
            .query_pairs()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }
}

/// What a server does with a request.
#[derive(Clone, Debug)]
pub enum Reply {
    Answer {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: Body,
    },
    Fail(SendError),
    /// Nothing, ever: not even the client's time-out is kept.
    Hang,
    /// The client's own time-out passes.
    TimeOut(SendError),
}

/// How a body comes.
#[derive(Clone, Debug)]
pub enum Body {
    Whole(Bytes),
    /// This, after a while.
    Slow(Bytes, Duration),
    /// This again and again, each time after a while.
    Endless(Bytes, Duration),
    /// This, and then an error.
    Broken(Bytes, SendError),
    /// This, and then nothing.
    Stalled(Bytes),
}

impl Reply {
    pub fn status(status: u16) -> Self {
        Self::Answer {
            status,
            headers: Vec::new(),
            body: Body::Whole(Bytes::new()),
        }
    }

    pub fn json(body: impl Into<String>) -> Self {
        Self::status(200)
            .with("content-type", "application/json")
            .text(body)
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push((name, value.into()));
        }
        self
    }

    pub fn text(self, text: impl Into<String>) -> Self {
        self.body(Body::Whole(Bytes::from(text.into())))
    }

    pub fn body(mut self, new: Body) -> Self {
        if let Self::Answer { body, .. } = &mut self {
            *body = new;
        }
        self
    }
}

type Script = Box<dyn FnMut(&Sent) -> Reply + Send>;

/// The scripted client. When it goes, it checks that no credentials went where they must not: see [`Double::trust`].
pub struct Double {
    script: Mutex<Script>,
    sent: Mutex<Vec<Sent>>,
    received: AtomicUsize,
    trusted: Mutex<Vec<&'static str>>,
    time: Arc<Time>,
}

/// The origins that may get credentials unless a test names others.
const TRUSTED: [&str; 2] = ["https://registry.example.com", "https://auth.example.com"];

/// The headers that credentials go in.
const CREDENTIALS: [&str; 6] = [
    "authorization",
    "cookie",
    "private-token",
    "proxy-authorization",
    "x-amz-security-token",
    "x-jfrog-art-api",
];

/// The body of a scripted answer.
pub struct DoubleBody {
    body: Option<Body>,
    time: Arc<Time>,
}

/// The clock: it starts at 2023-11-14T22:13:20Z.
pub struct FakeClock(Arc<Time>);

/// Time that passes only when somebody sleeps: then it goes on to what happens next, a server's answer or the end of
/// the sleep.
#[derive(Default)]
struct Time(Mutex<Moments>);

#[derive(Default)]
struct Moments {
    now: Duration,
    next: Option<Duration>,
}

impl Time {
    fn now(&self) -> Duration {
        self.0.lock().unwrap().now
    }

    /// Ends when a server has taken this long.
    async fn pass(&self, pause: Duration) {
        let end = self.now() + pause;
        poll_fn(|_| {
            let mut moments = self.0.lock().unwrap();
            if moments.now >= end {
                return Poll::Ready(());
            }
            moments.next = Some(end);
            Poll::Pending
        })
        .await;
    }

    async fn sleep(&self, pause: Duration) {
        let end = self.now() + pause;
        poll_fn(|context| {
            let mut moments = self.0.lock().unwrap();
            if moments.now < end {
                moments.now = moments.next.take().map_or(end, |next| next.min(end));
                context.waker().wake_by_ref();
            }
            if moments.now >= end {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }
}

/// 0, 1, 2, …
#[derive(Default)]
pub struct InTurn(AtomicU64);

/// All of it.
pub struct FakeWorld {
    pub http: Double,
    pub clock: FakeClock,
    pub random: InTurn,
}

impl World for FakeWorld {
    type Http = Double;
    type Clock = FakeClock;
    type Random = InTurn;

    fn http(&self) -> &Double {
        &self.http
    }

    fn clock(&self) -> &FakeClock {
        &self.clock
    }

    fn random(&self) -> &InTurn {
        &self.random
    }
}

/// A world in which `script` answers.
pub fn world(script: impl FnMut(&Sent) -> Reply + Send + 'static) -> FakeWorld {
    let time = Arc::new(Time::default());
    FakeWorld {
        http: Double {
            script: Mutex::new(Box::new(script)),
            sent: Mutex::default(),
            received: AtomicUsize::default(),
            trusted: Mutex::new(TRUSTED.to_vec()),
            time: Arc::clone(&time),
        },
        clock: FakeClock(time),
        random: InTurn::default(),
    }
}

impl Double {
    pub fn sent(&self) -> Vec<Sent> {
        self.sent.lock().unwrap().clone()
    }

    pub fn lines(&self) -> Vec<String> {
        self.sent.lock().unwrap().iter().map(Sent::line).collect()
    }

    /// The bytes of all requests and of the heads and whole bodies of all answers.
    pub fn bytes(&self) -> usize {
        self.sent
            .lock()
            .unwrap()
            .iter()
            .map(Sent::bytes)
            .sum::<usize>()
            + self.received.load(Relaxed)
    }

    /// Lets these origins, too, get credentials: the test is about that.
    pub fn trust(&self, origins: &[&'static str]) {
        self.trusted.lock().unwrap().extend(origins);
    }

    /// Lets no other origin than these get credentials.
    pub fn trust_only(&self, origins: &[&'static str]) {
        *self.trusted.lock().unwrap() = origins.to_vec();
    }
}

/// Every test that sends anything shows that no other origin got credentials.
impl Drop for Double {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let trusted = self.trusted.lock().unwrap();
        for sent in self
            .sent
            .lock()
            .unwrap()
            .iter()
            .filter(|sent| sent.has_credentials())
        {
            let origin = sent.url.origin().ascii_serialization();
            assert!(
                trusted.contains(&origin.as_str()),
                "credentials went to {origin}, not only to {trusted:?}"
            );
        }
    }
}

impl HttpClient for Double {
    type Body = DoubleBody;

    async fn send(
        &self,
        request: Request,
        timeout: Duration,
    ) -> Result<Response<DoubleBody>, SendError> {
        let sent = Sent {
            method: request.method.to_string(),
            url: request.url,
            target: request.target,
            headers: request.headers,
            body: String::from_utf8(request.body.to_vec()).unwrap(),
        };
        self.sent.lock().unwrap().push(sent.clone());
        let reply = (self.script.lock().unwrap())(&sent);
        match reply {
            Reply::Fail(error) => Err(error),
            Reply::Hang => std::future::pending().await,
            Reply::TimeOut(error) => {
                self.time.pass(timeout).await;
                Err(error)
            }
            Reply::Answer {
                status,
                headers,
                body,
            } => {
                let mut response = Response::builder().status(status);
                let mut bytes = if let Body::Whole(body) = &body {
                    body.len()
                } else {
                    0
                };
                for (name, value) in headers {
                    bytes += name.len() + value.len() + 4;
                    response = response.header(name, value);
                }
                self.received.fetch_add(bytes, Relaxed);
                let body = DoubleBody {
                    body: Some(body),
                    time: Arc::clone(&self.time),
                };
                Ok(response.body(body).unwrap())
            }
        }
    }
}

impl ResponseBody for DoubleBody {
    async fn chunk(&mut self) -> Result<Option<Bytes>, SendError> {
        match self.body.take() {
            None => Ok(None),
            Some(Body::Whole(bytes)) => Ok(Some(bytes)),
            Some(Body::Slow(bytes, pause)) => {
                self.time.pass(pause).await;
                Ok(Some(bytes))
            }
            Some(Body::Endless(bytes, pause)) => {
                self.time.pass(pause).await;
                self.body = Some(Body::Endless(bytes.clone(), pause));
                Ok(Some(bytes))
            }
            Some(Body::Broken(bytes, error)) if bytes.is_empty() => Err(error),
            Some(Body::Broken(bytes, error)) => {
                self.body = Some(Body::Broken(Bytes::new(), error));
                Ok(Some(bytes))
            }
            Some(Body::Stalled(bytes)) if bytes.is_empty() => std::future::pending().await,
            Some(Body::Stalled(bytes)) => {
                self.body = Some(Body::Stalled(Bytes::new()));
                Ok(Some(bytes))
            }
        }
    }
}

impl Clock for FakeClock {
    fn monotonic(&self) -> Duration {
        self.0.now()
    }

    fn epoch_ms(&self) -> i64 {
        1_700_000_000_000 + i64::try_from(self.monotonic().as_millis()).unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        self.0.sleep(duration).await;
    }
}

impl Random for InTurn {
    fn next_u64(&self) -> u64 {
        self.0.fetch_add(1, Relaxed)
    }
}
