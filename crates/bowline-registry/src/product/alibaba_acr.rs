//! Alibaba Cloud Container Registry: what it adds to the distribution protocol.

pub(super) use super::distribution::{exchange, repositories, tags};
use super::row::{Format, Product, Webhook, authority, nothing, plain, unlisted};
use crate::{
    guard::hosts::Hosts,
    problem::Code::{
        self, AuthRejected, ConnectTimeout, ImageRequired, PermissionPullMissing,
        PermissionPushMissing,
    },
    scope::Scope,
};

/// Its row of what other code asks about it.
pub(super) static PRODUCT: Product = Product {
    hosts: Hosts::consented,
    token_services: &[
        // Strangers get names below aliyuncs.com too. Seen: github.com/kubernetes/minikube/pull/13782.
        ("registry.*.aliyuncs.com", "dockerauth.*.aliyuncs.com"),
    ],
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
            "Use the registry's own password, not the account password. Set it in the registry's console under Access Credential. A RAM user signs in as user@account. Temporary passwords expire after an hour."
        }
        ConnectTimeout => {
            "Use the public endpoint: names with -vpc or -internal work only inside Alibaba Cloud. Allow this service's addresses in the instance's access control."
        }
        ImageRequired => {
            "Enter an image, like namespace/repository:tag. Alibaba Cloud's registry can't list its images."
        }
        PermissionPullMissing => {
            "Check the name (namespace/repository), and check that the RAM user can pull it (cr:PullRepository). Personal Edition registries created since September 2024 don't allow pulls over the internet."
        }
        PermissionPushMissing => {
            "Give the RAM user cr:PushRepository. The namespace must exist first."
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
