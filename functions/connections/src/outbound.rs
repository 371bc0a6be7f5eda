//! The way out: the private component, by Spin's service chaining, and the origin that publishes the keys of tokens.

use bowline_service::api::{Outbound, Unreachable};
use bytes::Bytes;
use http_body_util::Full;
use spin_sdk::{http::send, wasip3::http_compat::IncomingResponseBody};

/// Sends to `http://outbound.spin.internal` and to `jwks_origin`, the only hosts that the manifest allows this component.
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
