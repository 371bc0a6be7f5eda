//! Harbor: what it adds to the distribution protocol.
//!
//! Harbor's own listing (API 2.0): its catalog is for administrators only.

use bowline::form::ConnectionSpec;
use serde::Deserialize;

pub(super) use super::distribution::exchange;
use super::row::{Format, OWN_FIRST, Product, Way, Webhook, authority, nothing, own_first};
use crate::{
    guard::hosts::Hosts,
    image::Repository,
    json::{List, or_default},
    listing::{
        api::{Style, Turn, time},
        cursor::Mark,
        entry::{ListedRepository, ListedTag, Page},
    },
    notification::{Event, Notification, Origin},
    problem::{
        Code::{
            self, AnswerNotRegistry, AuthExpired, AuthRejected, PermissionCatalogMissing,
            PermissionPullMissing, PermissionPushMissing,
        },
        Failure,
    },
    registry::Registry,
    scope::Scope,
    world::World,
};

/// Its row of what other code asks about it.
pub(super) static PRODUCT: Product = Product {
    hosts: Hosts::consented,
    token_services: &[],
    unexchanged: nothing,
    repository_ways: own_first,
    tag_ways,
    catalog_scope: Scope::Catalog,
    token_username: "oauth2",
    docker_config_key: authority,
    speaks_v1: false,
};

fn tag_ways(_: &ConnectionSpec) -> &'static [Way] {
    OWN_FIRST
}

/// The advice for a problem; `None` if the general hint is enough.
pub(super) fn hint(code: Code, _auth: &str) -> Option<&'static str> {
    Some(match code {
        AuthRejected => {
            "Check the username. A robot account's username includes its prefix, like robot$project+name. If you sign in with OIDC, use the CLI secret from your user profile instead of the password. A robot account may be disabled or expired. By default, it expires after 30 days."
        }
        AuthExpired => {
            "Extend the robot account's expiration or create a new robot account, then enter its secret here. By default, it expires after 30 days."
        }
        PermissionPullMissing => {
            "Give the robot account “pull” on repositories. It can reach only the projects it was created for. Names have two levels: project/repository."
        }
        PermissionPushMissing => {
            "Give the robot account “push” and “pull” on repositories. The project must exist first."
        }
        PermissionCatalogMissing => {
            "Enter an image to test with, or give the robot account “list” on repositories. Harbor reserves the whole catalog for its administrators."
        }
        AnswerNotRegistry => {
            "Check the host, the port, and HTTPS. Enter Harbor's own URL, without the path of a web page."
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

/// Harbor's webhooks, in its own form (`type`, `event_data`) and as CloudEvents (`data`). A `tag` may be a digest, which
/// then counts as none.
/// <https://goharbor.io/docs/main/working-with-projects/project-configuration/configure-webhooks/>
fn notification(body: &[u8]) -> Option<Notification> {
    #[derive(Deserialize)]
    struct Payload {
        r#type: String,
        /// In seconds since 1970; a CloudEvent has `time`.
        occur_at: Option<i64>,
        time: Option<String>,
        #[serde(alias = "data")]
        event_data: EventData,
    }
    #[derive(Deserialize)]
    struct EventData {
        repository: Changed,
        #[serde(default)]
        resources: List<Resource>,
    }
    #[derive(Deserialize)]
    struct Changed {
        repo_full_name: String,
    }
    #[derive(Deserialize)]
    struct Resource {
        tag: Option<String>,
        digest: Option<String>,
        resource_url: Option<String>,
    }
    let told: Payload = serde_json::from_slice(body).ok()?;
    let occurred = told.occur_at.and_then(|at| at.checked_mul(1000));
    let at = occurred.or(time(told.time.as_deref()));
    let repository = &told.event_data.repository.repo_full_name;
    let event = |resource: &Resource| {
        let (tag, digest) = (resource.tag.as_deref(), resource.digest.as_deref());
        let event = match told.r#type.as_str() {
            "PUSH_ARTIFACT" | "harbor.artifact.pushed" => Event::pushed(repository, tag, digest),
            "DELETE_ARTIFACT" | "harbor.artifact.deleted" => {
                Event::removed(repository, tag, digest)
            }
            _ => None,
        }?;
        let event = event.at(at);
        // Without a scheme: `hub.example.com/library/debian:latest`.
        let url = resource.resource_url.as_deref();
        let host = url.and_then(|url| url.split('/').next());
        Some(match host {
            Some(host) if !host.is_empty() => event.told_by(Origin::Host(host.to_owned())),
            _ => event,
        })
    };
    Some(told.event_data.resources.0.iter().map(event).collect())
}

const WHAT: &str = "Harbor's API";
const API: &str = "/api/v2.0";
/// The most entries that a page can have.
const PER_PAGE: usize = 100;

#[derive(Deserialize)]
struct Entry {
    /// With the project: `library/app`.
    name: String,
    update_time: Option<String>,
}

#[derive(Deserialize)]
struct Artifact {
    /// `IMAGE`, `CHART`, …
    #[serde(rename = "type", default, deserialize_with = "or_default")]
    kind: String,
    digest: Option<String>,
    size: Option<u64>,
    push_time: Option<String>,
    #[serde(default)]
    tags: List<TagEntry>,
    extra_attrs: Option<Attributes>,
}

#[derive(Deserialize)]
struct TagEntry {
    name: String,
    push_time: Option<String>,
}

#[derive(Deserialize)]
struct Attributes {
    created: Option<String>,
}

/// A page of the project's repositories, or of all that the login may see.
pub(super) async fn repositories<W: World>(
    registry: &mut Registry<'_, W>,
    mark: Option<Mark>,
) -> Result<Page<ListedRepository, Mark>, Failure> {
    let project = registry.endpoint.namespace().split('/').next();
    let path = match project.filter(|project| !project.is_empty()) {
        Some(project) => format!("{API}/projects/{project}/repositories"),
        None => format!("{API}/repositories"),
    };
    let (entries, turn): (Vec<Entry>, _) = registry.harbor_page(&path, "", mark).await?;
    let items = entries
        .iter()
        .filter_map(|entry| {
            let updated = time(entry.update_time.as_deref());
            Some(ListedRepository::parse(&entry.name)?.updated(updated))
        })
        .collect();
    Ok(turn.of(items))
}

/// A page of the tags of a repository's images.
pub(super) async fn tags<W: World>(
    registry: &mut Registry<'_, W>,
    repository: &Repository,
    mark: Option<Mark>,
) -> Result<Page<ListedTag, Mark>, Failure> {
    let Some((project, name)) = repository.as_str().split_once('/') else {
        return Ok(Page::empty());
    };
    // A slash in a name has to be encoded twice.
    let name = name.replace('/', "%252F");
    let path = format!("{API}/projects/{project}/repositories/{name}/artifacts");
    let (artifacts, turn): (Vec<Artifact>, _) =
        registry.harbor_page(&path, "&with_tag=true", mark).await?;
    let images = artifacts
        .iter()
        .filter(|artifact| matches!(artifact.kind.as_str(), "" | "IMAGE"));
    let items = images
        .flat_map(|image| image.tags.0.iter().map(move |tag| (image, tag)))
        .filter_map(|(image, tag)| {
            let created = image
                .extra_attrs
                .as_ref()
                .and_then(|a| a.created.as_deref());
            let pushed = tag.push_time.as_deref().or(image.push_time.as_deref());
            let mut listed = ListedTag::parse(&tag.name)?.digest(image.digest.as_deref());
            listed.size = image.size;
            listed.created_at = time(created);
            listed.pushed_at = time(pushed);
            Some(listed)
        })
        .collect();
    Ok(turn.of(items))
}

impl<W: World> Registry<'_, W> {
    async fn harbor_page<T: serde::de::DeserializeOwned>(
        &mut self,
        path: &str,
        with: &str,
        mark: Option<Mark>,
    ) -> Result<(Vec<T>, Turn), Failure> {
        let login = self.api_login().await?;
        let query =
            Mark::query(mark)?.unwrap_or_else(|| format!("page=1&page_size={PER_PAGE}{with}"));
        let answer = self
            .ask(WHAT, self.own_url(path, &query), login.as_ref())
            .await?;
        let entries = self.listed::<List<T>>(&answer, WHAT)?.0;
        let turn = self.turn(&answer, Style::Number, entries.len(), None)?;
        Ok((entries, turn))
    }
}
