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

/// The advice for a problem; `None` where the general hint says all.
pub(super) fn hint(code: Code, _auth: &str) -> Option<&'static str> {
    Some(match code {
        AuthRejected => {
            "Verify the username: a service account is tcr$name with the dollar sign, else it is the number of the account. The password is the registry's own, not that of Tencent Cloud's console, and temporary ones end after an hour. An Enterprise instance refuses networks that its access control does not list."
        }
        ImageRequired => {
            "Enter an image as name:tag: this service cannot search the registry of Tencent Cloud."
        }
        PermissionPullMissing => {
            "Check the name, namespace/repository, and that the service account may pull from this namespace."
        }
        PermissionPushMissing => {
            "The login lacks push permission: the service account must be allowed to push to this namespace, which must exist first."
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
