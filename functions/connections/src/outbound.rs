//! The HTTP client: the private component, through Spin's service chaining, and the origin of the token issuer's keys.

use bowline_service::api::{Outbound, Unreachable};
use bytes::Bytes;
use http_body_util::Full;
use spin_sdk::{http::send, wasip3::http_compat::IncomingResponseBody};

/// Sends to `http://outbound.spin.internal` and to `jwks_origin`, the only hosts that the manifest allows.
pub(crate) struct ChainedOutbound;

impl Outbound for ChainedOutbound {
    type Body = IncomingResponseBody;

    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<IncomingResponseBody>, Unreachable> {
        send(request.map(Full::new))
            .await
            .map_err(|code| Unreachable(code.to_string()))
    }
}
