//! The outside world of these tests: a client of hyper that dials the test's server whatever the name, without TLS, so that
//! registries can have their own names and nothing leaves the machine.

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use bowline_registry::{Clock, HttpClient, Random, Request, ResponseBody, SendError, World};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

pub struct TestWorld {
    http: Client,
    clock: RealClock,
    random: InTurn,
}

pub struct Client(SocketAddr);

pub struct Body(Incoming);

pub struct RealClock(Instant);

pub struct InTurn(AtomicU64);

/// A world whose only server is at this address.
pub fn world(server: SocketAddr) -> TestWorld {
    TestWorld {
        http: Client(server),
        clock: RealClock(Instant::now()),
        random: InTurn(AtomicU64::new(0)),
    }
}

impl World for TestWorld {
    type Http = Client;
    type Clock = RealClock;
    type Random = InTurn;

    fn http(&self) -> &Client {
        &self.http
    }

    fn clock(&self) -> &RealClock {
        &self.clock
    }

    fn random(&self) -> &InTurn {
        &self.random
    }
}

impl HttpClient for Client {
    type Body = Body;

    async fn send(&self, request: Request, _: Duration) -> Result<http::Response<Body>, SendError> {
        let stream = TcpStream::connect(self.0)
            .await
            .map_err(|_| SendError::Refused)?;
        let (mut sender, connection) = http1::Builder::new()
            .max_headers(512)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|_| SendError::Closed)?;
        tokio::spawn(connection);
        let host = &request.url[url::Position::BeforeHost..url::Position::AfterPort];
        let mut builder = http::Request::builder()
            .method(request.method)
            .uri(request.target)
            .header(http::header::HOST, host);
        builder.headers_mut().unwrap().extend(request.headers);
        let request = builder.body(Full::new(request.body)).unwrap();
        let response = sender.send_request(request).await;
        let response = response.map_err(|error| match error.is_parse() {
            true => SendError::Malformed,
            false => SendError::Closed,
        })?;
        Ok(response.map(Body))
    }
}

impl ResponseBody for Body {
    async fn chunk(&mut self) -> Result<Option<Bytes>, SendError> {
        loop {
            match self.0.frame().await {
                None => return Ok(None),
                Some(Err(_)) => return Err(SendError::Closed),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data));
                    }
                }
            }
        }
    }
}

impl Clock for RealClock {
    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }

    fn epoch_ms(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        i64::try_from(since.as_millis()).unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

impl Random for InTurn {
    fn next_u64(&self) -> u64 {
        self.0.fetch_add(1, Relaxed)
    }
}
