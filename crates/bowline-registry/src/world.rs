//! The outside world, as it is handed in.

use std::{future::Future, time::Duration};

/// Time.
pub trait Clock {
    /// Time since a fixed moment; never goes back.
    fn monotonic(&self) -> Duration;

    /// The time of day, in milliseconds since 1970.
    fn epoch_ms(&self) -> i64;

    /// Ends after `duration`.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()>;
}

/// Randomness that picks images and spreads retries; nothing secret comes of it.
pub trait Random {
    /// The next number, evenly distributed.
    fn next_u64(&self) -> u64;
}

/// What the conversation runs in.
#[derive(Clone, Debug)]
pub struct World<H, C, R> {
    /// Sends requests.
    pub http: H,
    /// Tells the time.
    pub clock: C,
    /// Draws.
    pub random: R,
}
