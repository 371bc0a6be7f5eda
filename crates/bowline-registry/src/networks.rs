//! Tests whether the runtime blocks private networks.

use std::time::Duration;

use http::HeaderMap;

use crate::{
    guard::Permit,
    http::{HttpClient, SendError},
    operator::Operator,
};

/// An address in each kind of network that must be blocked: loopback, private (RFC 1918), link-local with the metadata
/// services of clouds, shared (RFC 6598), unique local (RFC 4193), and the translation of a private address (RFC 6052).
/// Loopback comes first: where nothing is blocked, no other is asked.
const PROBED: [&str; 9] = [
    "127.0.0.1",
    "::1",
    "10.255.255.254",
    "172.31.255.254",
    "192.168.255.254",
    "169.254.169.254",
    "100.127.255.254",
    "fd00::1",
    "64:ff9b::aff:fffe",
];

/// A port on which nothing listens.
const PORT: u16 = 1;

/// Returns true if private networks are blocked: by the runtime, which this function tests, or by the platform, if the
/// operator declares it.
///
/// Only the runtime checks the address that a name resolves to, so a runtime without `block_networks` gives access to
/// private networks. This function sends a request to an address of each kind that `private_hosts` does not cover, at a
/// port on which nothing listens. A runtime that blocks answers "prohibited". Any other result means that it let the
/// request out. If the result is false, every check returns
/// [`Code::NetworksNotBlocked`](crate::Code::NetworksNotBlocked).
///
/// ```
/// use bowline_registry::{HttpClient, Operator, networks_are_blocked};
///
/// async fn begin<H: HttpClient>(http: &H, operator: &Operator) -> Result<(), &'static str> {
///     match networks_are_blocked(http, operator).await {
///         true => Ok(()),
///         false => Err("start the runtime with block_networks"),
///     }
/// }
/// ```
pub async fn networks_are_blocked<H: HttpClient>(http: &H, operator: &Operator) -> bool {
    if operator.trusts_platform() {
        return true;
    }
    for address in PROBED {
        if operator.allows_private(address, PORT) {
            continue;
        }
        let Some(permit) = Permit::network_probe(address, PORT) else {
            return false;
        };
        let request = permit.get(HeaderMap::new(), None);
        let answer = http.send(request, Duration::from_secs(2)).await;
        if !matches!(answer, Err(SendError::Prohibited)) {
            return false;
        }
    }
    true
}
