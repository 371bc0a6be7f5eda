//! The limits of the listener, for each client, for each component, and in total.

use std::time::Duration;

/// The limits of a [`super::Server`]. Each has a documented default.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Requests in flight in one component. Further ones wait for [`Limits::queue`] and then get 503.
    pub max_requests: usize,
    /// Requests in flight from one client in one component.
    pub max_requests_per_client: usize,
    /// Open connections. A new one closes the connection that has waited for its client longest.
    pub max_connections: usize,
    /// Open connections from one client. Does not apply to trusted proxies.
    pub max_connections_per_client: usize,
    /// How long the listener waits for a client in one request, while the client sends a body or reads the response.
    /// Each KiB of progress restores an eightieth of it.
    pub client_timeout: Duration,
    /// How long a request waits if [`Limits::max_requests`] are in flight.
    pub queue: Duration,
    /// How long a client must stall before it can lose its place to another request.
    pub stall: Duration,
}

impl Limits {
    /// The default limits.
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
