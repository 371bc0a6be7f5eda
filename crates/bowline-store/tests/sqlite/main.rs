//! The store over SQLite. Over libSQL the same tests run in `tests/libsql`.

#![cfg(test)]

mod file;
mod send;
#[path = "../store/mod.rs"]
mod store;

use bowline_store::rusqlite::Rusqlite as TestDatabase;
