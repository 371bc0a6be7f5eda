//! Callers in a closed loop: each has a connection that is kept, and asks again as soon as it is answered.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use http_body_util::{BodyExt as _, Full};
use hyper::{
    Method, Request, StatusCode,
    body::Bytes,
    client::conn::http1::{SendRequest, handshake},
    header,
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, task::JoinSet, time::sleep_until};

/// How long callers ask before it counts, and how long it then counts.
const WARM_UP: Duration = Duration::from_millis(200);
const COUNTED: Duration = Duration::from_millis(800);

/// What is asked, again and again.
#[derive(Clone)]
pub(crate) struct Call {
    /// What tables call it.
    pub(crate) name: &'static str,
    /// Where the host listens.
    pub(crate) host: SocketAddr,
    /// The caller's token, by the number of the request.
    pub(crate) token: Arc<dyn Fn(u64) -> String + Send + Sync>,
    /// The path.
    pub(crate) path: String,
    /// What is posted, by a number that is another one each time; without it the path is read.
    pub(crate) body: Option<fn(u64) -> String>,
}

/// What a while of asking gave.
#[derive(Clone, Copy)]
pub(crate) struct Sample {
    /// Answers a second.
    pub(crate) rate: f64,
    /// How long half, 95 and 99 of a hundred answers took at most.
    pub(crate) p50: Duration,
    pub(crate) p95: Duration,
    pub(crate) p99: Duration,
    /// What the host computed for an answer, on all cores.
    pub(crate) computed: Duration,
}

/// A connection that is kept.
pub(crate) struct Caller {
    call: Call,
    sender: SendRequest<Full<Bytes>>,
}

impl Caller {
    /// Connects.
    pub(crate) async fn connect(call: &Call) -> Self {
        let stream = TcpStream::connect(call.host)
            .await
            .expect("the host listens");
        stream.set_nodelay(true).expect("TCP has no delay");
        let (sender, connection) = handshake(TokioIo::new(stream))
            .await
            .expect("the host speaks HTTP/1.1");
        tokio::spawn(connection);
        Self {
            call: call.clone(),
            sender,
        }
    }

    /// Asks once and reads the answer to its end, which must be good. Gives the time that it took.
    pub(crate) async fn ask(&mut self, number: u64) -> Duration {
        let Call {
            path,
            token,
            host,
            body,
            ..
        } = &self.call;
        let (method, body, good) = match body {
            Some(body) => (Method::POST, body(number), StatusCode::CREATED),
            None => (Method::GET, String::new(), StatusCode::OK),
        };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, host.to_string())
            .header(header::AUTHORIZATION, format!("Bearer {}", token(number)))
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::from(body))
            .expect("requests of the benchmark are sound");
        let started = Instant::now();
        let answer = self.sender.send_request(request).await;
        let answer = answer.expect("the host answers");
        let status = answer.status();
        let body = answer.into_body().collect().await;
        let took = started.elapsed();
        assert_eq!(status, good, "{path}: {body:?}");
        took
    }
}

/// Lets this many callers ask for a while. `computed` tells how long the host has computed so far; `first` numbers the
/// first body.
pub(crate) async fn sample(
    call: &Call,
    callers: u64,
    first: u64,
    computed: impl Fn() -> Duration,
) -> Sample {
    let counts = Instant::now() + WARM_UP;
    let ends = counts + COUNTED;
    let mut asking = JoinSet::new();
    for caller in 0..callers {
        let mut connection = Caller::connect(call).await;
        asking.spawn(async move {
            let mut times = Vec::new();
            let mut number = first + caller;
            while Instant::now() < ends {
                let took = connection.ask(number).await;
                number += callers;
                let now = Instant::now();
                if (counts..ends).contains(&now) {
                    times.push(took);
                }
            }
            times
        });
    }
    sleep_until(counts.into()).await;
    let before = computed();
    sleep_until(ends.into()).await;
    let computed = computed() - before;
    let mut times = asking.join_all().await.concat();
    times.sort_unstable();
    let count = u32::try_from(times.len()).expect("the host is not that fast");
    let last = times.len().saturating_sub(1);
    let percentile = |percent: usize| times.get(last * percent / 100).copied().unwrap_or_default();
    Sample {
        rate: f64::from(count) / COUNTED.as_secs_f64(),
        p50: percentile(50),
        p95: percentile(95),
        p99: percentile(99),
        computed: computed / count.max(1),
    }
}

/// The same token each time.
pub(crate) fn always(token: String) -> Arc<dyn Fn(u64) -> String + Send + Sync> {
    Arc::new(move |_| token.clone())
}
