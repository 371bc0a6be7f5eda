//! Any registry of the distribution specification: what it adds to the distribution protocol.

pub(super) use super::distribution::{exchange, repositories, tags};
use super::row::{Format, Product, Webhook, authority, nothing, plain};
use crate::{
    guard::hosts::Hosts,
    problem::Code::{self, AuthRejected},
    scope::Scope,
};

/// Its row of what other code asks about it.
pub(super) static PRODUCT: Product = Product {
    hosts: Hosts::consented,
    // Alibaba Cloud's, where strangers get names too. Seen: github.com/kubernetes/minikube/pull/13782.
    token_services: &[("registry.*.aliyuncs.com", "dockerauth.*.aliyuncs.com")],
    unexchanged: nothing,
    repository_ways: plain,
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
            "Check the username, then enter the password or token again. It may be wrong, revoked, or expired. If the registry uses a password file, it reads only bcrypt entries."
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
