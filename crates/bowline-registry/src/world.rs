//! The outside world of a conversation, which its caller hands in.

use std::{future::Future, time::Duration};

use crate::http::HttpClient;

/// A clock.
pub trait Clock: Send + Sync {
    /// Time since a fixed moment; it never goes back.
    fn monotonic(&self) -> Duration;

    /// The time of day, in milliseconds since 1970.
    fn epoch_ms(&self) -> i64;

    /// Ends after `duration`.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send;
}

/// Randomness that picks images, spreads retries and blinds the arithmetic of private keys. Nobody may be able to
/// foretell it.
pub trait Random: Send + Sync {
    /// The next number, evenly distributed.
    fn next_u64(&self) -> u64;
}

/// What a conversation runs in: an HTTP client, a clock and randomness.
pub trait World: Send + Sync {
    /// The HTTP client.
    type Http: HttpClient;
    /// The clock.
    type Clock: Clock;
    /// The randomness.
    type Random: Random;

    /// Sends requests.
    fn http(&self) -> &Self::Http;

    /// Tells the time.
    fn clock(&self) -> &Self::Clock;

    /// Picks at random.
    fn random(&self) -> &Self::Random;
}
