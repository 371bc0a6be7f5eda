//! The Spin component `site`: the console page.

use spin_sdk::{
    http::{IntoResponse, Request},
    http_service,
};

#[http_service]
async fn handle(_request: Request) -> impl IntoResponse {
    "Run `cargo xtask build` to build the page.\n"
}
