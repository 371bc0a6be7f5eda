//! The embedded runtime: runs `spin.toml` on Wasmtime when no Spin is installed.
//!
//! It is thin on purpose and for one machine. Wasmtime's own handler dispatches requests to shared instances; this
//! crate adds the manifest, Spin's routes, service chaining, `spin:variables`, `spin:sqlite`, and the one place where
//! outgoing requests are checked ([`outbound`]). What it does not implement of a manifest is an error, never ignored.

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
