//! Bowline's HTTP API: operations, authorization, problems, and the services behind them.
//!
//! - [`api::Service`] is the public API. It has the database and the keys.
//! - [`outbound::OutboundService`] talks to registries. It has no database and no key. The public service calls it over
//!   the private hop.
//! - [`edge::EdgeService`] offers the operations that need no database directly to callers.
//!
//! They do not depend on a runtime: requests are [`http::Request`] over any [`http_body::Body`], and the environment is
//! a few small traits.
//!
//! `operations` is the table of the API's operations. `protocol` has the types of the private hop.
//!
//! # Where the tests are
//! `api/tests` sends requests to the public service and compares each response with the OpenAPI document.
//! `api/tests/statuses` reaches every status of every operation. `outbound/tests`, `edge/tests`, `sync/tests`,
//! `token/tests`, `operations/tests`, and `openapi/tests` test those modules. Other tests are at the end of their file.

pub mod api;
mod body;
mod caller;
mod client;
pub mod config;
mod context;
mod cors;
pub mod edge;
mod event_stream;
mod finish;
mod forms;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
pub mod log;
mod negotiation;
pub mod once_cell;
mod openapi;
mod operations;
pub mod outbound;
mod parameters;
pub mod problem;
mod protocol;
mod proxies;
mod rate;
mod request_id;
pub mod response;
mod router;
mod schedule;
mod sync;
mod token;
mod variables;
mod webhook_signature;
