//! The store over the database that the root of the crate names: real files, and in memory.

pub(crate) mod at_rest;
mod audit;
mod audit_chain;
mod audit_forgetting;
mod concurrency;
mod connections;
mod events;
mod hand_out;
mod interruption;
pub(crate) mod invariants;
mod inventory;
mod key_sets;
mod listing;
mod notices;
mod plans;
mod policies;
mod refusals;
mod requests;
mod reseal;
mod scale;
pub(crate) mod scans;
mod schedule;
mod set_aside;
mod settings;
pub(crate) mod setup;
mod sharing;
mod uses;
