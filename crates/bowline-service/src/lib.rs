//! The HTTP surface of Bowline: routes, sign-in, problems, and the services behind them.
//!
//! [`api::Service`] answers every public route. It holds the database and the keys, and asks the private
//! [`outbound::OutboundService`], which has the way to the registries and holds nothing. [`edge::EdgeService`] is that
//! way with the routes that need no database, for callers of its own. None of them knows which runtime it runs in: requests come as [`http::Request`] over any [`http_body::Body`], and the world as small traits.

pub mod answer;
pub mod api;
mod body;
mod caller;
mod client;
pub mod config;
mod context;
mod cors;
pub mod edge;
mod event_stream;
mod events;
mod finish;
mod forms;
pub mod made_once;
mod negotiation;
mod openapi;
mod operations;
pub mod outbound;
mod parameters;
pub mod problem;
mod protocol;
mod proxies;
mod rate;
mod request_id;
mod router;
mod schedule;
mod sync;
mod token;
mod variables;
