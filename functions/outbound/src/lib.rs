//! The Spin component `outbound`: the way to the registries.

use spin_sdk::{
    http::{IntoResponse, Request},
    http_service,
};

#[http_service]
async fn handle(_request: Request) -> impl IntoResponse {
    http::StatusCode::NOT_IMPLEMENTED
}
