//! The environment of a conversation, which the caller provides.

use std::{future::Future, time::Duration};

use crate::http::HttpClient;

/// A clock.
pub trait Clock: Send + Sync {
    /// Returns the time since a fixed moment. It never decreases.
    fn monotonic(&self) -> Duration;

    /// Returns the current time in milliseconds since 1970.
    fn epoch_ms(&self) -> i64;

    /// Waits for `duration`.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send;
}

/// Randomness to pick images, spread retries, and blind private key arithmetic. It must be unpredictable.
pub trait Random: Send + Sync {
    /// Returns a uniformly distributed number.
    fn next_u64(&self) -> u64;
}

/// The environment of a conversation: an HTTP client, a clock, and randomness.
pub trait World: Send + Sync {
    /// The HTTP client.
    type Http: HttpClient;
    /// The clock.
    type Clock: Clock;
    /// The randomness.
    type Random: Random;

    /// Returns the HTTP client.
    fn http(&self) -> &Self::Http;

    /// Returns the clock.
    fn clock(&self) -> &Self::Clock;

    /// Returns the randomness.
    fn random(&self) -> &Self::Random;
}
