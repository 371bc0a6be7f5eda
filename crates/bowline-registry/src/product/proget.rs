//! Inedo ProGet: what it adds to the distribution protocol.

pub(super) use super::distribution::{exchange, repositories, tags};
use super::row::{Format, Product, Webhook, authority, nothing, plain, unlisted};
use crate::{
    guard::hosts::Hosts,
    problem::Code::{
        self, AnswerNotRegistry, AuthRejected, ImageRequired, PermissionPullMissing,
        PermissionPushMissing,
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
            "Verify the username: it is “api” for an API key. The key must be one for feeds, with “View/Download”."
        }
        ImageRequired => "Enter an image as name:tag: this service does not search ProGet.",
        PermissionPullMissing => {
            "Check the name, feed/image, and that the key may view and download from this feed."
        }
        PermissionPushMissing => {
            "The key lacks push permission: it needs “Add/Repackage” on this feed."
        }
        AnswerNotRegistry => {
            "Check the host, the port and HTTPS: the address is ProGet's own, and the feed must be one for Docker."
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
