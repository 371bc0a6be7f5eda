//! The standalone component: it adapts `wasi:http` and the environment to [`EdgeService`].

use std::{cell::RefCell, env, rc::Rc};

use bowline_service::{
    config::{Component, Variables},
    edge::EdgeService,
};
use bowline_wasi::WasiWorld;
use wasip3::{
    exports::http::handler::Guest,
    http::types::{ErrorCode, Request, Response},
    http_compat::{http_from_wasi_request, http_into_wasi_response},
};

use crate::log;

type Service = EdgeService<WasiWorld>;

thread_local! {
    /// One per instance. From a request, it keeps only the subject, to count requests.
    static SERVICE: RefCell<Option<Rc<Service>>> = const { RefCell::new(None) };
}

struct Edge;

wasip3::http::service::export!(Edge);

impl Guest for Edge {
    async fn handle(request: Request) -> Result<Response, ErrorCode> {
        let request = http_from_wasi_request(request)?;
        let answer = service().await.handle(request).await;
        log(&answer);
        http_into_wasi_response(answer)
    }
}

async fn service() -> Rc<Service> {
    if let Some(service) = SERVICE.with_borrow(Clone::clone) {
        return service;
    }
    // The value of `BOWLINE_<NAME>`. One that is no text counts as empty, which allows nothing.
    let value = async |name: &str| {
        let name = format!("BOWLINE_{}", name.to_ascii_uppercase());
        env::var(name).unwrap_or_default()
    };
    let variables = Variables::read(Component::Edge, value).await;
    let service = Rc::new(Service::new(WasiWorld::default(), &variables));
    SERVICE.set(Some(Rc::clone(&service)));
    service
}
