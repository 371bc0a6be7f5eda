//! The environment of a conversation with a registry.

use bowline_registry::World;

use crate::{client::WasiClient, clock::WasiClock, random::WasiRandom};

/// The host's HTTP client, clock, and randomness.
#[derive(Default)]
pub struct WasiWorld {
    http: WasiClient,
    clock: WasiClock,
    random: WasiRandom,
}

impl World for WasiWorld {
    type Http = WasiClient;
    type Clock = WasiClock;
    type Random = WasiRandom;

    fn http(&self) -> &WasiClient {
        &self.http
    }

    fn clock(&self) -> &WasiClock {
        &self.clock
    }

    fn random(&self) -> &WasiRandom {
        &self.random
    }
}
