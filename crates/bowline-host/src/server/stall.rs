//! Tracks how long a connection waits for its client.
//!
//! A client that sends or reads slowly must not block others. Each request has an allowance of waiting time. Waiting
//! uses it up, and every KiB of progress restores some of it. When it is used up, the connection ends. If others need
//! the place, the connection that has waited longest ends sooner.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{sync::Notify, time::Instant};

/// The number of bytes that restore a client's whole allowance: with the default of ten seconds, a client must move at
/// least 8 KiB per second.
const WHOLE: f64 = 80.0 * 1024.0;

/// The waiting time of one connection.
pub(super) struct Stall {
    allowance: Duration,
    state: Mutex<State>,
    cut_off: Notify,
}

struct State {
    /// The rest of the allowance.
    left: Duration,
    /// Since when the connection waits for its client.
    since: Option<Instant>,
    /// True while a request is in flight. Between requests the connection always waits for its client.
    in_request: bool,
}

impl Stall {
    /// A connection that waits for its first request.
    pub(super) fn new(allowance: Duration) -> Self {
        Self {
            allowance,
            state: Mutex::new(State {
                left: allowance,
                since: Some(Instant::now()),
                in_request: false,
            }),
            cut_off: Notify::new(),
        }
    }

    /// A request has arrived.
    pub(super) fn request_begins(&self) {
        *self.state() = State {
            left: self.allowance,
            since: None,
            in_request: true,
        };
    }

    /// The answer's last byte is handed over.
    pub(super) fn request_ends(&self) {
        *self.state() = State {
            left: self.allowance,
            since: Some(Instant::now()),
            in_request: false,
        };
    }

    /// The client has to send or to read before the request goes on. Gives the time at which the allowance is used up.
    pub(super) fn waits(&self) -> Instant {
        let mut state = self.state();
        let now = Instant::now();
        let since = *state.since.get_or_insert(now);
        since.checked_add(state.left).unwrap_or(now)
    }

    /// The client has sent or read this many bytes, and the request goes on.
    pub(super) fn moved(&self, bytes: usize) {
        let mut state = self.state();
        let now = Instant::now();
        let waited = now.saturating_duration_since(state.since.unwrap_or(now));
        let earned = self.allowance.mul_f64(bytes as f64 / WHOLE);
        state.left = state
            .left
            .saturating_sub(waited)
            .saturating_add(earned)
            .min(self.allowance);
        state.since = (!state.in_request).then_some(now);
    }

    /// The part of its allowance that the connection has waited for its client until `now`; `None` while it does not
    /// wait.
    pub(super) fn waited(&self, now: Instant) -> Option<Duration> {
        let state = self.state();
        let used = self.allowance.saturating_sub(state.left);
        let since = state.since?;
        Some(now.saturating_duration_since(since).saturating_add(used))
    }

    /// Ends the connection.
    pub(super) fn cut_off(&self) {
        self.cut_off.notify_one();
    }

    /// Ready when the connection has to end.
    pub(super) async fn is_cut_off(&self) {
        self.cut_off.notified().await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::advance;

    const ALLOWANCE: Duration = Duration::from_secs(8);
    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn waiting_uses_the_allowance_up_and_bytes_give_it_back() {
        let stall = Stall::new(ALLOWANCE);
        stall.request_begins();
        assert_eq!(stall.waited(Instant::now()), None, "the host works");
        let start = Instant::now();
        assert_eq!(stall.waits(), start + ALLOWANCE);
        advance(Duration::from_secs(6)).await;
        assert_eq!(stall.waits(), start + ALLOWANCE, "asked again");
        assert_eq!(stall.waited(Instant::now()), Some(Duration::from_secs(6)));
        stall.moved(0);
        assert_eq!(stall.waited(Instant::now()), None);
        assert_eq!(stall.waits(), Instant::now() + Duration::from_secs(2));
        stall.moved(10 * 1024);
        assert_eq!(
            stall.waits(),
            Instant::now() + Duration::from_secs(3),
            "10 of 80 KiB"
        );
        stall.moved(10 << 20);
        assert_eq!(stall.waits(), Instant::now() + ALLOWANCE, "never more");
    }

    #[tokio::test(start_paused = true)]
    async fn each_request_has_its_own_allowance() {
        let stall = Stall::new(ALLOWANCE);
        stall.request_begins();
        stall.waits();
        advance(Duration::from_secs(7)).await;
        stall.request_begins();
        assert_eq!(stall.waits(), Instant::now() + ALLOWANCE);
    }

    #[tokio::test(start_paused = true)]
    async fn between_requests_it_waits_for_its_client() {
        let stall = Stall::new(ALLOWANCE);
        advance(SECOND).await;
        assert_eq!(stall.waited(Instant::now()), Some(SECOND), "for the first");
        stall.request_begins();
        stall.request_ends();
        advance(SECOND).await;
        assert_eq!(stall.waited(Instant::now()), Some(SECOND), "for the next");
        stall.moved(1);
        advance(SECOND).await;
        assert!(
            stall.waited(Instant::now()) >= Some(SECOND),
            "and when the rest is read"
        );
    }
}
