//! Docker Hub: what it adds to the distribution protocol.
//!
//! Docker Hub's own listing: its registry has no catalog (`/v2/_catalog` answers 401 to everyone).

use bowline::{credential::Credentials, endpoint::Endpoint, form::ConnectionSpec, secret::Secret};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

pub(super) use super::distribution::exchange;
use super::row::{Format, OWN_FIRST, PLAIN, Product, Way, Webhook, authority, nothing};
use crate::{
    guard::hosts::{Api, Hosts, Realms},
    image::Repository,
    json::List,
    listing::{
        api::unlistable,
        api::{address, time},
        cursor::Mark,
        entry::{ListedRepository, ListedTag, Page},
    },
    login::Authorization,
    notification::{Event, Notification},
    problem::{
        Code::{
            self, AuthExpired, AuthRejected, PermissionPullMissing, PermissionPushMissing,
            RateLimited,
        },
        Failure,
    },
    registry::Registry,
    scope::Scope,
    world::World,
};

/// Its row of what other code asks about it.
pub(super) static PRODUCT: Product = Product {
    hosts,
    token_services: &[
        ("registry-1.docker.io", "auth.docker.io"),
        (HARDENED, "auth.docker.io"),
    ],
    unexchanged: nothing,
    repository_ways,
    tag_ways,
    catalog_scope: Scope::Catalog,
    token_username: "oauth2",
    docker_config_key: config_key,
    speaks_v1: false,
};

fn hosts(_: &ConnectionSpec) -> Hosts {
    Hosts::new(Realms::Own, vec![Api::host("hub.docker.com")])
}

/// Docker Hardened Images, which the API of Docker Hub does not list.
const HARDENED: &str = "dhi.io";

fn is_hardened(spec: &ConnectionSpec) -> bool {
    let endpoint = spec.endpoint.as_ref();
    endpoint.is_some_and(|endpoint| endpoint.host() == HARDENED)
}

fn repository_ways(spec: &ConnectionSpec) -> &'static [Way] {
    match is_hardened(spec) {
        true => PLAIN,
        false => &[Way::Own],
    }
}

fn tag_ways(spec: &ConnectionSpec) -> &'static [Way] {
    match is_hardened(spec) {
        true => PLAIN,
        false => OWN_FIRST,
    }
}

/// Container tools keep Docker Hub's login under an address of version 1 of its API.
fn config_key(endpoint: &Endpoint) -> String {
    match endpoint.host() {
        HARDENED => authority(endpoint),
        _ => "https://index.docker.io/v1/".to_owned(),
    }
}

/// The advice for a problem; `None` if the general hint is enough.
pub(super) fn hint(code: Code, _auth: &str) -> Option<&'static str> {
    Some(match code {
        AuthRejected => {
            "Check the username. It is the Docker ID, not the email address. For an organization access token, it is the organization's name. If two-factor authentication or single sign-on is on, use an access token instead of the password. The token may also have expired or been deleted."
        }
        AuthExpired => {
            "Create a new access token with read permission in Docker Hub's account settings, and enter it here."
        }
        PermissionPullMissing => {
            "Check that the repository exists and that the access token can read it. Docker Hub's response is the same in both cases. A token for public repositories can't read private ones. An organization access token must list the repository."
        }
        PermissionPushMissing => {
            "Give the access token write permission. The repository must belong to this account or organization."
        }
        RateLimited => {
            "Wait, or use an account with a subscription. Docker Hub limits pulls in six hours to 100 per address without signing in, and 200 per personal account."
        }
        _ => return None,
    })
}

/// How it announces pushes.
pub(super) static WEBHOOK: Webhook = Webhook {
    format: Format::Own(notification),
    sends_header: false,
    defaults_to_username: true,
};

/// A push of a tag, without its digest and without a signature. Its `callback_url` is never called.
/// <https://docs.docker.com/docker-hub/repos/manage/webhooks/>
fn notification(body: &[u8]) -> Option<Notification> {
    #[derive(Deserialize)]
    struct Payload {
        push_data: PushData,
        repository: Pushed,
    }
    #[derive(Deserialize)]
    struct PushData {
        tag: Option<String>,
        /// In seconds since 1970.
        pushed_at: Option<i64>,
    }
    #[derive(Deserialize)]
    struct Pushed {
        repo_name: String,
    }
    let told: Payload = serde_json::from_slice(body).ok()?;
    let at = told.push_data.pushed_at.and_then(|at| at.checked_mul(1000));
    let tag = told.push_data.tag.as_deref();
    let pushed = Event::pushed(&told.repository.repo_name, tag, None);
    Some([pushed.map(|pushed| pushed.at(at))].into_iter().collect())
}

const WHAT: &str = "Docker Hub's API";
const API: &str = "https://hub.docker.com/v2";
/// The most entries that a page can have.
const PER_PAGE: usize = 100;

#[derive(Serialize)]
struct LoginRequest<'a> {
    identifier: &'a str,
    secret: &'a str,
}

#[derive(Deserialize)]
struct LoginResponse {
    access_token: String,
}

#[derive(Deserialize)]
struct PageResponse<T> {
    /// Only whether there is one is of interest: the URL of the next page is made here.
    next: Option<String>,
    results: List<T>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    last_updated: Option<String>,
}

#[derive(Deserialize)]
struct TagEntry {
    name: String,
    digest: Option<String>,
    full_size: Option<u64>,
    tag_last_pushed: Option<String>,
}

/// A page of the repositories of the connection's namespace, else of the username.
pub(super) async fn repositories<W: World>(
    registry: &mut Registry<'_, W>,
    mark: Option<Mark>,
) -> Result<Page<ListedRepository, Mark>, Failure> {
    let Some(namespace) = registry.docker_hub_namespace() else {
        return Err(unlistable(
            "Docker Hub lists repositories by namespace, and the namespace is empty.",
        ));
    };
    let path = format!("namespaces/{namespace}/repositories");
    let is_first = mark.is_none();
    let Some((entries, next)) = registry.docker_hub_page::<Entry>(&path, mark).await? else {
        return Ok(match is_first {
            true => Page::empty(),
            false => Page::lost(),
        });
    };
    let items = entries
        .iter()
        .filter_map(|entry| {
            let listed = ListedRepository::parse(&format!("{namespace}/{}", entry.name))?;
            Some(listed.updated(time(entry.last_updated.as_deref())))
        })
        .collect();
    Ok(Page::new(items, next))
}

/// A page of a repository's tags.
pub(super) async fn tags<W: World>(
    registry: &mut Registry<'_, W>,
    repository: &Repository,
    mark: Option<Mark>,
) -> Result<Page<ListedTag, Mark>, Failure> {
    let Some((namespace, name)) = repository.as_str().split_once('/') else {
        return Ok(Page::empty());
    };
    let path = format!("namespaces/{namespace}/repositories/{name}/tags");
    let is_first = mark.is_none();
    let Some((entries, next)) = registry.docker_hub_page::<TagEntry>(&path, mark).await? else {
        return match is_first {
            true => Err(registry.no_such_repository()),
            false => Ok(Page::lost()),
        };
    };
    let items = entries
        .iter()
        .filter_map(|entry| {
            let mut tag = ListedTag::parse(&entry.name)?.digest(entry.digest.as_deref());
            tag.size = entry.full_size;
            tag.pushed_at = time(entry.tag_last_pushed.as_deref());
            Some(tag)
        })
        .collect();
    Ok(Page::new(items, next))
}

impl<W: World> Registry<'_, W> {
    /// Reads a page of a listing by number, never by the URL in the previous page. Returns `None` if there is no such
    /// listing or page.
    async fn docker_hub_page<T: serde::de::DeserializeOwned>(
        &mut self,
        path: &str,
        mark: Option<Mark>,
    ) -> Result<Option<(Vec<T>, Option<Mark>)>, Failure> {
        let number = Mark::number(mark)?;
        let url = address(&format!("{API}/{path}?page_size={PER_PAGE}&page={number}"))?;
        let had_login = self.listing_login.is_some();
        let login = self.docker_hub_login().await?;
        let mut answer = self.ask(WHAT, url.clone(), login.as_ref()).await?;
        // The token of an earlier page lives ten minutes.
        if answer.status.as_u16() == 401 && had_login {
            self.listing_login = None;
            let login = self.docker_hub_login().await?;
            answer = self.ask(WHAT, url, login.as_ref()).await?;
        }
        if answer.status.as_u16() == 404 {
            return Ok(None);
        }
        let page: PageResponse<T> = self.listed(&answer, WHAT)?;
        let next = page.next.map(|_| Mark::Number(number.saturating_add(1)));
        Ok(Some((page.results.0, next)))
    }

    /// That a repository is not there, or hidden from a login that the API does not know.
    fn no_such_repository(&self) -> Failure {
        let code = match self.listing_login {
            None if self.has_credentials() => Code::PermissionPullMissing,
            _ => Code::ImageUnknown,
        };
        Failure::new(
            code,
            "Docker Hub's API says that this repository doesn't exist.",
        )
    }

    fn docker_hub_namespace(&self) -> Option<Repository> {
        let named = self
            .endpoint
            .namespace()
            .split('/')
            .next()
            .filter(|name| !name.is_empty());
        let username = match &self.spec.credentials {
            Credentials::Password { username, .. } => Some(username.as_str()),
            _ => None,
        };
        Repository::parse(&named.or(username)?.to_ascii_lowercase())
    }

    /// A token of Docker Hub's API. A login that it does not know, as that of an organization, lists what is public; one
    /// that could not be tried lists nothing, because what is private would seem to be gone.
    async fn docker_hub_login(&mut self) -> Result<Option<Authorization>, Failure> {
        if self.listing_login.is_none() {
            self.listing_login = self.docker_hub_token().await?;
        }
        Ok(self.listing_login.clone())
    }

    async fn docker_hub_token(&mut self) -> Result<Option<Authorization>, Failure> {
        let Credentials::Password { username, password } = &self.spec.credentials else {
            return Ok(None);
        };
        let login = LoginRequest {
            identifier: username.as_str(),
            secret: password.expose(),
        };
        let login = serde_json::to_vec(&login).unwrap_or_default();
        let body = Bytes::from_owner(Zeroizing::new(login));
        let url = format!("{API}/auth/token");
        let answer = self
            .login_to_api(WHAT, &url, "application/json", body)
            .await?;
        if matches!(answer.status.as_u16(), 408 | 429 | 500..) {
            return Err(self.not_listed(&answer, WHAT));
        }
        let token = answer.json::<LoginResponse>().ok();
        let Some(token) = token.filter(|_| answer.status.is_success()) else {
            return Ok(None);
        };
        let token = Secret::new(token.access_token);
        self.transport.hide(&token);
        Authorization::bearer(&token).map(Some)
    }
}
