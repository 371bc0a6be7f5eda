//! The conversation with registries that keep the rules and with those that do not, over a scripted client.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "the exemptions of clippy.toml reach only what is marked as a test"
)]

mod advice;
mod assertion;
mod aws;
mod bounds;
mod checks;
mod double;
mod faults;
mod inventory;
mod listing;
mod login;
mod problems;
mod protocol;
mod providers;
mod registry;
mod send;
mod warnings;
mod webhook;
