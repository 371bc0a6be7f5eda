//! Bitbucket Packages: what it adds to the distribution protocol.

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
            "The username is the email address of the Atlassian account. The password is an API token of that account with the scope read:package:bitbucket. Repository access tokens, workspace access tokens, and app passwords don't work."
        }
        AuthExpired => {
            "Create a new API token in the Atlassian account and enter it here. It expires after at most a year."
        }
        ImageRequired => {
            "Enter an image, like workspace/image:tag. This service can't list images in Bitbucket Packages."
        }
        PermissionPullMissing => {
            "Check the name (workspace/image), and check that the account can read this package. Packages require a paid plan."
        }
        PermissionPushMissing => {
            "Give the token the scope write:package:bitbucket. The package must exist first."
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
