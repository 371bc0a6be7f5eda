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

/// The advice for a problem; `None` if the general hint is enough.
pub(super) fn hint(code: Code, _auth: &str) -> Option<&'static str> {
    Some(match code {
        AuthRejected => {
            "Check the username. For an API key, it is “api”. The key must be a feed key with “View/Download”."
        }
        ImageRequired => {
            "Enter an image, like feed/image:tag. This service can't list images in ProGet."
        }
        PermissionPullMissing => {
            "Check the name (feed/image), and check that the key can view and download from this feed."
        }
        PermissionPushMissing => "Give the key “Add/Repackage” on this feed.",
        AnswerNotRegistry => {
            "Check the host, the port, and HTTPS. Enter ProGet's own URL. The feed must be a Docker feed."
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
