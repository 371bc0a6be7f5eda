//! Talks to container registries over an HTTP client that the caller provides.
//!
//! [`check`] tests a connection step by step and reports the problem. [`repositories`] and [`tags`] list what a
//! connection can reach. [`digests`] and [`details`] read what a list omits. [`pull_credentials`] returns the login for
//! a job. [`read_notification`] parses a registry's webhook.
//!
//! All of them need a [`World`]: an HTTP client, a clock, and randomness. The operator's settings are an [`Operator`].
//! To log in only once for several conversations with a registry, pass them the same [`Session`]. This crate does no
//! I/O of its own. One function, the guard, decides about every request before it is sent.
//!
//! ```
//! use bowline::form::{CheckOptions, ConnectionForm, check_form};
//! use bowline_registry::{Check, Operator, World, check};
//!
//! async fn test<W: World>(world: &W, form: &ConnectionForm) -> Option<Check> {
//!     let (_findings, spec) = check_form(form, CheckOptions::default());
//!     Some(check(world, &Operator::default(), &spec?, None, |step| println!("{step:?}")).await)
//! }
//! ```
//!
//! Unit tests are at the end of the file that they test, or in `tests.rs` beside it. `src/fuzz.rs` feeds every parser
//! with texts near real ones. `tests/conversation` runs whole conversations with scripted registries, with one file per
//! product.

#![forbid(unsafe_code)]
#![deny(clippy::arithmetic_side_effects)]

mod challenge;
mod check;
mod digest;
mod endpoint;
#[cfg(test)]
mod fuzz;
mod guard;
mod http;
mod image;
mod image_stream;
mod inventory;
mod json;
mod listing;
mod login;
mod manifest;
mod networks;
mod notification;
mod oci_error;
mod open;
mod operator;
mod problem;
mod product;
mod pull;
mod pull_credentials;
mod reach;
mod redact;
mod refusal;
mod registry;
mod scope;
mod token;
mod tokens;
mod transport;
mod urlencoded;
mod webhook;
mod world;

pub use crate::{
    check::{
        CanPush, CatalogSupport, Check, Facts, Proved, RateLimit, Scheme, Status, Step, StepName,
        Warning, WarningCode, check,
    },
    endpoint::resolve_endpoint,
    guard::is_public_address,
    http::{HttpClient, Request, ResponseBody, SendError},
    image::NamedImage,
    inventory::{
        AskedImage, AskedTag, Details, Digests, Found, ImageDetails, ImageStream, Source,
        StreamChanges, StreamTag, TagDigest, details, digests, release, stream_changes,
    },
    listing::{
        ListedRepository, ListedTag, Listing, ListingPage, Repositories, Tags, repositories, tags,
    },
    networks::networks_are_blocked,
    notification::{Event, EventKind, Notification},
    operator::{ExternalId, Operator, OperatorError},
    problem::{Code, Problem},
    product::{has_digests, namespace_of, read_notification, sends_header},
    pull_credentials::{PullCredentials, pull_credentials},
    transport::Session,
    webhook::{Undelivered, deliver_webhook},
    world::{Clock, Random, World},
};
