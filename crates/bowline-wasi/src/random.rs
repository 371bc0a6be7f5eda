//! Randomness.

use wasip3::random::random::get_random_u64;

/// The host's randomness, which is unpredictable.
#[derive(Clone, Copy, Default)]
pub struct WasiRandom;

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

impl bowline_registry::Random for WasiRandom {
    fn next_u64(&self) -> u64 {
        get_random_u64()
    }
}
