//! The private component of the Spin application: it adapts what Spin gives to [`OutboundService`].

use std::{cell::RefCell, rc::Rc};

use bowline_registry::Operator;
use bowline_service::{answer::Answer, outbound::OutboundService};
use spin_sdk::{http::Request, http_service, variables};

use crate::{
    client::WasiClient,
    log,
    world::{WasiClock, WasiRandom},
};

type Service = OutboundService<WasiClient, WasiClock, WasiRandom>;

thread_local! {
    /// Made once an instance; it keeps nothing of a request.
    static SERVICE: RefCell<Option<Rc<Service>>> = const { RefCell::new(None) };
}

#[http_service]
async fn handle(request: Request) -> Answer {
    let answer = service().await.handle(request).await;
    log(&answer);
    answer
}

async fn service() -> Rc<Service> {
    if let Some(service) = SERVICE.with_borrow(Clone::clone) {
        return service;
    }
    let access_key_id = variable("aws_access_key_id").await;
    let secret_access_key = variable("aws_secret_access_key").await;
    let operator = Operator::parse(
        &variable("private_hosts").await,
        &variable("plain_http_hosts").await,
        &variable("egress_addresses").await,
    )
    .and_then(|operator| operator.with_aws_identity(&access_key_id, &secret_access_key));
    let service = Rc::new(Service::new(crate::world(), operator));
    SERVICE.set(Some(Rc::clone(&service)));
    service
}

/// A variable's value. One that cannot be read counts as empty, which allows nothing.
async fn variable(name: &str) -> String {
    variables::get(name).await.unwrap_or_default()
}
