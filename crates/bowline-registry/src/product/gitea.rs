//! Gitea and Forgejo: what they add to the distribution protocol.
//!
//! A registry answers 401 with two challenges, Bearer and Basic; its token service is below its own `/v2/`, and the catalog
//! has what the user may see (go-gitea/gitea, routers/api/packages/container, 2026-08).

use serde::Deserialize;

pub(super) use super::distribution::{exchange, repositories, tags};
use super::row::{Format, Product, Webhook, authority, nothing, plain};
use crate::{
    guard::hosts::Hosts,
    listing::api::time,
    notification::{Event, Notification},
    problem::Code::{
        self, AnswerNotRegistry, AuthExpired, AuthRejected, ImageUnknown, PermissionPullMissing,
        PermissionPushMissing,
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
pub(super) fn hint(code: Code, _auth: &str) -> Option<&'static str> {
    Some(match code {
        AuthRejected => {
            "Check the username, and use an access token with read:package. A password doesn't work if two-factor authentication is on. The site may require signing in for everything (REQUIRE_SIGNIN_VIEW)."
        }
        AuthExpired => "Create a new access token with read:package and enter it here.",
        PermissionPullMissing | ImageUnknown => {
            "Check the name (owner/image, in lowercase). The token needs read:package, and its user must be able to read the owner's packages. Packages of private owners are hidden from other users."
        }
        PermissionPushMissing => {
            "Give the token write:package. Its user must be the owner, or be on a team of the owner that can write packages."
        }
        AnswerNotRegistry => {
            "Check the host, the port, and HTTPS. The registry is at /v2/ on the site's host, even if the site is under a path. Packages may be turned off on this site."
        }
        _ => return None,
    })
}

/// Its row of how it announces pushes.
pub(super) static WEBHOOK: Webhook = Webhook {
    format: Format::Own(notification),
    sends_header: true,
    defaults_to_username: false,
};

/// The event `package`. The version of a container is its tag, or its digest if it has no tag. Repositories are in
/// lower case in the registry, but owners are not in lower case here. (go-gitea/gitea, modules/structs/hook.go and
/// package.go, 2026-08.)
fn notification(body: &[u8]) -> Option<Notification> {
    #[derive(Deserialize)]
    struct Payload {
        action: String,
        package: Package,
    }
    #[derive(Deserialize)]
    struct Package {
        owner: Owner,
        r#type: String,
        name: String,
        version: String,
        created_at: Option<String>,
    }
    #[derive(Deserialize)]
    struct Owner {
        login: String,
    }
    let Payload { action, package } = serde_json::from_slice(body).ok()?;
    let repository = format!("{}/{}", package.owner.login, package.name).to_ascii_lowercase();
    let (tag, digest) = match package.version.contains(':') {
        true => (None, Some(package.version.as_str())),
        false => (Some(package.version.as_str()), None),
    };
    let event = match (package.r#type.as_str(), action.as_str()) {
        ("container", "created") => Event::pushed(&repository, tag, digest),
        ("container", "deleted") => Event::removed(&repository, tag, digest),
        _ => None,
    };
    let at = time(package.created_at.as_deref()).filter(|_| action == "created");
    Some([event.map(|event| event.at(at))].into_iter().collect())
}
