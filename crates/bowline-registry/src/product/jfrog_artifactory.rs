//! JFrog Artifactory: what it adds to the distribution protocol.
//!
//! Artifactory's own listing, for an address that is not that of one repository key: the keys that hold images, then the
//! catalog of each. An image is addressed as `<key>/<name>`. Where a key has a host or a port of its own, images are
//! without it, and the registry's own catalog is that of the key.
//! <https://docs.jfrog.com/artifactory/docs/additional-docker-information>, 2026-08.

use bowline::{credential::Credentials, form::ConnectionSpec};
use http::HeaderName;
use serde::Deserialize;
use serde_json::value::RawValue;
use url::Url;

pub(super) use super::distribution::tags;
use super::{
    distribution,
    row::{Format, OWN_FIRST, PLAIN, Product, Way, Webhook, authority, nothing, plain},
};
use crate::{
    guard::hosts::Hosts,
    json::List,
    listing::{
        api::Style,
        cursor::Mark,
        entry::{ListedRepository, Page},
        groups::{Groups, Rest},
    },
    login::{Authorization, Minted, RegistryLogin},
    notification::{Event, Notification, Origin},
    operator::Operator,
    problem::{
        Code::{
            self, AnswerNotRegistry, AuthExpired, AuthRejected, PermissionPullMissing,
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
    hosts: Hosts::consented,
    token_services: &[],
    unexchanged: nothing,
    repository_ways,
    tag_ways: plain,
    catalog_scope: Scope::Catalog,
    token_username: "oauth2",
    docker_config_key: authority,
    speaks_v1: false,
};

fn repository_ways(spec: &ConnectionSpec) -> &'static [Way] {
    match is_whole(spec) {
        true => OWN_FIRST,
        false => PLAIN,
    }
}

/// Tells whether the address is that of all repositories, not of one (`/artifactory/api/docker/<key>`).
fn is_whole(spec: &ConnectionSpec) -> bool {
    spec.endpoint
        .as_ref()
        .is_some_and(|endpoint| endpoint.base_path().is_empty())
}

/// An API key goes in a header of Artifactory's own; all else is taken as it is.
pub(super) async fn exchange<W: World>(
    transport: &mut Transport<'_, W>,
    operator: &Operator,
    spec: &ConnectionSpec,
) -> Result<Minted, Failure> {
    match &spec.credentials {
        Credentials::ApiKey { key } => Ok(Minted::kept(RegistryLogin::Header {
            name: HeaderName::from_static("x-jfrog-art-api"),
            value: key.clone(),
        })),
        _ => distribution::exchange(transport, operator, spec).await,
    }
}

/// The advice for a problem; `None` if the general hint is enough.
pub(super) fn hint(code: Code, auth: &str) -> Option<&'static str> {
    Some(match (code, auth) {
        (AuthRejected, "api-key") => {
            "Use an identity token or an access token: API keys are deprecated, and newer versions of Artifactory don't accept them. If yours does, check that the key wasn't revoked."
        }
        (AuthRejected, "access-token") => {
            "Enter the access token again. It may have expired or been revoked. If you enter a username, it must be the token's user."
        }
        (AuthRejected, _) => {
            "Check the username, then enter the password or identity token again. If you sign in with SSO, use a token instead of a password."
        }
        (AuthExpired, _) => {
            "Create a new identity token or access token in Artifactory and enter it here."
        }
        (PermissionPullMissing, _) => {
            "Give the user or group “Read” on the repository. In a remote repository, an official image may need library/ before its name."
        }
        (PermissionPushMissing, _) => "Give the user or group “Deploy/Cache” on the repository.",
        (AnswerNotRegistry, _) => {
            "Check the host, the port, and HTTPS. Include the repository, like host/artifactory/api/docker/<repository key>, or use the repository's own host."
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

/// Webhooks of the domain `docker`, with their `data` in an envelope as they are sent, or bare as the vendor's page shows
/// them. The origin is the platform's address, which images need not be pulled from.
/// <https://docs.jfrog.com/administration/docs/event-types>
fn notification(body: &[u8]) -> Option<Notification> {
    #[derive(Deserialize)]
    struct Envelope<'a> {
        event_type: String,
        #[serde(borrow)]
        data: Option<&'a RawValue>,
    }
    let told: Envelope<'_> = serde_json::from_slice(body).ok()?;
    let data = told.data.map_or(body, |data| data.get().as_bytes());
    let event = serde_json::from_slice::<Data>(data).ok();
    let event = event.and_then(|data| event_of(&told.event_type, &data));
    Some([event].into_iter().collect())
}

/// The image in a webhook.
#[derive(Deserialize)]
struct Data {
    repo_key: String,
    image_name: String,
    tag: Option<String>,
    sha256: Option<String>,
}

fn event_of(action: &str, data: &Data) -> Option<Event> {
    let repository = format!("{}/{}", data.repo_key, data.image_name);
    let digest = data.sha256.as_ref().map(|hex| format!("sha256:{hex}"));
    let (tag, digest) = (data.tag.as_deref(), digest.as_deref());
    let event = match action {
        "pushed" | "promoted" => Event::pushed(&repository, tag, digest),
        "deleted" => Event::removed(&repository, tag, digest),
        _ => None,
    }?;
    Some(event.told_by(Origin::ArtifactoryKey(data.repo_key.clone())))
}

const WHAT: &str = "Artifactory's API";
const PER_PAGE: usize = 1000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Key {
    key: String,
    package_type: String,
}

#[derive(Deserialize)]
struct Catalog {
    repositories: List<String>,
}

/// A page of a key's repositories.
pub(super) async fn repositories<W: World>(
    registry: &mut Registry<'_, W>,
    mark: Option<Mark>,
) -> Result<Page<ListedRepository, Mark>, Failure> {
    let mut groups = match mark {
        // Only the host of one key has a catalog.
        None => match registry.catalog_page(None).await {
            Ok(page) => return Ok(page),
            Err(failure) if failure.code == Code::DeadlineExceeded => return Err(failure),
            Err(_) => registry.keys_of_namespace(),
        },
        Some(Mark::Groups(groups)) => groups,
        mark => return registry.catalog_page(mark).await,
    };
    let login = registry.api_login().await?;
    if let Some(after) = groups.wanted() {
        let mut keys = registry.artifactory_keys(login.as_ref()).await?;
        keys.retain(|key| Some(key) > after.as_ref());
        groups.learn(keys.into_iter(), Rest::None);
    }
    let Some((group, query)) = groups.page() else {
        return Ok(Page::new(Vec::new(), groups.next().map(Mark::Groups)));
    };
    let mut key = TypedKey::of_group(&group).ok_or_else(Mark::foreign)?;
    let first = format!("n={PER_PAGE}");
    let query = query.as_deref().unwrap_or(&first);
    let mut answer = registry
        .ask(WHAT, key.url(registry, query), login.as_ref())
        .await?;
    if key.kind.is_none() && matches!(answer.status.as_u16(), 400 | 404) {
        key.kind = Some(Kind::Oci);
        answer = registry
            .ask(WHAT, key.url(registry, query), login.as_ref())
            .await?;
    }
    let names = registry.listed::<Catalog>(&answer, WHAT)?.repositories.0;
    let items = names
        .iter()
        .filter_map(|name| ListedRepository::parse(&format!("{}/{name}", key.name)))
        .collect();
    let last = names.last().map(String::as_str);
    let mut turn = registry.turn(&answer, Style::Last, names.len(), last)?;
    groups.turn(key.group(), turn.query());
    Ok(turn.page(items, groups.next().map(Mark::Groups)))
}

impl<W: World> Registry<'_, W> {
    /// The one key that a namespace starts with, else all.
    fn keys_of_namespace(&self) -> Groups {
        match self.endpoint.namespace().split('/').next() {
            None | Some("") => Groups::default(),
            Some(key) => Groups::only(key),
        }
    }

    /// The keys that hold images, sorted.
    async fn artifactory_keys(
        &self,
        login: Option<&Authorization>,
    ) -> Result<Vec<String>, Failure> {
        // A package type in the query would leave the other out.
        let url = self.own_url("/artifactory/api/repositories", "");
        let answer = self.ask(WHAT, url, login).await?;
        let keys: List<Key> = self.listed(&answer, WHAT)?;
        let typed = keys.0.iter().filter_map(|key| {
            let kind = Kind::of(&key.package_type)?;
            is_key(&key.key).then(|| {
                TypedKey {
                    name: &key.key,
                    kind: Some(kind),
                }
                .group()
            })
        });
        let mut groups: Vec<String> = typed.collect();
        groups.sort_unstable();
        Ok(groups)
    }
}

/// The package type of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Docker,
    Oci,
}

impl Kind {
    /// The kind of a package type, in any case of letters.
    fn of(package_type: &str) -> Option<Self> {
        [Self::Docker, Self::Oci]
            .into_iter()
            .find(|kind| package_type.eq_ignore_ascii_case(kind.segment()))
    }

    /// The segment of its API's paths.
    fn segment(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Oci => "oci",
        }
    }
}

/// A key, and its package type, if known.
#[derive(Clone, Copy)]
struct TypedKey<'a> {
    name: &'a str,
    kind: Option<Kind>,
}

impl<'a> TypedKey<'a> {
    /// `docker-local`, `images/oci`.
    fn of_group(group: &'a str) -> Option<Self> {
        let (name, kind) = match group.split_once('/') {
            Some((name, kind)) => (name, Some(Kind::of(kind)?)),
            None => (group, None),
        };
        is_key(name).then_some(Self { name, kind })
    }

    fn group(self) -> String {
        match self.kind {
            Some(kind) => format!("{}/{}", self.name, kind.segment()),
            None => self.name.to_owned(),
        }
    }

    /// The address of a page of its catalog.
    fn url<W: World>(self, registry: &Registry<'_, W>, query: &str) -> Url {
        let kind = self.kind.unwrap_or(Kind::Docker).segment();
        let path = format!("/artifactory/api/{kind}/{}/v2/_catalog", self.name);
        registry.own_url(&path, query)
    }
}

/// Returns true if a text is safe in a path as a repository key.
fn is_key(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('.')
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}
