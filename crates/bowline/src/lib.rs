//! The rules of container registries: provider forms, endpoints, image references and findings.
//!
//! Pure: no I/O, no clock, no randomness, no async. The same code decides in the browser and in the functions,
//! so a form that the browser calls valid, the server calls valid.
//!
//! - [`form::check_form`] checks a connection form and gives findings or what to connect with.
//! - [`detect::detect`] turns a pasted command, URL or pull secret into forms.
//! - [`reference::Reference`], [`endpoint::Endpoint`] and [`pattern::Pattern`] parse image references, registry
//!   addresses and `name:tag` patterns; an error has a code, a place and mostly a suggestion.
//! - [`selection::Policy`] decides which images are pulled.
//!
//! ```
//! use bowline::form::{CheckOptions, ConnectionForm, check_form};
//!
//! let form: ConnectionForm = serde_json::from_str(
//!     r#"{ "provider": "docker-registry", "name": "Images", "auth": "anonymous",
//!          "values": { "url": "registry.example.com/team" } }"#,
//! )?;
//! let (report, spec) = check_form(&form, CheckOptions::default());
//! assert!(report.valid);
//! let endpoint = spec.and_then(|spec| spec.endpoint).expect("a valid form has an endpoint");
//! assert_eq!(endpoint.to_string(), "https://registry.example.com/team");
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! The examples of this crate run with `cargo run -p bowline --example check_form`, `detect` and `patterns`. The vector
//! files in `vectors/` hold what it decides; the tests of this crate and of the browser module read them.

#![forbid(unsafe_code)]
#![deny(clippy::arithmetic_side_effects)]

pub mod aws;
pub mod azure;
pub mod credential;
pub mod detect;
pub mod document;
mod encoded;
pub mod endpoint;
pub mod finding;
mod findings;
pub mod form;
mod jwt;
pub mod message;
pub mod pattern;
mod placeholder;
pub mod provider;
pub mod reference;
mod region;
mod relaxed_json;
pub mod secret;
pub mod selection;
mod text;
pub mod time;
