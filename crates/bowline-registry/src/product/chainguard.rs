//! Chainguard Registry: what it adds to the distribution protocol.

use bowline::form::ConnectionSpec;

pub(super) use super::distribution::{exchange, repositories, tags};
use super::row::{Format, Product, Webhook, authority, nothing, plain, unlisted};
use crate::{
    guard::hosts::{Hosts, Realms},
    problem::Code::{self, AuthExpired, AuthRejected, ImageRequired, PermissionPullMissing},
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
            "Enter the pull token's username and password exactly as chainctl printed them. Both are long, and the username contains a slash. The token may also have expired or been deleted."
        }
        AuthExpired => {
            "Create a new pull token (chainctl auth pull-token) and enter it here. Every pull token expires."
        }
        ImageRequired => {
            "Enter an image, like organization/image:tag. This service can't list images in Chainguard's registry."
        }
        PermissionPullMissing => {
            "Check the name (organization/image), and check that the organization has this image. Without signing in, you can pull only the tag latest of public images."
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
