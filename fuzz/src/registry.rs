//! A registry that answers with the input of a target, and the world in which it is asked.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use bowline_registry::{Clock, HttpClient, Random, Request, ResponseBody, SendError, World};
use bytes::Bytes;
use http::Response;

/// An answer.
#[derive(Clone, Default)]
pub struct Answer {
    pub status: u16,
    /// Names and values; what is no header is left out.
    pub headers: Vec<(&'static str, Vec<u8>)>,
    pub body: Bytes,
}

/// Decides the answer to a request.
pub struct Registry<F>(pub F);

/// The body of an answer, in one piece.
pub struct Body(Option<Bytes>);

/// A clock that moves a little each time it is looked at, and by what is slept.
#[derive(Default)]
pub struct Ticks(AtomicU64);

/// The same number each time.
pub struct Seven;

/// The world in which that registry is asked.
pub struct FakeWorld<F> {
    http: Registry<F>,
    clock: Ticks,
    random: Seven,
}

impl<F: Fn(&Request) -> Answer + Send + Sync> World for FakeWorld<F> {
    type Http = Registry<F>;
    type Clock = Ticks;
    type Random = Seven;

    fn http(&self) -> &Registry<F> {
        &self.http
    }

    fn clock(&self) -> &Ticks {
        &self.clock
    }

    fn random(&self) -> &Seven {
        &self.random
    }
}

/// The world with a registry that answers like this.
pub fn world<F: Fn(&Request) -> Answer + Send + Sync>(answer: F) -> FakeWorld<F> {
    FakeWorld {
        http: Registry(answer),
        clock: Ticks::default(),
        random: Seven,
    }
}

/// An answer with a status, a JSON content type and a body.
pub fn json(status: u16, body: &[u8]) -> Answer {
    Answer {
        status,
        headers: vec![("content-type", b"application/json".to_vec())],
        body: Bytes::copy_from_slice(body),
    }
}

impl Answer {
    /// The same with one more header.
    pub fn with(mut self, name: &'static str, value: &[u8]) -> Self {
        self.headers.push((name, value.to_vec()));
        self
    }
}

impl<F: Fn(&Request) -> Answer + Send + Sync> HttpClient for Registry<F> {
    type Body = Body;

    async fn send(&self, request: Request, _: Duration) -> Result<Response<Body>, SendError> {
        let answer = (self.0)(&request);
        let mut response = Response::builder().status(answer.status);
        for (name, value) in answer.headers {
            if let Ok(value) = http::HeaderValue::from_bytes(&value) {
                response = response.header(name, value);
            }
        }
        response
            .body(Body(Some(answer.body)))
            .map_err(|_| SendError::Malformed)
    }
}

impl ResponseBody for Body {
    async fn chunk(&mut self) -> Result<Option<Bytes>, SendError> {
        Ok(self.0.take())
    }
}

impl Clock for Ticks {
    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.0.fetch_add(1, Ordering::Relaxed))
    }

    fn epoch_ms(&self) -> i64 {
        crate::NOW
    }

    async fn sleep(&self, duration: Duration) {
        let slept = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX / 2);
        self.0.fetch_add(slept.min(60_000), Ordering::Relaxed);
    }
}

impl Random for Seven {
    fn next_u64(&self) -> u64 {
        7
    }
}
