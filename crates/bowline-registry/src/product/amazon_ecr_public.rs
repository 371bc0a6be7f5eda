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

/// What to do about a problem; `None` where the general hint says all.
pub(super) fn hint(code: Code, auth: &str) -> Option<&'static str> {
    Some(match (code, auth) {
        (AuthRejected, _) => {
            "Verify the access key id and the secret access key, and that the key is active in IAM. Public images need no login at all."
        }
        (AuthExpired, _) => {
            "Temporary credentials end: make new ones and enter the access key id, the secret access key and the session token together. A token of ECR Public itself ends after 12 hours and is made anew for every check."
        }
        (PermissionPullMissing, _) => {
            "The identity needs ecr-public:GetAuthorizationToken and sts:GetServiceBearerToken. Check the image's name, too: it starts with the registry's alias."
        }
        (PermissionCatalogMissing, "anonymous") => {
            "The public gallery cannot be listed without a login: name an image."
        }
        (PermissionCatalogMissing, _) => {
            "Name an image, or allow the identity ecr-public:DescribeRepositories; it lists only the account's own repositories."
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
