//! Whether the runtime blocks private networks.

use std::time::Duration;

use http::HeaderMap;

use crate::{
    guard::Permit,
    http::{HttpClient, SendError},
    operator::Operator,
};

/// Tells whether the runtime keeps requests out of private networks, or need not, because the operator names private hosts.
///
/// What a name resolves to is judged by the runtime alone, so a runtime that was started without its `block_networks`
/// leaves the door open. It is asked with a request to a loopback port on which nothing listens: a runtime that blocks
/// says "prohibited", any other answer means that it let the request out.
/// Where this is false, every check is answered with [`Code::NetworksNotBlocked`](crate::Code::NetworksNotBlocked).
pub async fn networks_are_blocked<H: HttpClient>(http: &H, operator: &Operator) -> bool {
    if !operator.private_hosts_empty() {
        return true;
    }
    let Some(permit) = Permit::loopback_probe() else {
        return false;
    };
    let request = permit.get(HeaderMap::new(), None);
    matches!(
        http.send(request, Duration::from_secs(2)).await,
        Err(SendError::Prohibited)
    )
}
