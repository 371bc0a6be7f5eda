//! The store over PostgreSQL: the same tests as over SQLite, and what sessions that run at once could do to each other.

#![cfg(test)]
#![allow(clippy::arithmetic_side_effects, reason = "the numbers are small")]

mod connection;
mod copy;
mod race;
mod server;
#[path = "../store/mod.rs"]
mod store;

use connection::Connection as TestDatabase;
