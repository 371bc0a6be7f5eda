//! Amazon ECR Public: what it adds to the distribution protocol.

pub(super) use super::amazon_ecr::{exchange, repositories, tags};
use super::row::{Format, Product, Webhook, authority, nothing};
use crate::{
    problem::Code::{
        self, AuthExpired, AuthRejected, PermissionCatalogMissing, PermissionPullMissing,
    },
    scope::Scope,
};

/// Its row of what other code asks about it.
pub(super) static PRODUCT: Product = Product {
    hosts: super::amazon_ecr::hosts,
    token_services: &[],
    unexchanged: nothing,
    repository_ways: super::amazon_ecr::repository_ways,
    tag_ways: super::amazon_ecr::tag_ways,
    catalog_scope: Scope::Catalog,
    token_username: "oauth2",
    docker_config_key: authority,
    speaks_v1: false,
};

/// The advice for a problem; `None` if the general hint is enough.
pub(super) fn hint(code: Code, auth: &str) -> Option<&'static str> {
    Some(match (code, auth) {
        (AuthRejected, _) => {
            "Check the access key ID and the secret access key. The key must be active in IAM. Public images need no sign-in."
        }
        (AuthExpired, _) => {
            "Temporary credentials expire. Create new ones, and enter the access key ID, the secret access key, and the session token together. The ECR Public token itself expires after 12 hours, and every check gets a new one."
        }
        (PermissionPullMissing, _) => {
            "Give the identity ecr-public:GetAuthorizationToken and sts:GetServiceBearerToken. Also check the image's name: it starts with the registry's alias."
        }
        (PermissionCatalogMissing, "anonymous") => {
            "Enter an image to test with. The public gallery can't be listed without signing in."
        }
        (PermissionCatalogMissing, _) => {
            "Enter an image to test with, or give the identity ecr-public:DescribeRepositories. It lists only the account's own repositories."
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
