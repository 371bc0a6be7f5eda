//! Tencent Container Registry: what it adds to the distribution protocol.

pub(super) use super::distribution::{exchange, repositories, tags};
use super::row::{Format, Product, Webhook, authority, nothing, plain, unlisted};
use crate::{
    guard::hosts::Hosts,
    problem::Code::{
        self, AuthRejected, ImageRequired, PermissionPullMissing, PermissionPushMissing,
    },
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
    speaks_v1: false,
};

/// The advice for a problem; `None` if the general hint is enough.
pub(super) fn hint(code: Code, _auth: &str) -> Option<&'static str> {
    Some(match code {
        AuthRejected => {
            "Check the username. A service account's username is tcr$name, with the dollar sign. Otherwise, it is the account ID. Use the registry's own password, not the Tencent Cloud console's. Temporary passwords expire after an hour. An Enterprise instance refuses networks that its access control doesn't list."
        }
        ImageRequired => {
            "Enter an image, like namespace/repository:tag. This service can't list images in Tencent Cloud's registry."
        }
        PermissionPullMissing => {
            "Check the name (namespace/repository), and check that the service account can pull from this namespace."
        }
        PermissionPushMissing => {
            "Give the service account permission to push to this namespace. The namespace must exist first."
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
