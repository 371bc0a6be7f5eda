//! End-to-end tests: the real components on the embedded host, real registries, a real browser.

mod access;
mod api;
mod at_rest;
mod check;
mod connection;
mod cost;
mod deploy;
mod edge;
mod faults;
mod fixtures;
mod hostile;
mod load;
mod manifest;
mod neighbors;
mod notices;
mod openapi;
mod operation;
mod page;
mod security;
mod sync;
