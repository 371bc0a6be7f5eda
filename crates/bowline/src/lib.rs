//! The rules of container registries: provider forms, endpoints, image references and findings.
//!
//! Pure: no I/O, no clock, no randomness, no async. The same code decides in the browser and in the functions,
//! so a form that the browser calls valid, the server calls valid.

#![forbid(unsafe_code)]

pub mod aws;
pub mod azure;
pub mod credential;
pub mod detect;
pub mod endpoint;
pub mod finding;
mod findings;
pub mod form;
pub mod json;
mod jwt;
pub mod map;
pub mod message;
pub mod pattern;
mod placeholder;
pub mod provider;
pub mod reference;
pub mod secret;
pub mod selection;
mod text;
pub mod time;
