//! DigitalOcean Container Registry: what it adds to the distribution protocol.
//!
//! DigitalOcean's own listing: the registries of the account, then the repositories of each
//! (docs.digitalocean.com/reference/api/reference/container-registries, 2026-11).

use bowline::{
    credential::{Credentials, Username},
    form::ConnectionSpec,
};
use serde::Deserialize;
use url::Url;

pub(super) use super::distribution::tags;
use super::{
    distribution,
    row::{Format, Product, Webhook, authority, nothing, own_first, plain},
};
use crate::{
    guard::hosts::{Api, Hosts, Realms},
    json::List,
    listing::{
        api::{Style, address, time, unlistable},
        cursor::Mark,
        entry::{ListedRepository, Page},
        groups::{Groups, Rest},
    },
    login::{Authorization, Minted, RegistryLogin},
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
    token_services: &[("registry.digitalocean.com", "api.digitalocean.com")],
    unexchanged: nothing,
    repository_ways: own_first,
    tag_ways: plain,
    catalog_scope: Scope::Catalog,
    token_username: "oauth2",
    docker_config_key: authority,
    speaks_v1: false,
};

fn hosts(_: &ConnectionSpec) -> Hosts {
    Hosts::new(Realms::Own, vec![Api::host("api.digitalocean.com")])
}

/// The advice for a problem; `None` if the general hint is enough.
pub(super) fn hint(code: Code, _auth: &str) -> Option<&'static str> {
    Some(match code {
        AuthRejected => {
            "Enter the API token again. It may have expired or been deleted. If you enter a username, use the account's email address."
        }
        AuthExpired => "Create a new API token with the scope registry:read and enter it here.",
        PermissionPullMissing => {
            "Check the name (registry/repository), and check that the token has the scope registry:read."
        }
        PermissionPushMissing => {
            "Give the token the scopes registry:create and registry:update in addition to registry:read."
        }
        PermissionCatalogMissing => {
            "Enter an image to test with, or use an API token with the scope registry:read. The Docker credentials from the control panel can't list images."
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

/// A token alone is the username and the password.
pub(super) async fn exchange<W: World>(
    transport: &mut Transport<'_, W>,
    operator: &Operator,
    spec: &ConnectionSpec,
) -> Result<Minted, Failure> {
    match &spec.credentials {
        Credentials::Bearer { token } => {
            transport.hide_login(token.expose(), token);
            let username = Username::parse(token.expose());
            let login = username.map(|username| RegistryLogin::Password {
                username,
                password: token.clone(),
            });
            login.map(Minted::kept).ok_or_else(|| {
                Failure::new(
                    AuthRejected,
                    "The token contains characters that aren't valid in a token.",
                )
            })
        }
        _ => distribution::exchange(transport, operator, spec).await,
    }
}

const WHAT: &str = "DigitalOcean's API";
const API: &str = "https://api.digitalocean.com/v2/registries";
/// The requested number of entries in a page. The maximum is 200.
const PER_PAGE: usize = 100;

#[derive(Deserialize)]
struct Registries {
    registries: List<Named>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
struct Repositories {
    repositories: List<Entry>,
    links: Option<Links>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    latest_manifest: Option<Manifest>,
}

#[derive(Deserialize)]
struct Manifest {
    updated_at: Option<String>,
}

#[derive(Deserialize)]
struct Links {
    pages: Option<Pages>,
}

#[derive(Deserialize)]
struct Pages {
    next: Option<String>,
}

/// A page of a registry's repositories.
pub(super) async fn repositories<W: World>(
    registry: &mut Registry<'_, W>,
    mark: Option<Mark>,
) -> Result<Page<ListedRepository, Mark>, Failure> {
    let Some(login) = registry.token_login()? else {
        return Err(unlistable(
            "Only API tokens can list images at DigitalOcean.",
        ));
    };
    let mut groups = match mark {
        None => match registry.endpoint.namespace().split('/').next() {
            None | Some("") => Groups::default(),
            Some(name) => Groups::only(name),
        },
        Some(Mark::Groups(groups)) => groups,
        Some(_) => return Err(Mark::foreign()),
    };
    if let Some(after) = groups.wanted() {
        let mut names = registry.digitalocean_registries(&login).await?;
        names.retain(|name| Some(name) > after.as_ref());
        groups.learn(names.into_iter(), Rest::None);
    }
    let Some((name, query)) = groups.page() else {
        return Ok(Page::new(Vec::new(), groups.next().map(Mark::Groups)));
    };
    if !is_name(&name) {
        return Err(Mark::foreign());
    }
    let query = query.unwrap_or_else(|| format!("page=1&per_page={PER_PAGE}"));
    let url = address(&format!("{API}/{name}/repositoriesV2?{query}"))?;
    let answer = registry.ask(WHAT, url, Some(&login)).await?;
    let read: Repositories = registry.listed(&answer, WHAT)?;
    let entries = read.repositories.0;
    let items = entries
        .iter()
        .filter_map(|entry| {
            let manifest = entry.latest_manifest.as_ref();
            let updated = manifest.and_then(|manifest| manifest.updated_at.as_deref());
            let listed = ListedRepository::parse(&format!("{name}/{}", entry.name))?;
            Some(listed.updated(time(updated)))
        })
        .collect();
    let mut turn = registry.turn(&answer, Style::Number, entries.len(), None)?;
    // The next page is told in the body. Of its address only the query is taken.
    let told = read.links.and_then(|links| links.pages?.next);
    let told = told.and_then(|next| Url::parse(&next).ok()?.query().map(str::to_owned));
    let next = told.or_else(|| turn.query());
    groups.turn(name, next);
    Ok(turn.page(items, groups.next().map(Mark::Groups)))
}

impl<W: World> Registry<'_, W> {
    /// The names of the account's registries, sorted. An account has ten at most.
    async fn digitalocean_registries(&self, login: &Authorization) -> Result<Vec<String>, Failure> {
        let answer = self.ask(WHAT, address(API)?, Some(login)).await?;
        let read: Registries = self.listed(&answer, WHAT)?;
        let names = read.registries.0.into_iter().map(|named| named.name);
        let mut names: Vec<String> = names.filter(|name| is_name(name)).collect();
        names.sort_unstable();
        Ok(names)
    }
}

/// Returns true if a text is safe in a path as a registry's name: lower-case letters, digits, and hyphens.
fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}
