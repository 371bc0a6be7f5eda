//! A peer of the benchmark: a Spin component that does nothing. What it costs is what the host costs.

use bytes::Bytes;
use http::{HeaderValue, Response, header};
use spin_sdk::{
    http::{FullBody, Request},
    http_service,
};

#[http_service]
async fn handle(_: Request) -> Response<FullBody<Bytes>> {
    let mut response = Response::new(FullBody::new(Bytes::new()));
    // Without a length the host would have to send chunks.
    response
        .headers_mut()
        .insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
    response
}
