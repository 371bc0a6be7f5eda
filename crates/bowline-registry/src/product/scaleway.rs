//! Scaleway Container Registry: what it adds to the distribution protocol.
//!
//! Scaleway's own listing: the namespaces of the region, then the images of each
//! (the package scaleway 2.12.0, scaleway/registry/v1/api.py).

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
    world::World,
};

/// Its row of what other code asks about it.
pub(super) static PRODUCT: Product = Product {
    hosts,
    // As its registries' challenges name it; the vendor's pages do not.
    token_services: &[
        ("rg.fr-par.scw.cloud", "api.scaleway.com"),
        ("rg.nl-ams.scw.cloud", "api.scaleway.com"),
        ("rg.pl-waw.scw.cloud", "api.scaleway.com"),
    ],
    unexchanged: nothing,
    repository_ways: own_first,
    tag_ways: plain,
    catalog_scope: Scope::Catalog,
    token_username: "oauth2",
    docker_config_key: authority,
    speaks_v1: false,
};

fn hosts(_: &ConnectionSpec) -> Hosts {
    Hosts::new(Realms::Own, vec![Api::host("api.scaleway.com")])
}

/// The advice for a problem; `None` if the general hint is enough.
pub(super) fn hint(code: Code, _auth: &str) -> Option<&'static str> {
    Some(match code {
        AuthRejected => {
            "The password is the secret key of an API key, like 11111111-2222-3333-4444-555555555555, not the access key, which starts with SCW. The key may also have expired or been deleted."
        }
        PermissionPullMissing => {
            "Check the name (namespace/image) and the region, and check that the key's application has the permission set ContainerRegistryReadOnly for the project."
        }
        PermissionPushMissing => {
            "Give the key's application the permission set ContainerRegistryFullAccess. The namespace must exist first."
        }
        PermissionCatalogMissing => {
            "Enter an image to test with, or give the key's application the permission set ContainerRegistryReadOnly for the project."
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

const WHAT: &str = "Scaleway's API";
const API: &str = "https://api.scaleway.com/registry/v1/regions";
/// The most entries that a page can have.
const PER_PAGE: usize = 100;

#[derive(Deserialize)]
struct Namespaces {
    namespaces: List<Namespace>,
}

#[derive(Deserialize)]
struct Namespace {
    id: String,
    name: String,
}

#[derive(Deserialize)]
struct Images {
    images: List<Image>,
}

#[derive(Deserialize)]
struct Image {
    name: String,
    updated_at: Option<String>,
}

/// A page of a namespace's images.
pub(super) async fn repositories<W: World>(
    registry: &mut Registry<'_, W>,
    mark: Option<Mark>,
) -> Result<Page<ListedRepository, Mark>, Failure> {
    let Credentials::Password { password, .. } = &registry.spec.credentials else {
        return Err(unlistable("Only API keys can list images at Scaleway."));
    };
    let login = Authorization::header(HeaderName::from_static("x-auth-token"), password)?;
    let region = registry.scaleway_region()?;
    let mut groups = match mark {
        None => Groups::default(),
        Some(Mark::Groups(groups)) => groups,
        Some(_) => return Err(Mark::foreign()),
    };
    if let Some(after) = groups.wanted() {
        let place = Paged::parse(after.as_deref()).ok_or_else(Mark::foreign)?;
        let (found, rest) = registry.scaleway_namespaces(&region, place, &login).await?;
        groups.learn(found.into_iter(), rest);
    }
    let Some((group, query)) = groups.page() else {
        return Ok(Page::new(Vec::new(), groups.next().map(Mark::Groups)));
    };
    let (name, id) = Paged::parse(Some(&group))
        .and_then(|place| place.group.split_once('/'))
        .filter(|(_, id)| is_id(id))
        .ok_or_else(Mark::foreign)?;
    let first = format!("namespace_id={id}&order_by=name_asc&page=1&page_size={PER_PAGE}");
    let query = query.unwrap_or(first);
    let url = address(&format!("{API}/{region}/images?{query}"))?;
    let answer = registry.ask(WHAT, url, Some(&login)).await?;
    let images: Images = registry.listed(&answer, WHAT)?;
    let items = images
        .images
        .0
        .iter()
        .filter_map(|image| {
            let listed = ListedRepository::parse(&format!("{name}/{}", image.name))?;
            Some(listed.updated(time(image.updated_at.as_deref())))
        })
        .collect();
    let mut turn = registry.turn(&answer, Style::Number, images.images.0.len(), None)?;
    let next = turn.query();
    groups.turn(group, next);
    Ok(turn.page(items, groups.next().map(Mark::Groups)))
}

impl<W: World> Registry<'_, W> {
    /// The region of the registry's own host, `rg.fr-par.scw.cloud`.
    fn scaleway_region(&self) -> Result<String, Failure> {
        let region = self.endpoint.host().split('.').nth(1).unwrap_or_default();
        let is_one = region.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        match is_one && !region.is_empty() {
            true => Ok(region.to_owned()),
            false => Err(unlistable("The host doesn't contain the region.")),
        }
    }

    /// The namespaces, `name/id`, that the connection reaches and that come after `place` on its page, and how they go
    /// on.
    async fn scaleway_namespaces(
        &self,
        region: &str,
        place: Paged<'_>,
        login: &Authorization,
    ) -> Result<(Vec<String>, Rest), Failure> {
        let query = format!("order_by=name_asc&page={}&page_size={PER_PAGE}", place.page);
        let url = address(&format!("{API}/{region}/namespaces?{query}"))?;
        let answer = self.ask(WHAT, url, Some(login)).await?;
        let found: Namespaces = self.listed(&answer, WHAT)?;
        let turn = self.turn(&answer, Style::Number, found.namespaces.0.len(), None)?;
        let only = self
            .endpoint
            .namespace()
            .split('/')
            .next()
            .unwrap_or_default();
        let reached = found
            .namespaces
            .0
            .iter()
            .filter(|namespace| only.is_empty() || namespace.name == only)
            .filter(|namespace| is_id(&namespace.id));
        let names = reached.map(|namespace| format!("{}/{}", namespace.name, namespace.id));
        let names: Vec<String> = names.collect();
        Ok(place.after(&names, turn.next.is_some()))
    }
}

/// Returns true if a text is safe in a query as an id: a UUID.
fn is_id(text: &str) -> bool {
    text.len() == 36 && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}
