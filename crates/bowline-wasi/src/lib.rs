//! The environment of Bowline's services from WASI 0.3: an HTTP client, a clock, and randomness.

mod client;
mod clock;
mod random;
mod world;

pub use self::{
    client::{WasiBody, WasiClient},
    clock::WasiClock,
    random::WasiRandom,
    world::WasiWorld,
};
