//! Lists what a connection can reach: repositories and tags, page by page.
//!
//! There are one or more [`Way`](way::Way)s to list a registry: the provider's own API, if it has one, and the
//! distribution API, also if the first refuses. A way reads about one page per request and returns a cursor. A listing
//! therefore needs only the memory of one page, and another instance can continue it.

use std::collections::HashSet;

use bowline::form::ConnectionSpec;

use crate::{
    image::Repository,
    operator::Operator,
    problem::{Code, Failure, Problem},
    registry::Registry,
    scope::Scope,
    world::World,
};

pub(crate) mod api;
pub(crate) mod cursor;
pub(crate) mod entry;
pub(crate) mod groups;
pub(crate) mod link;
mod manifests;
mod read;
mod stream;
mod trail;
pub(crate) mod v2;
pub(crate) mod walk;
pub(crate) mod way;

pub(crate) use self::way::Fallback;
use self::{
    entry::Entry,
    read::{AllRepositories, Listable, PlainTagsOf, page_of},
};
pub use self::{
    entry::{ListedRepository, ListedTag},
    stream::{ListingPage, Repositories, Tags},
};

/// The number of pages that a check reads to find repositories.
pub(crate) const PAGES: usize = 20;
/// The number of pages that a whole listing reads.
const LISTING_PAGES: usize = 100;
/// The number of names that a whole listing holds before it reads no further page.
const LISTING_NAMES: usize = 20_000;

/// The names that a listing found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Names of repositories or tags, in the registry's order.
    pub items: Vec<String>,
    /// True if `items` is known to be complete. A listing stops after 10 seconds, 100 pages, or the page that exceeds
    /// 20,000 names. [`Repositories`] and [`Tags`] have no such limits.
    pub complete: bool,
}

/// Lists the repositories that the connection can reach, within its namespace.
///
/// ```
/// use bowline::form::ConnectionSpec;
/// use bowline_registry::{Operator, Problem, World, repositories, tags};
///
/// /// The tags of the first repository.
/// async fn first<W: World>(world: &W, spec: &ConnectionSpec) -> Result<Vec<String>, Problem> {
///     let operator = Operator::default();
///     match repositories(world, &operator, spec).await?.items.first() {
///         Some(name) => Ok(tags(world, &operator, spec, name).await?.items),
///         None => Ok(Vec::new()),
///     }
/// }
/// ```
///
/// # Errors
/// The problem that a check would report; `permission.catalog_missing` if this login cannot list, or if the registry
/// has no listing.
pub async fn repositories<W: World>(
    world: &W,
    operator: &Operator,
    spec: &ConnectionSpec,
) -> Result<Listing, Problem> {
    let listing = async {
        let mut registry = Registry::open(world, operator, spec).await?;
        registry.enter(&registry.listing_scope()).await?;
        whole(&AllRepositories, &mut registry).await
    };
    listing
        .await
        .map_err(|failure: Failure| failure.explain(spec, operator))
}

/// Lists the tags of a repository.
///
/// # Errors
/// The problem that a check would report; `image.unknown` if there is no such repository.
pub async fn tags<W: World>(
    world: &W,
    operator: &Operator,
    spec: &ConnectionSpec,
    repository: &str,
) -> Result<Listing, Problem> {
    let listing = async {
        let repository = Repository::named(repository)?;
        let mut registry = Registry::open(world, operator, spec).await?;
        let repository = repository.reached(&registry.endpoint)?;
        let scope = Scope::Pull(repository.clone());
        registry.enter(&scope).await?;
        whole(&PlainTagsOf(repository), &mut registry).await
    };
    listing
        .await
        .map_err(|failure: Failure| failure.explain(spec, operator))
}

impl<W: World> Registry<'_, W> {
    /// Reaches the registry and logs in, so that listing can begin.
    async fn enter(&mut self, scope: &Scope) -> Result<(), Failure> {
        let entered = async {
            self.reach().await?;
            self.authenticate(scope).await
        };
        let entered = entered.await.map(drop);
        entered.map_err(|failure| self.unlistable(failure))
    }

    /// Explains why nothing is listed. A version 1 registry needs an image name. The hint must not suggest another type
    /// to a user who chose that one.
    fn unlistable(&self, failure: Failure) -> Failure {
        if failure.code == Code::AnswerV1Only && self.product.speaks_v1 {
            return read::not_searchable();
        }
        failure
    }
}

/// Reads pages until the end, or until it is enough. What was read before the time ran out is given, too.
async fn whole<W: World, L: Listable>(
    listed: &L,
    registry: &mut Registry<'_, W>,
) -> Result<Listing, Failure> {
    let mut items = Vec::new();
    let mut known = HashSet::new();
    let mut place = None;
    for _ in 0..LISTING_PAGES {
        let is_cut;
        match page_of(listed, registry, place.take(), Fallback::OnFailure).await {
            Ok(page) => {
                let before = items.len();
                let names = page.items.iter().map(|entry| entry.name().to_owned());
                items.extend(names.filter(|name| known.insert(name.clone())));
                let is_repeated = !page.items.is_empty() && items.len() == before;
                place = page.next.filter(|_| !is_repeated);
                is_cut = page.is_cut;
            }
            Err(failure) if failure.code == Code::DeadlineExceeded && !items.is_empty() => break,
            Err(failure) => return Err(failure),
        }
        if place.is_none() {
            return Ok(Listing {
                items,
                complete: !is_cut,
            });
        }
        if items.len() >= LISTING_NAMES {
            break;
        }
    }
    Ok(Listing {
        items,
        complete: false,
    })
}
