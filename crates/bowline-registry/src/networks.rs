//! Whether something keeps requests out of private networks.

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

/// Tells whether requests are kept out of private networks: by the runtime, which is asked, or by the platform, where the
/// operator says so.
///
/// What a name resolves to is judged by the runtime alone, so a runtime that was started without its `block_networks`
/// leaves the door open. It is asked with a request to an address of each kind that `private_hosts` does not cover, at a
/// port on which nothing listens: a runtime that blocks says "prohibited", any other answer means that it let the request
/// out. Where this is false, every check is answered with [`Code::NetworksNotBlocked`](crate::Code::NetworksNotBlocked).
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
