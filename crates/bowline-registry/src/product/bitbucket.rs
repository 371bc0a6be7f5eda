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

/// The advice for a problem; `None` where the general hint says all.
pub(super) fn hint(code: Code, _auth: &str) -> Option<&'static str> {
    Some(match code {
        AuthRejected => {
            "The username is the e-mail address of the Atlassian account, and the password an API token of it with the scope read:package:bitbucket. Access tokens of repositories and workspaces, and app passwords, are refused."
        }
        AuthExpired => {
            "Make a new API token of the Atlassian account and enter it here: they end after a year at most."
        }
        ImageRequired => {
            "Enter an image as name:tag: this service cannot search Bitbucket Packages."
        }
        PermissionPullMissing => {
            "Check the name, workspace/image, and that the account may read this package. Packages need a paid plan."
        }
        PermissionPushMissing => {
            "The login lacks push permission: the token needs write:package:bitbucket, and the package must be made first."
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
