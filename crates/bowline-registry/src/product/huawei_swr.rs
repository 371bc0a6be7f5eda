//! Huawei Cloud SWR: what it adds to the distribution protocol.
//!
//! SWR's own listing: one answer with the repositories of the account, on the registry's own host. Its token service is
//! there, too (goharbor/harbor, src/pkg/reg/adapter/huawei, 2026-08).

use bowline::{credential::Credentials, form::ConnectionSpec, secret::Secret};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use sha2::Sha256;

pub(super) use super::distribution::tags;
use super::{
    distribution,
    row::{Format, Product, Webhook, authority, nothing, own_first, plain},
};
use crate::{
    guard::hosts::{Hosts, Realms},
    json::List,
    listing::{
        api::time,
        cursor::Mark,
        entry::{ListedRepository, Page},
    },
    login::{Minted, RegistryLogin},
    operator::Operator,
    problem::{
        Code::{
            self, AuthExpired, AuthRejected, PermissionCatalogMissing, PermissionPullMissing,
            PermissionPushMissing,
        },
        Failure,
    },
    registry::Registry,
    scope::Scope,
    transport::Transport,
    world::World,
};

/// Its row of what other code asks about it.
pub(super) static PRODUCT: Product = Product {
    hosts,
    token_services: &[],
    unexchanged: nothing,
    repository_ways: own_first,
    tag_ways: plain,
    catalog_scope: Scope::Catalog,
    token_username: "oauth2",
    docker_config_key: authority,
    speaks_v1: false,
};

fn hosts(_: &ConnectionSpec) -> Hosts {
    Hosts::new(Realms::Own, Vec::new())
}

/// The advice for a problem; `None` if the general hint is enough.
pub(super) fn hint(code: Code, auth: &str) -> Option<&'static str> {
    Some(match (code, auth) {
        (AuthRejected, "access-key") => {
            "Check the access key ID and the secret access key. The key must be active in IAM, and the region must be the registry's."
        }
        (AuthRejected, _) => {
            "The username is the region, “@”, and the access key ID. The password is the one in the login command. Temporary commands expire after 6 or 24 hours. Use a long-term one, or connect with the access key."
        }
        (AuthExpired, _) => "Create a long-term login command, or connect with the access key.",
        (PermissionPullMissing, _) => {
            "Check the name (organization/repository) and the region, and check that the IAM user can read this organization (SWR ReadOnlyAccess)."
        }
        (PermissionPushMissing, _) => {
            "Give the IAM user permission to edit the organization. The organization must exist first."
        }
        (PermissionCatalogMissing, _) => {
            "Enter an image to test with, or give the IAM user permission to list repositories (SWR ReadOnlyAccess)."
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

/// A long-term password is the HMAC-SHA-256 of the access key's id under the secret key, in hexadecimal
/// (support.huaweicloud.com, swr_01_1000, 2026-08). Nothing is sent for it.
pub(super) async fn exchange<W: World>(
    transport: &mut Transport<'_, W>,
    operator: &Operator,
    spec: &ConnectionSpec,
) -> Result<Minted, Failure> {
    let Credentials::HmacPassword {
        username,
        message,
        key,
    } = &spec.credentials
    else {
        return distribution::exchange(transport, operator, spec).await;
    };
    let mac = Hmac::<Sha256>::new_from_slice(key.expose().trim().as_bytes());
    let Ok(mut mac) = mac else {
        return Err(Failure::new(
            AuthRejected,
            "The secret access key is empty.",
        ));
    };
    mac.update(message.as_bytes());
    let digest = mac.finalize().into_bytes();
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let password = Secret::new(hex);
    transport.hide_login(username.as_str(), &password);
    Ok(Minted::kept(RegistryLogin::Password {
        username: username.clone(),
        password,
    }))
}

const WHAT: &str = "Huawei Cloud's API";

#[derive(Deserialize)]
struct Entry {
    name: String,
    namespace: String,
    updated_at: Option<String>,
}

/// All repositories of the account, within the namespace.
pub(super) async fn repositories<W: World>(
    registry: &mut Registry<'_, W>,
    mark: Option<Mark>,
) -> Result<Page<ListedRepository, Mark>, Failure> {
    if mark.is_some() {
        return Err(Mark::foreign());
    }
    let login = registry.api_login().await?;
    let url = registry.own_url("/dockyard/v2/repositories", "filter=center::self");
    let answer = registry.ask(WHAT, url, login.as_ref()).await?;
    let entries: List<Entry> = registry.listed(&answer, WHAT)?;
    let items = entries
        .0
        .iter()
        .filter_map(|entry| {
            let name = format!("{}/{}", entry.namespace, entry.name);
            Some(ListedRepository::parse(&name)?.updated(time(entry.updated_at.as_deref())))
        })
        .collect();
    Ok(Page::new(items, None))
}
