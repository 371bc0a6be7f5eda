//! Reads a list: tries its ways in order and keeps a trail of the pages.

use std::{collections::HashSet, future::Future};

use bowline::{endpoint::Endpoint, form::ConnectionSpec};

use crate::{
    image::Repository,
    listing::{
        cursor::{Mark, Place},
        entry::{Entry, ListedRepository, ListedTag, Page},
        trail::{Trail, Verdict},
        way::{Fallback, Way},
    },
    problem::{Code, Failure},
    product,
    registry::Registry,
    scope::Scope,
    world::World,
};

impl<W: World> Registry<'_, W> {
    /// Returns the scope of the token for listing repositories; none if the first way does not use the registry.
    pub(crate) fn listing_scope(&self) -> Scope {
        match (self.product.repository_ways)(self.spec) {
            [Way::Registry, ..] => self.product.catalog_scope.clone(),
            _ => Scope::Login,
        }
    }

    /// A page of the repositories within the connection's namespace.
    pub(crate) async fn repositories_page(
        &mut self,
        place: Option<Place>,
        wanted: Fallback,
    ) -> Result<Page<ListedRepository>, Failure> {
        page_of(&AllRepositories, self, place, wanted).await
    }
}

/// Something that is listed.
pub(super) trait Listable: Send + Sync {
    /// What the list holds.
    type Item: Entry + Send;

    /// The ways to list it, in the order in which they are tried.
    fn ways(&self, spec: &ConnectionSpec) -> &'static [Way];

    /// A page of it in one way.
    fn page<W: World>(
        &self,
        registry: &mut Registry<'_, W>,
        way: Way,
        mark: Option<Mark>,
    ) -> impl Future<Output = Result<Page<Self::Item, Mark>, Failure>> + Send;

    /// Tells whether the connection reaches an entry.
    fn is_reached(&self, endpoint: &Endpoint, item: &Self::Item) -> bool;
}

/// The repositories of a registry.
pub(super) struct AllRepositories;

/// The tags of a repository, with what the product knows of them.
pub(super) struct TagsOf(pub(super) Repository);

/// The tags of a repository by the distribution API.
pub(super) struct PlainTagsOf(pub(super) Repository);

impl Listable for AllRepositories {
    type Item = ListedRepository;

    fn ways(&self, spec: &ConnectionSpec) -> &'static [Way] {
        (product::of(spec.provider.id).repository_ways)(spec)
    }

    async fn page<W: World>(
        &self,
        registry: &mut Registry<'_, W>,
        way: Way,
        mark: Option<Mark>,
    ) -> Result<Page<ListedRepository, Mark>, Failure> {
        match way {
            Way::Registry => registry.catalog_page(mark).await,
            Way::Own => product::repositories(registry, mark).await,
        }
    }

    fn is_reached(&self, endpoint: &Endpoint, item: &ListedRepository) -> bool {
        item.repository.is_in(endpoint.namespace())
    }
}

impl Listable for TagsOf {
    type Item = ListedTag;

    fn ways(&self, spec: &ConnectionSpec) -> &'static [Way] {
        (product::of(spec.provider.id).tag_ways)(spec)
    }

    async fn page<W: World>(
        &self,
        registry: &mut Registry<'_, W>,
        way: Way,
        mark: Option<Mark>,
    ) -> Result<Page<ListedTag, Mark>, Failure> {
        let Self(repository) = self;
        match way {
            Way::Registry => {
                let scope = Scope::Pull(repository.clone());
                registry.tags_page(repository, &scope, mark).await
            }
            Way::Own => product::tags(registry, repository, mark).await,
        }
    }

    fn is_reached(&self, _: &Endpoint, _: &ListedTag) -> bool {
        true
    }
}

impl Listable for PlainTagsOf {
    type Item = ListedTag;

    fn ways(&self, _: &ConnectionSpec) -> &'static [Way] {
        &[Way::Registry]
    }

    async fn page<W: World>(
        &self,
        registry: &mut Registry<'_, W>,
        _: Way,
        mark: Option<Mark>,
    ) -> Result<Page<ListedTag, Mark>, Failure> {
        let Self(repository) = self;
        let scope = Scope::Pull(repository.clone());
        registry.tags_page(repository, &scope, mark).await
    }

    fn is_reached(&self, _: &Endpoint, _: &ListedTag) -> bool {
        true
    }
}

/// Reads the page at `place`; without one the first, in the first way that answers.
pub(super) async fn page_of<W: World, L: Listable>(
    listed: &L,
    registry: &mut Registry<'_, W>,
    place: Option<Place>,
    wanted: Fallback,
) -> Result<Page<L::Item>, Failure> {
    let mut page = first_of(listed, registry, place, wanted).await?;
    page.items
        .retain(|item| listed.is_reached(&registry.endpoint, item));
    Ok(page)
}

async fn first_of<W: World, L: Listable>(
    listed: &L,
    registry: &mut Registry<'_, W>,
    place: Option<Place>,
    wanted: Fallback,
) -> Result<Page<L::Item>, Failure> {
    if let Some(Place { way, mark, trail }) = place {
        let is_probe = matches!(mark, Mark::Probe(_));
        let page = match listed.page(registry, way, Some(mark)).await {
            // A page that nobody announced need not be there.
            Err(failure) if is_probe && is_refusal(&failure) => Page::lost(),
            page => page?,
        };
        return Ok(on_trail(way, trail, is_probe, page));
    }
    let mut refused = None;
    for way in listed.ways(registry.spec).iter().copied() {
        match listed.page(registry, way, None).await {
            Ok(page) => return Ok(on_trail(way, Trail::default(), false, page)),
            Err(failure) if ends_listing(&failure, wanted) => return Err(failure),
            Err(failure) => refused = Some(joined(refused, failure)),
        }
    }
    Err(refused.unwrap_or_else(not_searchable))
}

/// That this kind of registry has no listing.
pub(super) fn not_searchable() -> Failure {
    Failure::new(
        Code::ImageRequired,
        "This kind of registry can't list its images.",
    )
}

/// Returns a page with the next position, without duplicate entries. A repeated page ends the listing. If the page was
/// only a guess (`is_probe`), and each page is full, entries may be missing.
fn on_trail<T: Entry>(
    way: Way,
    mut trail: Trail,
    is_probe: bool,
    mut page: Page<T, Mark>,
) -> Page<T> {
    let mut names = HashSet::with_capacity(page.items.len());
    let is_first: Vec<bool> = page
        .items
        .iter()
        .map(|entry| names.insert(entry.name()))
        .collect();
    let links_on = page.is_empty && page.next.as_ref().is_some_and(Mark::is_query);
    let verdict = trail.note(page.items.iter().map(Entry::name), links_on);
    let mut is_first = is_first.into_iter();
    page.items.retain(|_| is_first.next().unwrap_or(true));
    trail.is_cut |= page.is_cut;
    match verdict {
        Verdict::GoesOn => {}
        Verdict::Repeats => {
            page.items.clear();
            page.next = None;
            trail.is_cut |= is_probe && page.is_full;
        }
        Verdict::TooLong => {
            page.next = None;
            trail.is_cut = true;
        }
    }
    Page {
        items: page.items,
        next: page.next.map(|mark| Place { way, mark, trail }),
        is_cut: trail.is_cut,
        is_empty: page.is_empty,
        is_full: page.is_full,
    }
}

/// Tells whether a failure ends a listing in one way, so that no other is tried: it leaves no hope, no time or no trust for
/// one, or another way is not wanted because of it.
fn ends_listing(failure: &Failure, wanted: Fallback) -> bool {
    match failure.code {
        Code::RateLimited | Code::DeadlineExceeded | Code::LinkNotAllowed => true,
        Code::ServerError | Code::AnswerTimeout | Code::ConnectTimeout | Code::ConnectRefused => {
            wanted == Fallback::OnRefusal
        }
        _ => false,
    }
}

/// Tells whether a failure is the registry's answer to what was asked, and not one of the way to it.
fn is_refusal(failure: &Failure) -> bool {
    matches!(
        failure.code,
        Code::PermissionCatalogMissing | Code::ImageUnknown | Code::AnswerMalformed
    )
}

/// What two ways' failures mean together: the first, being the provider's own, says best why; but one that says that
/// there is no listing for this login makes a fact of both, and the registry itself knows what it does not have.
fn joined(first: Option<Failure>, second: Failure) -> Failure {
    match first {
        None => second,
        Some(_) if second.code == Code::ImageUnknown => second,
        Some(first) if second.code == Code::PermissionCatalogMissing => Failure {
            code: second.code,
            ..first
        },
        Some(first) => first,
    }
}
