//! Time.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bowline_registry::Clock;
use wasip3::clocks::monotonic_clock;

/// The instance's clock.
pub struct WasiClock(Instant);

impl Default for WasiClock {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl Clock for WasiClock {
    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }

    fn epoch_ms(&self) -> i64 {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }

    async fn sleep(&self, duration: Duration) {
        let nanoseconds = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        monotonic_clock::wait_for(nanoseconds).await;
    }
}
