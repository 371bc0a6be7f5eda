//! GitHub Packages: what it adds to the distribution protocol.
//!
//! GitHub's own listing: the packages of an organization or a user. Its registry has no catalog.

use bowline::form::ConnectionSpec;
use serde::Deserialize;
use serde_json::value::RawValue;

pub(super) use super::distribution::{exchange, tags};
use super::row::{Format, Product, Way, Webhook, authority, nothing, plain};
use crate::{
    guard::hosts::{Api, Hosts, Realms},
    json::List,
    listing::{
        api::unlistable,
        api::{Style, address, time},
        cursor::Mark,
        entry::{ListedRepository, Page},
        groups::Groups,
    },
    login::Authorization,
    notification::{Event, Notification},
    problem::{
        Code::{
            self, AuthExpired, AuthRejected, ImageUnknown, PermissionCatalogMissing,
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
    hosts,
    token_services: &[],
    unexchanged: nothing,
    repository_ways,
    tag_ways: plain,
    catalog_scope: Scope::Catalog,
    token_username: "oauth2",
    docker_config_key: authority,
    speaks_v1: false,
};

fn hosts(spec: &ConnectionSpec) -> Hosts {
    let api = spec
        .endpoint
        .as_ref()
        .map(|endpoint| api_of(endpoint.host()));
    let host = api.map_or_else(|| PUBLIC_API.to_owned(), |(host, _)| host);
    Hosts::new(Realms::Own, vec![Api::host(host)])
}

const PUBLIC_API: &str = "api.github.com";

/// The host of the API of a registry, and the path that it starts with. GitHub Enterprise has its own: beside the tenant on
/// GHE.com, and on the server itself, whose registry is at `containers.` and its name.
/// <https://docs.github.com/enterprise-server@latest/rest/using-the-rest-api/getting-started-with-the-rest-api>, 2026-08.
fn api_of(registry: &str) -> (String, &'static str) {
    match registry.strip_prefix("containers.") {
        Some(tenant) if tenant.ends_with(".ghe.com") => (format!("api.{tenant}"), ""),
        Some(server) if server.contains('.') && server != "github.com" => {
            (server.to_owned(), "/api/v3")
        }
        _ => (PUBLIC_API.to_owned(), ""),
    }
}

fn repository_ways(_: &ConnectionSpec) -> &'static [Way] {
    &[Way::Own]
}

/// The advice for a problem; `None` if the general hint is enough.
pub(super) fn hint(code: Code, _auth: &str) -> Option<&'static str> {
    Some(match code {
        AuthRejected => {
            "Check the username, and use a classic personal access token with read:packages. GitHub's registry doesn't accept passwords or fine-grained tokens. For an organization with single sign-on, authorize the token for it."
        }
        AuthExpired => {
            "Create a new classic personal access token with read:packages and enter it here."
        }
        PermissionPullMissing | ImageUnknown => {
            "Check the name (owner/image, in lowercase). The token needs read:packages, and its account must be able to read this package. GitHub hides packages from accounts that can't read them."
        }
        PermissionPushMissing => {
            "Give the token write:packages, and give its account write access to this package."
        }
        PermissionCatalogMissing => {
            "Enter an image to test with. To list images, use a classic personal access token with read:packages."
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

/// GitHub's `package` and `registry_package` events. A version of a container is named by its digest, and its tag is
/// empty where an image of several platforms is put together. Names are lower case in the registry, not here.
/// <https://docs.github.com/webhooks/webhook-events-and-payloads#package>
fn notification(body: &[u8]) -> Option<Notification> {
    #[derive(Deserialize)]
    struct Envelope<'a> {
        action: String,
        #[serde(borrow)]
        package: Option<&'a RawValue>,
        #[serde(borrow)]
        registry_package: Option<&'a RawValue>,
    }
    let told: Envelope<'_> = serde_json::from_slice(body).ok()?;
    let package = told.package.or(told.registry_package)?;
    let package = serde_json::from_str::<Package>(package.get()).ok();
    let event = package.and_then(|package| event(&told.action, &package));
    Some([event].into_iter().collect())
}

#[derive(Deserialize)]
struct Package {
    name: String,
    owner: Owner,
    package_version: Version,
}

#[derive(Deserialize)]
struct Version {
    version: Option<String>,
    /// Packages of other kinds have none.
    container_metadata: Container,
}

#[derive(Deserialize)]
struct Container {
    tag: Tag,
}

#[derive(Deserialize)]
struct Tag {
    name: Option<String>,
}

fn event(action: &str, package: &Package) -> Option<Event> {
    if !matches!(action, "published" | "updated") {
        return None;
    }
    let repository = format!("{}/{}", package.owner.login, package.name).to_ascii_lowercase();
    let version = &package.package_version;
    let tag = version.container_metadata.tag.name.as_deref();
    Event::pushed(&repository, tag, version.version.as_deref())
}

const WHAT: &str = "GitHub's API";
/// The most entries that a page can have.
const PER_PAGE: usize = 100;

#[derive(Deserialize)]
struct Entry {
    name: String,
    owner: Owner,
    updated_at: Option<String>,
}

#[derive(Deserialize)]
struct Owner {
    login: String,
}

/// A page of the namespace's packages, else of the login's own.
pub(super) async fn repositories<W: World>(
    registry: &mut Registry<'_, W>,
    mark: Option<Mark>,
) -> Result<Page<ListedRepository, Mark>, Failure> {
    let Some(login) = registry.token_login()? else {
        return Err(unlistable(
            "GitHub lists packages only for a token with read:packages.",
        ));
    };
    match mark {
        // A namespace is an organization's or a user's, and nothing in its name tells which.
        None => match registry.endpoint.namespace().split('/').next() {
            None | Some("") => registry.github_packages("user", None, &login).await,
            Some(owner) => {
                let organization = format!("orgs/{owner}");
                match registry
                    .github_packages(&organization, None, &login)
                    .await?
                {
                    None => {
                        let user = format!("users/{owner}");
                        registry.github_packages(&user, None, &login).await
                    }
                    page => Ok(page),
                }
            }
        },
        Some(Mark::Groups(mut groups)) => match groups.page() {
            Some((owner, Some(query))) if is_owner(&owner) => {
                registry.github_packages(&owner, Some(&query), &login).await
            }
            _ => Err(Mark::foreign()),
        },
        Some(_) => Err(Mark::foreign()),
    }?
    .ok_or_else(|| {
        unlistable(
            "This owner doesn't exist on GitHub, or its packages are hidden from this token.",
        )
    })
}

impl<W: World> Registry<'_, W> {
    /// Reads a page of an owner's packages; `None` if there is no such owner.
    async fn github_packages(
        &self,
        owner: &str,
        query: Option<&str>,
        login: &Authorization,
    ) -> Result<Option<Page<ListedRepository, Mark>>, Failure> {
        let first = format!("package_type=container&per_page={PER_PAGE}");
        let query = query.unwrap_or(&first);
        let (host, base) = api_of(self.endpoint.host());
        let url = address(&format!("https://{host}{base}/{owner}/packages?{query}"))?;
        let answer = self.ask(WHAT, url, Some(login)).await?;
        if answer.status.as_u16() == 404 {
            return Ok(None);
        }
        let entries: List<Entry> = self.listed(&answer, WHAT)?;
        let items = entries
            .0
            .iter()
            .filter_map(|entry| {
                let name = format!("{}/{}", entry.owner.login.to_lowercase(), entry.name);
                let updated = time(entry.updated_at.as_deref());
                Some(ListedRepository::parse(&name)?.updated(updated))
            })
            .collect();
        let mut turn = self.turn(&answer, Style::Number, entries.0.len(), None)?;
        let next = Groups::within(owner, turn.query());
        Ok(Some(turn.page(items, next.map(Mark::Groups))))
    }
}

/// Tells whether a text is the path of an owner.
fn is_owner(path: &str) -> bool {
    let name = match path.split_once('/') {
        Some(("orgs" | "users", name)) => name,
        None => return path == "user",
        Some(_) => return false,
    };
    !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}
