//! Quay: what it adds to the distribution protocol.
//!
//! Quay's own listing, of a namespace. It takes OAuth tokens; robots and passwords have only the catalog.

use bowline::{credential::Credentials, form::ConnectionSpec, secret::Secret};
use serde::{Deserialize, de::IgnoredAny};

pub(super) use super::distribution::exchange;
use super::row::{
    Format, OWN_FIRST, PLAIN, Product, Way, Webhook, authority, has_namespace, nothing,
};
use crate::{
    guard::hosts::Hosts,
    image::Repository,
    json::{List, or_default},
    listing::{
        cursor::Mark,
        entry::{ListedRepository, ListedTag, Page},
    },
    login::Authorization,
    notification::{Event, Notification, Origin},
    problem::{
        Code::{self, AuthExpired, AuthRejected, PermissionPullMissing, PermissionPushMissing},
        Failure,
    },
    registry::Registry,
    scope::Scope,
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
    catalog_scope: Scope::Login,
    token_username: "oauth2",
    docker_config_key: authority,
    speaks_v1: false,
};

fn repository_ways(spec: &ConnectionSpec) -> &'static [Way] {
    match has_namespace(spec) && may_use_api(spec) {
        true => OWN_FIRST,
        false => PLAIN,
    }
}

fn tag_ways(spec: &ConnectionSpec) -> &'static [Way] {
    match may_use_api(spec) {
        true => OWN_FIRST,
        false => PLAIN,
    }
}

/// Quay's API takes OAuth tokens, and serves what is public to everybody; it knows no robot and no password.
fn may_use_api(spec: &ConnectionSpec) -> bool {
    token(&spec.credentials).is_some() || spec.credentials == Credentials::Anonymous
}

/// The advice for a problem; `None` if the general hint is enough.
pub(super) fn hint(code: Code, auth: &str) -> Option<&'static str> {
    Some(match (code, auth) {
        (AuthRejected, "oauth2") => {
            "Enter the OAuth token again. It may have expired or been revoked. A robot's token works only with the robot's name, under the other sign-in method."
        }
        (AuthRejected, _) => {
            "Check the username. A robot's username is organization+name, and its token may have been regenerated. For OAuth tokens and app tokens, the usernames are $oauthtoken and $app."
        }
        (AuthExpired, _) => {
            "Create a new token in Quay and enter it here. A robot's token doesn't expire."
        }
        (PermissionPullMissing, _) => {
            "Give the robot or user “Read” on this repository. An OAuth token needs repo:read. Also check that the repository exists: Quay's response is the same if it doesn't."
        }
        (PermissionPushMissing, _) => {
            "Give the robot or user “Write” on this repository. An OAuth token needs repo:write."
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

/// Quay's `repo_push`: the tags that were updated, without digests. The `name` of its example is not the repository's.
/// <https://docs.projectquay.io/use_quay.html#repository-events>
fn notification(body: &[u8]) -> Option<Notification> {
    #[derive(Deserialize)]
    struct Mark {
        docker_url: Option<IgnoredAny>,
    }
    #[derive(Deserialize)]
    struct Payload {
        repository: String,
        docker_url: String,
        updated_tags: List<String>,
    }
    serde_json::from_slice::<Mark>(body).ok()?.docker_url?;
    // Builds, mirrors and vulnerabilities have no updated tags.
    let Ok(told) = serde_json::from_slice::<Payload>(body) else {
        return Some(Notification::unknown());
    };
    let host = told.docker_url.split('/').next().unwrap_or_default();
    let pushed = |tag: &String| {
        let pushed = Event::pushed(&told.repository, Some(tag), None)?;
        Some(pushed.told_by(Origin::Host(host.to_owned())))
    };
    Some(told.updated_tags.0.iter().map(pushed).collect())
}

const WHAT: &str = "Quay's API";
/// The most tags that a page can have.
const PER_PAGE: usize = 100;

#[derive(Deserialize)]
struct RepositoriesResponse {
    repositories: List<Entry>,
    next_page: Option<String>,
}

#[derive(Deserialize)]
struct Entry {
    namespace: String,
    name: String,
    /// `image` or `application`.
    kind: Option<String>,
    /// In seconds since 1970.
    last_modified: Option<i64>,
}

#[derive(Deserialize)]
struct TagsResponse {
    tags: List<TagEntry>,
    #[serde(default, deserialize_with = "or_default")]
    has_additional: bool,
}

#[derive(Deserialize)]
struct TagEntry {
    name: String,
    manifest_digest: Option<String>,
    size: Option<u64>,
    /// When the tag came to point there, in seconds since 1970.
    start_ts: Option<i64>,
}

/// The OAuth token of a login, which the form keeps as the password of `$oauthtoken`.
pub(super) fn token(credentials: &Credentials) -> Option<&Secret> {
    match credentials {
        Credentials::Password { username, password } if username.as_str() == "$oauthtoken" => {
            Some(password)
        }
        Credentials::OAuth2 { token } => Some(token),
        _ => None,
    }
}

/// A page of the namespace's repositories.
pub(super) async fn repositories<W: World>(
    registry: &mut Registry<'_, W>,
    mark: Option<Mark>,
) -> Result<Page<ListedRepository, Mark>, Failure> {
    let login = registry.quay_login()?;
    let namespace = registry.endpoint.namespace().split('/').next();
    let token = Mark::token(mark)?;
    let fields = [
        Some(("namespace", namespace.unwrap_or_default())),
        Some(("last_modified", "true")),
        login.is_none().then_some(("public", "true")),
        token.as_deref().map(|token| ("next_page", token)),
    ];
    let query = urlencoded::encode(fields.into_iter().flatten());
    let url = registry.own_url("/api/v1/repository", &query);
    let answer = registry.ask(WHAT, url, login.as_ref()).await?;
    let read: RepositoriesResponse = registry.listed(&answer, WHAT)?;
    let items = read
        .repositories
        .0
        .iter()
        .filter(|entry| entry.kind.as_deref().is_none_or(|kind| kind == "image"))
        .filter_map(|entry| {
            let name = format!("{}/{}", entry.namespace, entry.name);
            let updated = entry.last_modified.map(milliseconds);
            Some(ListedRepository::parse(&name)?.updated(updated))
        })
        .collect();
    Ok(Page::new(items, read.next_page.map(Mark::Token)))
}

/// A page of a repository's tags.
pub(super) async fn tags<W: World>(
    registry: &mut Registry<'_, W>,
    repository: &Repository,
    mark: Option<Mark>,
) -> Result<Page<ListedTag, Mark>, Failure> {
    let login = registry.quay_login()?;
    let number = Mark::number(mark)?;
    let url = registry.own_url(
        &format!("/api/v1/repository/{repository}/tag/"),
        &format!("limit={PER_PAGE}&page={number}&onlyActiveTags=true"),
    );
    let answer = registry.ask(WHAT, url, login.as_ref()).await?;
    let read: TagsResponse = registry.listed(&answer, WHAT)?;
    let items = read
        .tags
        .0
        .iter()
        .filter_map(|entry| {
            let mut tag = ListedTag::parse(&entry.name)?.digest(entry.manifest_digest.as_deref());
            tag.size = entry.size;
            tag.pushed_at = entry.start_ts.map(milliseconds);
            Some(tag)
        })
        .collect();
    Ok(Page::new(
        items,
        read.has_additional
            .then(|| Mark::Number(number.saturating_add(1))),
    ))
}

impl<W: World> Registry<'_, W> {
    fn quay_login(&self) -> Result<Option<Authorization>, Failure> {
        token(&self.spec.credentials)
            .map(Authorization::bearer)
            .transpose()
    }
}

fn milliseconds(seconds: i64) -> i64 {
    seconds.saturating_mul(1000)
}
