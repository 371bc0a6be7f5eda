//! Time and chance, from WASI.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bowline_registry::{Clock, Random};
use spin_sdk::wasip3::random::random::get_random_u64;

/// The instance's clock.
pub(crate) struct WasiClock(Instant);

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
        spin_sdk::time::sleep(duration).await;
    }
}

/// The host's randomness, which nobody can foretell.
#[derive(Clone, Copy)]
pub(crate) struct WasiRandom;

impl bowline_store::Random for WasiRandom {
    fn fill(&self, bytes: &mut [u8]) {
        // Eight bytes at a time: the host may give fewer than are asked for, but a number it gives whole.
        for chunk in bytes.chunks_mut(8) {
            for (byte, random) in chunk.iter_mut().zip(get_random_u64().to_le_bytes()) {
                *byte = random;
            }
        }
    }
}

impl Random for WasiRandom {
    fn next_u64(&self) -> u64 {
        get_random_u64()
    }
}
