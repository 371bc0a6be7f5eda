//! What the end-to-end tests stand on: real registries, a token service, hostile servers, the application on the
//! embedded host, and a real browser. Everything listens on loopback, lives in a temporary folder and ends when it
//! is dropped. A step that fails panics and says what to do: these are tests' hands, not a library for products.

#![allow(clippy::missing_panics_doc)]

pub mod app;
pub mod browser;
pub mod certificate;
pub mod client;
pub mod flood;
pub mod form;
pub mod gate;
pub mod hostile;
pub mod identity_provider;
pub mod image;
pub mod moto;
pub mod neighbors;
pub mod process;
pub mod registry;
pub mod relay;
mod scripts;
pub mod server;
pub mod sign_in;
pub mod token_service;
pub mod tool;
