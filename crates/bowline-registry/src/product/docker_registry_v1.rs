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

/// What to do about a problem; `None` where the general hint says all.
pub(super) fn hint(code: Code, _auth: &str) -> Option<&'static str> {
    Some(match code {
        AuthRejected => {
            "Verify the username and the password; a registry of version 1 has its users in the index or proxy in front of it."
        }
        ImageRequired => "Enter an image as name:tag: a registry of version 1 cannot be searched.",
        AnswerNotRegistry => {
            "Check the address, the port and HTTPS: a registry of version 1 answers under /v1/_ping, one of version 2 under /v2/. Choose the type Docker Registry for the latter."
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
