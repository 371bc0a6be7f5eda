//! Oracle Cloud Infrastructure Registry: what it adds to the distribution protocol.

use bowline::form::ConnectionSpec;

pub(super) use super::distribution::{exchange, repositories, tags};
use super::row::{Format, Product, Webhook, authority, nothing, plain};
use crate::{
    guard::hosts::{Hosts, Realms},
    problem::Code::{
        self, AuthExpired, AuthRejected, ImageUnknown, PermissionPullMissing, PermissionPushMissing,
    },
    scope::Scope,
};

/// Its row of what other code asks about it.
pub(super) static PRODUCT: Product = Product {
    hosts,
    token_services: &[],
    unexchanged: nothing,
    repository_ways: plain,
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
            "Check the username. It is tenancy namespace/user, or tenancy namespace/domain/user for a user of an identity domain. The password is an auth token of the user, not the console's password. The console shows it once, and a new one takes a few minutes to work."
        }
        AuthExpired => "Create a new auth token in the user's settings and enter it here.",
        PermissionPullMissing | ImageUnknown => {
            "Check the name (tenancy namespace/repository), the tag, and the region. Also check that a policy allows the user's group to “read repos”: the registry hides what a user can't see."
        }
        PermissionPushMissing => {
            "Add a policy that allows the user's group to “manage repos”, or to “use repos” for repositories that already exist."
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
