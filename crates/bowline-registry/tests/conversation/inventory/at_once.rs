//! How much is under way at once.

use std::{
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    time::Duration,
};

use bowline_registry::{
    AskedTag, Clock, HttpClient, Operator, Random, Request, ResponseBody, SendError, World, digests,
};
use bytes::Bytes;
use http::Response;

use crate::registry::anonymous;

/// Answers everything with a manifest, after a while in which others can ask.
#[derive(Default)]
struct Busy {
    under_way: AtomicUsize,
    most: AtomicUsize,
}

struct Empty;

impl ResponseBody for Empty {
    async fn chunk(&mut self) -> Result<Option<Bytes>, SendError> {
        Ok(None)
    }
}

impl HttpClient for Busy {
    type Body = Empty;

    async fn send(&self, _: Request, _: Duration) -> Result<Response<Empty>, SendError> {
        let under_way = self.under_way.fetch_add(1, Relaxed) + 1;
        self.most.fetch_max(under_way, Relaxed);
        for _ in 0..3 {
            tokio::task::yield_now().await;
        }
        self.under_way.fetch_sub(1, Relaxed);
        Ok(Response::new(Empty))
    }
}

struct Still;

impl Clock for Still {
    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }

    fn epoch_ms(&self) -> i64 {
        0
    }

    async fn sleep(&self, _: Duration) {
        std::future::pending().await
    }
}

impl Random for Still {
    fn next_u64(&self) -> u64 {
        0
    }
}

struct BusyWorld(Busy);

impl World for BusyWorld {
    type Http = Busy;
    type Clock = Still;
    type Random = Still;

    fn http(&self) -> &Busy {
        &self.0
    }

    fn clock(&self) -> &Still {
        &Still
    }

    fn random(&self) -> &Still {
        &Still
    }
}

#[tokio::test]
async fn six_requests_are_under_way_at_once() {
    for (tags, most) in [(1, 1), (3, 2), (40, 6)] {
        let world = BusyWorld(Busy::default());
        let asked = (0..tags)
            .map(|number| AskedTag {
                tag: number.to_string(),
                known: None,
            })
            .collect();
        let found = digests(
            &world,
            &Operator::default(),
            &anonymous(),
            None,
            "team/app",
            asked,
        )
        .await;
        let found = found.unwrap();
        assert_eq!((found.items.len(), found.requests), (tags, tags as u32 + 1));
        assert_eq!(world.0.most.load(Relaxed), most, "{tags} tags");
    }
}
