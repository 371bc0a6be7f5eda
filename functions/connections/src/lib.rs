//! The Spin component `connections`: the public API.
//!
//! It adapts Spin's interfaces to [`Service`].

use std::{
    convert::Infallible,
    io::{self, Write},
    rc::Rc,
    sync::Arc,
};

use bowline_service::{
    api::Service,
    config::{Component, Config, Variables},
    log::LogLine,
    once_cell::OnceCell,
    response::ResponseBody,
};
use bowline_wasi::{WasiClock, WasiRandom};
use spin_sdk::{http::Request, http_service, time::sleep, variables};

mod database;
mod outbound;

use crate::{database::SpinDatabase, outbound::ChainedOutbound};

type Connections = Service<SpinDatabase, ChainedOutbound, WasiClock, WasiRandom>;

thread_local! {
    /// One per instance. It keeps the operator's keys and the database connection. From requests, it keeps only the
    /// digests of tokens with a valid signature.
    static SERVICE: Rc<OnceCell<Connections>> = Rc::default();
}

#[http_service]
async fn handle(request: Request) -> http::Response<ResponseBody> {
    let answer = service().await.handle(request).await;
    if let Some(LogLine(line)) = answer.extensions().get() {
        // A log that takes no more must not end the requests of this instance.
        _ = io::stderr().write_all(format!("{line}\n").as_bytes());
    }
    answer
}

async fn service() -> Arc<Connections> {
    let service = SERVICE.with(Rc::clone);
    let Ok(service) = service.get(sleep, made()).await;
    service
}

async fn made() -> Result<Connections, Infallible> {
    // One that cannot be read counts as empty, which the service answers with its name where it is required.
    let value = async |name| variables::get(name).await.unwrap_or_default();
    let variables = Variables::read(Component::Connections, value).await;
    Ok(Service::new(
        SpinDatabase::default(),
        ChainedOutbound,
        WasiClock::default(),
        WasiRandom,
        Config::parse(&variables),
    ))
}
