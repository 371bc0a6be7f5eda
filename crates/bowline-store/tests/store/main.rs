//! The store over real SQLite files.

#![cfg(test)]
#![allow(clippy::arithmetic_side_effects, reason = "the numbers are small")]

mod at_rest;
mod audit;
mod concurrency;
mod connections;
mod events;
mod hand_out;
mod interruption;
mod invariants;
mod inventory;
mod key_sets;
mod listing;
mod plans;
mod reseal;
mod scale;
mod scans;
mod schedule;
mod settings;
mod setup;
mod sharing;
mod uses;
