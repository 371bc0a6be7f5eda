//! NVIDIA NGC: what it adds to the distribution protocol.

use bowline::form::ConnectionSpec;

pub(super) use super::distribution::{exchange, repositories, tags};
use super::row::{Format, Product, Webhook, authority, nothing, plain, unlisted};
use crate::{
    guard::hosts::{Hosts, Realms},
    problem::Code::{
        self, AuthExpired, AuthRejected, ImageRequired, PermissionPullMissing,
        PermissionPushMissing,
    },
    scope::Scope,
};

/// Its row of what other code asks about it.
pub(super) static PRODUCT: Product = Product {
    hosts,
    token_services: &[],
    unexchanged: nothing,
    repository_ways: unlisted,
    tag_ways: plain,
    catalog_scope: Scope::Catalog,
    token_username: "oauth2",
    docker_config_key: authority,
    speaks_v1: false,
};

fn hosts(_: &ConnectionSpec) -> Hosts {
    Hosts::new(Realms::Own, Vec::new())
}

/// The advice for a problem; `None` if the general hint is enough.
pub(super) fn hint(code: Code, _auth: &str) -> Option<&'static str> {
    Some(match code {
        AuthRejected => {
            "Enter the API key again. It may have been revoked, or belong to another organization. The username is $oauthtoken and is sent for you."
        }
        AuthExpired => "Create a new service key or personal key in NGC and enter it here.",
        ImageRequired => {
            "Enter an image, like organization/team/image:tag. This service can't list images in NGC."
        }
        PermissionPullMissing => {
            "Check the name (organization/team/image), and check that the key has the service “NGC Catalog” or “Private Registry” for it. Some images require an accepted license or a subscription."
        }
        PermissionPushMissing => "Give the key the service “Private Registry” with write access.",
        _ => return None,
    })
}

/// Its row of how it announces pushes.
pub(super) static WEBHOOK: Webhook = Webhook {
    format: Format::Distribution,
    sends_header: true,
    defaults_to_username: false,
};
