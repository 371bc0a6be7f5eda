//! The Spin component `connections`: the public API.

use spin_sdk::{
    http::{FullBody, IntoResponse, Request},
    http_service,
};

#[http_service]
async fn handle(_request: Request) -> impl IntoResponse {
    let body = serde_json::to_vec(bowline::provider::providers()).unwrap_or_default();
    http::Response::builder()
        .header(http::header::CONTENT_TYPE, "application/json")
        .header(http::header::CONTENT_LENGTH, body.len())
        .body(FullBody::new(bytes::Bytes::from(body)))
        .map_err(spin_sdk::http::Error::from)
}
