//! A component of its own: it adapts `wasi:http` and the environment to [`EdgeService`].

use std::{env, rc::Rc};

use bowline_service::{config::Variables, edge::EdgeService};
use wasip3::{
    exports::http::handler::Guest,
    http::types::{ErrorCode, Request, Response},
    http_compat::{http_from_wasi_request, http_into_wasi_response},
};

use crate::{
    client::WasiClient,
    log,
    world::{WasiClock, WasiRandom},
};

type Service = EdgeService<WasiClient, WasiClock, WasiRandom>;

thread_local! {
    /// Made once an instance; of a request it keeps who made it, to count.
    static SERVICE: Rc<Service> = Rc::new(service());
}

struct Edge;

wasip3::http::service::export!(Edge);

impl Guest for Edge {
    async fn handle(request: Request) -> Result<Response, ErrorCode> {
        let request = http_from_wasi_request(request)?;
        let answer = SERVICE.with(Rc::clone).handle(request).await;
        log(&answer);
        http_into_wasi_response(answer)
    }
}

fn service() -> Service {
    let variables = Variables {
        auth_secret: variable("AUTH_SECRET"),
        jwks: variable("JWKS"),
        auth_issuer: variable("AUTH_ISSUER"),
        auth_audience: variable("AUTH_AUDIENCE"),
        allowed_origins: variable("ALLOWED_ORIGINS"),
        private_hosts: variable("PRIVATE_HOSTS"),
        plain_http_hosts: variable("PLAIN_HTTP_HOSTS"),
        egress_addresses: variable("EGRESS_ADDRESSES"),
        ..Variables::default()
    };
    Service::new(crate::world(), &variables)
}

/// The value of `BOWLINE_<name>`. One that is no text counts as empty, which allows nothing.
fn variable(name: &str) -> String {
    env::var(format!("BOWLINE_{name}")).unwrap_or_default()
}
