//! Azure Container Registry: what it adds to the distribution protocol.
//!
//! Azure Container Registry's own listing of tags, which knows their digests.

use bowline::{azure::AzureCloud, credential::Credentials, form::ConnectionSpec};
use serde::Deserialize;

use self::exchange::Application;
pub(super) use self::exchange::exchange;
pub(super) use super::distribution::repositories;
use super::row::{Format, OWN_FIRST, Product, Way, Webhook, authority, plain};
use crate::{
    guard::{
        Target,
        hosts::{Api, Hosts, Realms},
    },
    image::Repository,
    json::List,
    listing::{
        api::{Style, not_about_it, time},
        cursor::Mark,
        entry::{ListedTag, Page},
    },
    login::RegistryLogin,
    notification::{Event, Notification, Origin, distribution},
    problem::{
        Code::{
            self, AuthExpired, AuthRejected, PermissionCatalogMissing, PermissionPullMissing,
            PermissionPushMissing,
        },
        Failure,
    },
    registry::{Get, Registry},
    scope::Scope,
    world::World,
};

mod exchange;

/// Its row of what other code asks about it.
pub(super) static PRODUCT: Product = Product {
    hosts,
    token_services: &[],
    unexchanged: application,
    repository_ways: plain,
    tag_ways,
    catalog_scope: Scope::Catalog,
    token_username: "00000000-0000-0000-0000-000000000000",
    docker_config_key: authority,
    speaks_v1: false,
};

fn hosts(spec: &ConnectionSpec) -> Hosts {
    Hosts::new(Realms::Own, login_host(spec))
}

fn tag_ways(_: &ConnectionSpec) -> &'static [Way] {
    OWN_FIRST
}

/// Entra's login host of the registry's cloud.
fn login_host(spec: &ConnectionSpec) -> Vec<Api> {
    let endpoint = spec.endpoint.as_ref();
    let cloud = endpoint.and_then(|endpoint| AzureCloud::of_registry(endpoint.host()));
    cloud
        .map(|cloud| Api::host(cloud.login_host()))
        .into_iter()
        .collect()
}

/// An application as a username and password, which the registry's token service takes, too.
fn application(credentials: &Credentials) -> Option<RegistryLogin> {
    Application::of(credentials)?.as_password()
}

/// The advice for a problem; `None` if the general hint is enough.
pub(super) fn hint(code: Code, auth: &str) -> Option<&'static str> {
    Some(match (code, auth) {
        (AuthRejected, "repository-token") => {
            "Check the token's name, and check that its status is “enabled”. The password must be one of the token's two. It may have expired or been regenerated."
        }
        (AuthRejected, "service-principal") => {
            "Check the application (client) ID and the directory (tenant) ID, then enter the client secret again: its value, not its ID. A secret usually expires after a year. A new secret or role can take a few minutes to work."
        }
        (AuthExpired, "service-principal") => {
            "Add a new client secret to the application in Microsoft Entra, and enter its value here."
        }
        (AuthRejected, _) => {
            "Check the username. It is the admin user (which must be enabled first), the name of a token, or an application ID. A regenerated password takes about a minute to work."
        }
        (PermissionPullMissing, "repository-token") => {
            "Add content/read for this repository, and metadata/read for its tags, to the token's scope map."
        }
        (PermissionPullMissing, _) => {
            "Assign the role AcrPull to this identity, or Container Registry Repository Reader if the registry assigns permissions by repository."
        }
        (PermissionPushMissing, "repository-token") => {
            "Add content/read and content/write for this repository to the token's scope map."
        }
        (PermissionPushMissing, _) => {
            "Assign the role AcrPush to this identity, or Container Registry Repository Writer if the registry assigns permissions by repository."
        }
        (PermissionCatalogMissing, _) => {
            "Enter an image to test with, or assign the role Container Registry Repository Catalog Lister to this identity. Repository tokens can't list repositories."
        }
        _ => return None,
    })
}

/// How it announces pushes.
pub(super) static WEBHOOK: Webhook = Webhook {
    format: Format::Own(notification),
    sends_header: true,
    defaults_to_username: false,
};

/// One event of Distribution's form, without an envelope. `quarantine` is a push that is withheld until the image is
/// released. The host is the registry's own.
/// <https://learn.microsoft.com/azure/container-registry/container-registry-webhook-reference>
fn notification(body: &[u8]) -> Option<Notification> {
    let told: distribution::Payload = serde_json::from_slice(body).ok()?;
    Some([event(&told)].into_iter().collect())
}

fn event(told: &distribution::Payload) -> Option<Event> {
    let target = &told.target;
    let (repository, tag, digest) = (&target.repository, target.tag(), target.digest());
    let event = match told.action.as_str() {
        "push" => Event::pushed(repository, tag, digest),
        "quarantine" => Event::quarantined(repository, tag?, digest?),
        "delete" => Event::removed(repository, tag, digest),
        _ => None,
    }?;
    let event = event.at(told.at());
    Some(match &told.request.host {
        Some(host) => event.told_by(Origin::Host(host.clone())),
        None => event,
    })
}

const WHAT: &str = "Azure's API";
/// The number of tags that a page is asked for.
const PER_PAGE: usize = 100;
/// The largest page, in bytes.
const PAGE_BYTES: usize = 1024 * 1024;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TagsResponse {
    /// The repository. What does not name it is no answer about its tags.
    image_name: String,
    #[serde(default)]
    tags: List<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    name: String,
    digest: Option<String>,
    /// When the tag came to point there.
    last_update_time: Option<String>,
}

/// A page of a repository's tags. It takes the permission `metadata/read`, which not all that may pull have.
pub(super) async fn tags<W: World>(
    registry: &mut Registry<'_, W>,
    repository: &Repository,
    mark: Option<Mark>,
) -> Result<Page<ListedTag, Mark>, Failure> {
    let query = Mark::query(mark)?.unwrap_or_else(|| format!("n={PER_PAGE}"));
    let get = Get {
        what: WHAT,
        url: registry.own_url(&format!("/acr/v1/{repository}/_tags"), &query),
        target: Target::Registry,
        scope: &Scope::Metadata(repository.clone()),
        accept: &["application/json"],
        limit: PAGE_BYTES,
    };
    let answer = registry.get(get).await?;
    if answer.status.as_u16() == 404 {
        return Err(Failure::new(
            Code::ImageUnknown,
            "The repository doesn't exist.",
        ));
    }
    let read: TagsResponse = registry.listed(&answer, WHAT)?;
    if read.image_name != repository.as_str() {
        return Err(not_about_it(WHAT));
    }
    let items = read
        .tags
        .0
        .iter()
        .filter_map(|entry| {
            let mut tag = ListedTag::parse(&entry.name)?.digest(entry.digest.as_deref());
            tag.pushed_at = time(entry.last_update_time.as_deref());
            Some(tag)
        })
        .collect();
    let (count, last) = (read.tags.0.len(), read.tags.0.last());
    let last = last.map(|entry| entry.name.as_str());
    Ok(registry.turn(&answer, Style::Last, count, last)?.of(items))
}
