//! Sonatype Nexus: what it adds to the distribution protocol.

pub(super) use super::distribution::{exchange, repositories, tags};
use super::row::{Format, Product, Webhook, authority, nothing, plain};
use crate::{
    guard::hosts::Hosts,
    problem::Code::{
        self, AnswerNotRegistry, AuthRejected, PermissionPullMissing, PermissionPushMissing,
    },
    scope::Scope,
};

/// Its row of what other code asks about it.
pub(super) static PRODUCT: Product = Product {
    hosts: Hosts::consented,
    token_services: &[],
    unexchanged: nothing,
    repository_ways: plain,
    tag_ways: plain,
    catalog_scope: Scope::Catalog,
    token_username: "oauth2",
    docker_config_key: authority,
    speaks_v1: false,
};

/// What to do about a problem; `None` where the general hint says all.
pub(super) fn hint(code: Code, auth: &str) -> Option<&'static str> {
    Some(match (code, auth) {
        (AuthRejected, "anonymous") => {
            "Anonymous access must be on in Nexus, for this Docker repository, too, and the Docker Bearer Token Realm active in its security settings."
        }
        (AuthRejected, _) => {
            "Verify the username and the password; with user tokens both parts of the token are needed. Where only some clients fail, the Docker Bearer Token Realm may not be active in Nexus's security settings."
        }
        (PermissionPullMissing, _) => {
            "The login lacks pull permission: its role needs the privileges “read” and “browse” on this Docker repository."
        }
        (PermissionPushMissing, _) => {
            "The login lacks push permission: its role needs the privileges “add” and “edit” on this Docker repository, which must be a hosted one."
        }
        (AnswerNotRegistry, _) => {
            "Check the port and HTTPS: a Docker repository of Nexus answers at a connector port of its own, not at the port of the web page (8081), or at /repository/<name> in newer versions."
        }
        _ => return None,
    })
}

/// How it announces pushes.
pub(super) static WEBHOOK: Webhook = Webhook {
    format: Format::Distribution,
    sends_header: false,
    defaults_to_username: false,
};
