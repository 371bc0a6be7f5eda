//! The conversation with a container registry over an injected HTTP client.
//!
//! [`check`] tries a connection step by step and names what is wrong; [`repositories`] and [`tags`] list what a
//! connection reaches, and [`digests`] and [`details`] read what a listing leaves out; [`pull_credentials`] gives what a
//! job pulls with. All take the outside world as a [`World`] (an HTTP client, a clock, randomness) and the operator's
//! settings as an [`Operator`]. What has one conversation after another with a registry gives them a [`Session`], so that
//! they log in once. Nothing else here does I/O, and one function, the guard's, decides about every request
//! before it is sent.

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
mod open;
mod operator;
mod problem;
mod product;
mod pull;
mod pull_credentials;
mod reach;
mod registry;
mod said;
mod scope;
mod token;
mod tokens;
mod transport;
mod urlencoded;
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
    world::{Clock, Random, World},
};
