//! Docker Trusted Registry and Mirantis Secure Registry: what it adds to the distribution protocol.
//!
//! Docker Trusted Registry's own listing (API 0), for connections that prefer it.

use bowline::form::ConnectionSpec;
use serde::Deserialize;

pub(super) use super::distribution::exchange;
use super::row::{Format, OWN_FIRST, PLAIN, Product, Way, Webhook, authority, nothing};
use crate::{
    guard::hosts::Hosts,
    image::Repository,
    json::List,
    listing::{
        api::time,
        cursor::Mark,
        entry::{ListedRepository, ListedTag, Page},
    },
    notification::{Event, Notification},
    problem::{
        Code::{
            self, AnswerNotRegistry, AnswerV1Only, AuthRejected, PermissionPullMissing,
            PermissionPushMissing,
        },
        Failure,
    },
    registry::Registry,
    scope::Scope,
    transport::Response,
    urlencoded,
    world::World,
};

/// Its row of what other code asks about it.
pub(super) static PRODUCT: Product = Product {
    hosts: Hosts::consented,
    token_services: &[],
    unexchanged: nothing,
    repository_ways,
    tag_ways,
    catalog_scope: Scope::Catalog,
    token_username: "oauth2",
    docker_config_key: authority,
    speaks_v1: false,
};

fn repository_ways(spec: &ConnectionSpec) -> &'static [Way] {
    match prefers_own_api(spec) {
        true => OWN_FIRST,
        false => PLAIN,
    }
}

fn tag_ways(spec: &ConnectionSpec) -> &'static [Way] {
    match prefers_own_api(spec) {
        true => OWN_FIRST,
        false => PLAIN,
    }
}

fn prefers_own_api(spec: &ConnectionSpec) -> bool {
    spec.values
        .get("preferDtrApi")
        .is_some_and(|value| value == "true")
}

/// The advice for a problem; `None` if the general hint is enough.
pub(super) fn hint(code: Code, _auth: &str) -> Option<&'static str> {
    Some(match code {
        AuthRejected => {
            "Check the username, which is a UCP or MKE account, then enter its access token or password again. The token may have been deactivated or deleted."
        }
        PermissionPullMissing => {
            "Give the account, or one of its teams, at least “Read only” on this repository. Names have two levels: namespace/repository."
        }
        PermissionPushMissing => {
            "Give the account “Read-Write” on this repository. The repository must exist first."
        }
        AnswerV1Only | AnswerNotRegistry => {
            "Check the host, the port, and HTTPS. Enter the URL of DTR or MSR itself, not of UCP or MKE."
        }
        _ => return None,
    })
}

/// How it announces pushes.
pub(super) static WEBHOOK: Webhook = Webhook {
    format: Format::Own(notification),
    sends_header: false,
    defaults_to_username: false,
};

/// Pushes and removals of tags, and removals of manifests, which have no tag.
/// <https://docs.mirantis.com/msr/3.1/ops/manage-webhooks.html>
fn notification(body: &[u8]) -> Option<Notification> {
    #[derive(Deserialize)]
    struct Payload {
        r#type: String,
        #[serde(rename = "createdAt")]
        created_at: Option<String>,
        contents: Contents,
    }
    #[derive(Deserialize)]
    struct Contents {
        namespace: String,
        repository: String,
        tag: Option<String>,
        digest: Option<String>,
    }
    let told: Payload = serde_json::from_slice(body).ok()?;
    let contents = told.contents;
    let repository = format!("{}/{}", contents.namespace, contents.repository);
    let (tag, digest) = (contents.tag.as_deref(), contents.digest.as_deref());
    let event = match told.r#type.as_str() {
        "TAG_PUSH" => Event::pushed(&repository, tag, digest),
        "TAG_DELETE" | "MANIFEST_DELETE" => Event::removed(&repository, tag, digest),
        _ => None,
    };
    let at = time(told.created_at.as_deref());
    Some([event.map(|event| event.at(at))].into_iter().collect())
}

const WHAT: &str = "the DTR API";
const API: &str = "/api/v0/repositories";
/// The number of entries that a page is asked for.
const PER_PAGE: usize = 100;

#[derive(Deserialize)]
struct RepositoriesResponse {
    repositories: List<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    namespace: String,
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TagEntry {
    name: String,
    digest: Option<String>,
    created_at: Option<String>,
    updated_at: Option<String>,
}

/// A page of the repositories.
pub(super) async fn repositories<W: World>(
    registry: &mut Registry<'_, W>,
    mark: Option<Mark>,
) -> Result<Page<ListedRepository, Mark>, Failure> {
    let answer = registry.docker_trusted_page(API, mark).await?;
    let read: RepositoriesResponse = registry.listed(&answer, WHAT)?;
    let names = read
        .repositories
        .0
        .iter()
        .map(|entry| format!("{}/{}", entry.namespace, entry.name));
    Ok(Page::new(
        names
            .filter_map(|name| ListedRepository::parse(&name))
            .collect(),
        next(&answer),
    ))
}

/// A page of a repository's tags.
pub(super) async fn tags<W: World>(
    registry: &mut Registry<'_, W>,
    repository: &Repository,
    mark: Option<Mark>,
) -> Result<Page<ListedTag, Mark>, Failure> {
    let answer = registry
        .docker_trusted_page(&format!("{API}/{repository}/tags"), mark)
        .await?;
    let read: List<TagEntry> = registry.listed(&answer, WHAT)?;
    let items = read
        .0
        .iter()
        .filter_map(|entry| {
            let mut tag = ListedTag::parse(&entry.name)?.digest(entry.digest.as_deref());
            tag.created_at = time(entry.created_at.as_deref());
            tag.pushed_at = time(entry.updated_at.as_deref());
            Some(tag)
        })
        .collect();
    Ok(Page::new(items, next(&answer)))
}

impl<W: World> Registry<'_, W> {
    async fn docker_trusted_page(
        &mut self,
        path: &str,
        mark: Option<Mark>,
    ) -> Result<Response, Failure> {
        let start = Mark::token(mark)?;
        let start = start.as_deref().map(|start| ("pageStart", start));
        let size = PER_PAGE.to_string();
        let size = [("pageSize", size.as_str())];
        let query = urlencoded::encode(size.into_iter().chain(start));
        let login = self.api_login().await?;
        self.ask(WHAT, self.own_url(path, &query), login.as_ref())
            .await
    }
}

/// What the next page starts with.
fn next(answer: &Response) -> Option<Mark> {
    answer
        .header("x-next-page-start")
        .filter(|start| !start.is_empty())
        .map(|start| Mark::Token(start.to_owned()))
}
