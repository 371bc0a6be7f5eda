//! The public service: it holds the database and the keys, and has no way to the internet but the private service.

mod authentication;
mod browsing;
mod check_stream;
mod checking;
mod connections;
mod dispatch;
mod docker_config;
pub(crate) mod due;
mod endpoint;
mod events;
mod idempotency;
mod images;
mod looking;
mod lookup;
mod problem_document;
mod relay;
mod resealing;
mod resolving;
mod scanners;
mod scanning;
mod scans;
mod selecting;
mod service;
mod settings;
mod streaming;
mod syncing;
mod uses;
mod validation;

#[cfg(test)]
mod tests;

pub use self::service::{Random, Service};
#[cfg(test)]
pub(crate) use self::syncing::SyncStatus;
pub use crate::client::{Outbound, Unreachable};
