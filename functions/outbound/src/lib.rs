//! The Spin component `outbound`: the way to the registries.
//!
//! It adapts what Spin gives to [`OutboundService`], and has no route that the public can reach.

use std::{
    cell::RefCell,
    io::{self, Write},
    rc::Rc,
};

use bowline_registry::{Operator, World};
use bowline_service::{
    answer::{AnswerBody, Cause},
    outbound::OutboundService,
};
use spin_sdk::{http::Request, http_service, variables};

mod client;
mod world;

use crate::{
    client::WasiClient,
    world::{WasiClock, WasiRandom},
};

type Service = OutboundService<WasiClient, WasiClock, WasiRandom>;

thread_local! {
    /// Made once an instance; it keeps nothing of a request.
    static SERVICE: RefCell<Option<Rc<Service>>> = const { RefCell::new(None) };
}

#[http_service]
async fn handle(request: Request) -> http::Response<AnswerBody> {
    let answer = service().await.handle(request).await;
    if let Some(Cause(cause)) = answer.extensions().get() {
        // A log that takes no more must not end the requests of this instance.
        _ = writeln!(io::stderr(), "internal: {cause}");
    }
    answer
}

async fn service() -> Rc<Service> {
    if let Some(service) = SERVICE.with_borrow(Clone::clone) {
        return service;
    }
    let operator = Operator::parse(
        &variable("private_hosts").await,
        &variable("plain_http_hosts").await,
        &variable("egress_addresses").await,
    );
    let world = World {
        http: WasiClient,
        clock: WasiClock::default(),
        random: WasiRandom,
    };
    let service = Rc::new(Service::new(world, operator));
    SERVICE.set(Some(Rc::clone(&service)));
    service
}

/// A variable's value. One that cannot be read counts as empty, which allows nothing.
async fn variable(name: &str) -> String {
    variables::get(name).await.unwrap_or_default()
}
