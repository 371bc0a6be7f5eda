//! The public service. It has the database and the keys, and can reach the internet only through the private service.

pub(crate) mod about;
mod audit;
mod authentication;
mod browse;
mod check;
mod check_stream;
mod connections;
mod dispatch;
mod docker_config;
mod endpoint;
mod event_lookup;
mod events;
pub(crate) mod health;
mod idempotency;
mod image_streams;
mod images;
mod limits;
mod lookup;
mod notices;
mod private_service;
mod problem_document;
mod resealing;
mod resolve;
mod scanners;
mod scanning;
mod scans;
pub(crate) mod scheduled_work;
mod selecting;
mod service;
mod settings;
mod several;
mod syncing;
mod uses;
mod validation;

#[cfg(test)]
mod tests;

pub use self::service::{Random, Service};
#[cfg(test)]
pub(crate) use self::syncing::SyncStatus;
pub use crate::client::{Outbound, Unreachable};
