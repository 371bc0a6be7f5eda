//! Cloudsmith: what it adds to the distribution protocol.
//!
//! Cloudsmith's own listing: the repositories of an organization, then the Docker packages of each, which are one a tag
//! (the package cloudsmith-api 2.0.42, repos_api.py and packages_api.py).

use std::collections::BTreeMap;

use bowline::{credential::Credentials, form::ConnectionSpec};
use http::HeaderName;
use serde::Deserialize;

pub(super) use super::distribution::{exchange, tags};
use super::row::{Format, Product, Webhook, authority, nothing, own_first, plain};
use crate::{
    guard::hosts::{Api, Hosts, Realms},
    json::List,
    listing::{
        api::{Style, address, time, unlistable},
        cursor::Mark,
        entry::{ListedRepository, Page},
        groups::{Groups, Paged, Rest},
    },
    login::Authorization,
    problem::{
        Code::{
            self, AuthRejected, PermissionCatalogMissing, PermissionPullMissing,
            PermissionPushMissing,
        },
        Failure,
    },
    registry::Registry,
    scope::Scope,
    transport::Response,
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
    Hosts::new(Realms::Consented, vec![Api::host("api.cloudsmith.io")])
}

/// The advice for a problem; `None` if the general hint is enough.
pub(super) fn hint(code: Code, _auth: &str) -> Option<&'static str> {
    Some(match code {
        AuthRejected => {
            "The username is the slug of the user or service, not an email address. The password is its API key. For an entitlement token, the username is “token”."
        }
        PermissionPullMissing => {
            "Check the name (organization/repository/image), and check that the key's user or service has the privilege Read on the repository."
        }
        PermissionPushMissing => {
            "Give the key's user or service the privilege Write on the repository."
        }
        PermissionCatalogMissing => {
            "Enter an image to test with. To list images, use an API key and enter the organization, or the organization and the repository, as the namespace. Entitlement tokens can't list images."
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

const WHAT: &str = "Cloudsmith's API";
const API: &str = "https://api.cloudsmith.io/v1";
/// The username that entitlement tokens go with.
const ENTITLEMENT: &str = "token";
const PER_PAGE: usize = 100;

#[derive(Deserialize)]
struct Repository {
    slug: String,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    uploaded_at: Option<String>,
}

/// A page of a repository's packages.
pub(super) async fn repositories<W: World>(
    registry: &mut Registry<'_, W>,
    mark: Option<Mark>,
) -> Result<Page<ListedRepository, Mark>, Failure> {
    let (login, owner) = match &registry.spec.credentials {
        Credentials::Password { username, password } if username.as_str() != ENTITLEMENT => (
            Authorization::header(HeaderName::from_static("x-api-key"), password)?,
            registry.cloudsmith_owner()?,
        ),
        _ => return Err(unlistable("Only API keys can list images at Cloudsmith.")),
    };
    let mut groups = match mark {
        None => match registry.endpoint.namespace().split('/').nth(1) {
            None => Groups::default(),
            Some(repository) => Groups::only(repository),
        },
        Some(Mark::Groups(groups)) => groups,
        Some(_) => return Err(Mark::foreign()),
    };
    if let Some(after) = groups.wanted() {
        let place = Paged::parse(after.as_deref()).ok_or_else(Mark::foreign)?;
        let (found, rest) = registry
            .cloudsmith_repositories(&owner, place, &login)
            .await?;
        groups.learn(found.into_iter(), rest);
    }
    let Some((group, query)) = groups.page() else {
        return Ok(Page::new(Vec::new(), groups.next().map(Mark::Groups)));
    };
    let slug = match groups.is_only() {
        true => group.as_str(),
        false => Paged::parse(Some(&group)).map_or("", |place| place.group),
    };
    if !is_slug(slug) {
        return Err(Mark::foreign());
    }
    let first = format!("query=format%3Adocker&sort=name&page=1&page_size={PER_PAGE}");
    let query = query.unwrap_or(first);
    let url = address(&format!("{API}/packages/{owner}/{slug}/?{query}"))?;
    let answer = registry.ask(WHAT, url, Some(&login)).await?;
    let packages: List<Package> = registry.listed(&answer, WHAT)?;
    // A package is a tag; the name says which image it is of.
    let mut found: BTreeMap<&str, Option<i64>> = BTreeMap::new();
    for package in &packages.0 {
        let uploaded = time(package.uploaded_at.as_deref());
        let newest = found.entry(&package.name).or_default();
        *newest = uploaded.max(*newest);
    }
    let items = found
        .into_iter()
        .filter_map(|(name, uploaded)| {
            Some(ListedRepository::parse(&format!("{owner}/{slug}/{name}"))?.updated(uploaded))
        })
        .collect();
    let mut turn = registry.turn(&answer, Style::Number, packages.0.len(), None)?;
    let next = turn.query().filter(|_| !is_last(&answer));
    groups.turn(group, next);
    Ok(turn.page(items, groups.next().map(Mark::Groups)))
}

impl<W: World> Registry<'_, W> {
    /// The organization that the namespace starts with.
    fn cloudsmith_owner(&self) -> Result<String, Failure> {
        let owner = self
            .endpoint
            .namespace()
            .split('/')
            .next()
            .unwrap_or_default();
        match is_slug(owner) {
            true => Ok(owner.to_owned()),
            false => Err(unlistable(
                "Cloudsmith lists repositories by organization, and the namespace is empty.",
            )),
        }
    }

    /// The repositories of an organization that come after `place` on its page, and how they go on.
    async fn cloudsmith_repositories(
        &self,
        owner: &str,
        place: Paged<'_>,
        login: &Authorization,
    ) -> Result<(Vec<String>, Rest), Failure> {
        let query = format!("page={}&page_size={PER_PAGE}", place.page);
        let url = address(&format!("{API}/repos/{owner}/?{query}"))?;
        let answer = self.ask(WHAT, url, Some(login)).await?;
        let found: List<Repository> = self.listed(&answer, WHAT)?;
        let turn = self.turn(&answer, Style::Number, found.0.len(), None)?;
        let goes_on = turn.next.is_some() && !is_last(&answer);
        let slugs = found.0.into_iter().map(|repository| repository.slug);
        let slugs: Vec<String> = slugs.filter(|slug| is_slug(slug)).collect();
        Ok(place.after(&slugs, goes_on))
    }
}

/// Tells whether the answer says that it is the last page: a page beyond that is an error
/// (cloudsmith-cli 1.8, core/pagination.py).
fn is_last(answer: &Response) -> bool {
    let number = |name| answer.header(name)?.parse::<u32>().ok();
    number("x-pagination-page")
        .zip(number("x-pagination-pagetotal"))
        .is_some_and(|(page, total)| page >= total)
}

/// Returns true if a text is safe in a path as an organization or a repository.
fn is_slug(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('.')
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}
