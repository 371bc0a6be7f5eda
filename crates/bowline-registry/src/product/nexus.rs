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

/// The advice for a problem; `None` if the general hint is enough.
pub(super) fn hint(code: Code, auth: &str) -> Option<&'static str> {
    Some(match (code, auth) {
        (AuthRejected, "anonymous") => {
            "Turn on anonymous access, both in Nexus and for this Docker repository. Also activate the Docker Bearer Token Realm in the security settings."
        }
        (AuthRejected, _) => {
            "Check the username and the password. A user token has two parts, and both are needed. If only some clients fail, activate the Docker Bearer Token Realm in Nexus's security settings."
        }
        (PermissionPullMissing, _) => {
            "Give the user's role the privileges “read” and “browse” on this Docker repository."
        }
        (PermissionPushMissing, _) => {
            "Give the user's role the privileges “add” and “edit” on this Docker repository. It must be a hosted repository."
        }
        (AnswerNotRegistry, _) => {
            "Check the port and HTTPS. A Docker repository in Nexus has its own connector port, not the port of the web page (8081). Newer versions can also serve it at /repository/<name>."
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
