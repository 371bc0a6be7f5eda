//! Registries of version 1 of Docker's API: what it adds to the distribution protocol.

pub(super) use super::distribution::{exchange, repositories, tags};
use super::row::{Format, Product, Webhook, authority, nothing, plain, unlisted};
use crate::{
    guard::hosts::Hosts,
    problem::Code::{self, AnswerNotRegistry, AuthRejected, ImageRequired},
    scope::Scope,
};

/// Its row of what other code asks about it.
pub(super) static PRODUCT: Product = Product {
    hosts: Hosts::consented,
    token_services: &[],
    unexchanged: nothing,
    repository_ways: unlisted,
    tag_ways: plain,
    catalog_scope: Scope::Catalog,
    token_username: "oauth2",
    docker_config_key: authority,
    speaks_v1: true,
};

/// The advice for a problem; `None` if the general hint is enough.
pub(super) fn hint(code: Code, _auth: &str) -> Option<&'static str> {
    Some(match code {
        AuthRejected => {
            "Check the username and the password. The users of a version 1 registry are kept in the index or the proxy in front of it."
        }
        ImageRequired => {
            "Enter an image, like name:tag. A version 1 registry can't list its images."
        }
        AnswerNotRegistry => {
            "Check the host, the port, and HTTPS. A version 1 registry answers at /v1/_ping. If yours answers at /v2/, choose the type Docker Registry (OCI)."
        }
        _ => return None,
    })
}

/// How it announces pushes.
pub(super) static WEBHOOK: Webhook = Webhook {
    format: Format::Distribution,
    sends_header: true,
    defaults_to_username: false,
};
