//! End-to-end tests: the real components on the embedded host, real registries, a real browser.

mod api;
mod at_rest;
mod check;
mod connection;
mod cost;
mod edge;
mod faults;
mod fixtures;
mod hostile;
mod manifest;
mod operation;
mod page;
