//! The store's own tests over libSQL's server.

#![cfg(test)]

mod server;
#[path = "../../crates/bowline-store/tests/store/mod.rs"]
mod store;

use server::Connection as TestDatabase;
