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

/// The advice for a problem; `None` where the general hint says all.
pub(super) fn hint(code: Code, _auth: &str) -> Option<&'static str> {
    Some(match code {
        AuthRejected => {
            "The password is the registry's own, set in its console under Access Credential, not that of the account. A RAM user is written user@account. Temporary passwords end after an hour."
        }
        ConnectTimeout => {
            "Use the public endpoint, and allow this service's addresses in the instance's access control: names with -vpc or -internal answer inside Alibaba Cloud alone."
        }
        ImageRequired => {
            "Enter an image as name:tag: the registry of Alibaba Cloud has no catalog."
        }
        PermissionPullMissing => {
            "Check the name, namespace/repository, and that the RAM user may pull it (cr:PullRepository). A Personal Edition made since September 2024 cannot be pulled from over the internet."
        }
        PermissionPushMissing => {
            "The login lacks push permission: the RAM user needs cr:PushRepository, and the namespace must exist first."
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
