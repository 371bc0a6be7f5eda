//! The private component of the Spin application: it adapts Spin's interfaces to [`OutboundService`].

use std::{cell::RefCell, rc::Rc};

use bowline_service::{
    config::{Component, Variables},
    outbound::OutboundService,
    response::Response,
};
use bowline_wasi::WasiWorld;
use spin_sdk::{http::Request, http_service, variables};

use crate::log;

type Service = OutboundService<WasiWorld>;

thread_local! {
    /// One per instance. It keeps nothing from a request.
    static SERVICE: RefCell<Option<Rc<Service>>> = const { RefCell::new(None) };
}

#[http_service]
async fn handle(request: Request) -> Response {
    let answer = service().await.handle(request).await;
    log(&answer);
    answer
}

async fn service() -> Rc<Service> {
    if let Some(service) = SERVICE.with_borrow(Clone::clone) {
        return service;
    }
    // One that cannot be read counts as empty, which allows nothing.
    let value = async |name| variables::get(name).await.unwrap_or_default();
    let variables = Variables::read(Component::Outbound, value).await;
    let service = Rc::new(Service::new(WasiWorld::default(), &variables));
    SERVICE.set(Some(Rc::clone(&service)));
    service
}
