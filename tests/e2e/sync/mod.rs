//! The pull policy at work: what is known of a registry's images, and what is queued to be scanned.

mod due;
mod events;
mod instances;
mod inventory;
mod queue;
mod rounds;
