//! The embedded runtime: runs `spin.toml` on Wasmtime when no Spin is installed.
//!
//! It is small and for one machine. Wasmtime's own handler dispatches requests to shared instances. This crate adds the
//! manifest, Spin's routes, service chaining, `spin:variables`, `spin:sqlite`, and the one place that checks outgoing
//! requests ([`outbound`]). A manifest key that it does not implement is an error.

pub mod allowed_hosts;
pub mod app;
pub mod audit;
pub mod client;
pub mod component_id;
pub mod dial;

#[cfg(test)]
mod fixtures;
pub mod health;
pub mod inspect;
pub mod instance;
pub mod logs;
pub mod manifest;
pub mod metrics;
pub mod networks;
pub mod outbound;
mod owner_only;
pub mod route;
pub mod runtime_config;
pub mod scheduler;
pub mod server;
mod spin_variables;
pub mod sqlite;
pub mod start;
pub mod tls;
pub mod variables;
