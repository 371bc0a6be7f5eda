//! The limits of the listener: how much one client, one component and all of them together may take up.

use std::time::Duration;

/// The limits of a [`super::Server`]. Each has a documented default.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Requests in flight in one component. Further ones wait for [`Limits::queue`] and are then answered 503.
    pub max_requests: usize,
    /// Requests in flight of one client in one component.
    pub max_requests_per_client: usize,
    /// Open connections. A new one closes the connection that has waited for its client longest.
    pub max_connections: usize,
    /// Open connections of one client. It does not hold for trusted proxies.
    pub max_connections_per_client: usize,
    /// The time that the listener waits for a client in one request, while it sends a body or reads the answer. Each
    /// KiB that the client sends or reads gives an eightieth of it back.
    pub client_timeout: Duration,
    /// The time that a request waits when [`Limits::max_requests`] are in flight.
    pub queue: Duration,
    /// The wait after which a stalled client loses its place to a request that finds none.
    pub stall: Duration,
}

impl Limits {
    /// The limits without options.
    pub const DEFAULT: Self = Self {
        max_requests: 256,
        max_requests_per_client: 64,
        max_connections: 640,
        max_connections_per_client: 512,
        client_timeout: Duration::from_secs(10),
        queue: Duration::from_secs(5),
        stall: Duration::from_secs(1),
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
