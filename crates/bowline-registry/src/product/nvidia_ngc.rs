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

/// The advice for a problem; `None` where the general hint says all.
pub(super) fn hint(code: Code, _auth: &str) -> Option<&'static str> {
    Some(match code {
        AuthRejected => {
            "Enter the API key again: it may have been revoked, or belong to another organization. The username is $oauthtoken and is sent for you."
        }
        AuthExpired => "Make a new service or personal key in NGC and enter it here.",
        ImageRequired => "Enter an image as name:tag: this service cannot search NGC.",
        PermissionPullMissing => {
            "Check the name, organization/team/image, and that the key has the service “NGC Catalog” or “Private Registry” for it. Some images need an accepted license or a subscription."
        }
        PermissionPushMissing => {
            "The key lacks push permission: it needs the service “Private Registry” with write rights."
        }
        _ => return None,
    })
}

/// Its row of how it announces pushes.
pub(super) static WEBHOOK: Webhook = Webhook {
    format: Format::Distribution,
    sends_header: true,
    defaults_to_username: false,
};
