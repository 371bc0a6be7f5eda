//! The HTTP API of Bowline: operations, authorization, problems, and the services behind them.
//!
//! - [`api::Service`] answers the public API. It holds the database and the keys.
//! - [`outbound::OutboundService`] has the way to the registries, and neither a database nor a key. The public service asks it over the private hop.
//! - [`edge::EdgeService`] is that way with the operations that need no database, for callers of its own.
//!
//! None of them knows which runtime it runs in: requests come as [`http::Request`] over any [`http_body::Body`], and the
//! world as small traits.
//!
//! `operations` is the table of the API's operations; `protocol` are the types of the private hop.
//!
//! # Where the tests are
//! `api/tests` sends requests to the public service, and holds each answer against the document; `api/tests/statuses`
//! reaches every status of every operation. `outbound/tests`, `edge/tests`, `sync/tests`, `token/tests`,
//! `operations/tests` and `openapi/tests` are about those modules. Other rules have their tests at the end of their file.

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
