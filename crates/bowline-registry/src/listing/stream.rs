//! Listings as streams of pages that another instance can continue.

use bowline::form::ConnectionSpec;

use crate::{
    image::Repository,
    listing::{
        cursor::Place,
        entry::{ListedRepository, ListedTag},
        read::{AllRepositories, Listable, TagsOf, page_of},
        way::{Fallback, Way},
    },
    operator::Operator,
    problem::{Failure, Problem},
    registry::Registry,
    scope::Scope,
    transport::Session,
    world::World,
};

/// A page of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListingPage<T> {
    /// The entries. A page can be empty even before the end of a listing.
    pub items: Vec<T>,
    /// The cursor with which to open the listing after this page; `None` after the last page.
    pub cursor: Option<String>,
    /// True if this page and the ones before it are known to be complete. Only the last page can have it.
    pub complete: bool,
}

/// The repositories that a connection can reach, within its namespace, page by page.
///
/// Each page has 10 seconds. If a page fails, ask for it again.
///
/// ```
/// use bowline::form::ConnectionSpec;
/// use bowline_registry::{Operator, Problem, Repositories, World};
///
/// /// The number of repositories, read a page at a time.
/// async fn count<W: World>(world: &W, spec: &ConnectionSpec) -> Result<usize, Problem> {
///     let operator = Operator::default();
///     let mut listing = Repositories::open(world, &operator, spec, None, None).await?;
///     let mut count = 0;
///     while let Some(page) = listing.next_page().await? {
///         count += page.items.len();
///     }
///     Ok(count)
/// }
/// ```
pub struct Repositories<'w, W>(Stream<'w, W>);

/// The tags of a repository, page by page, with the details that the provider's listing has.
///
/// Each page has 10 seconds. If a page fails, ask for it again.
///
/// ```
/// use bowline::form::ConnectionSpec;
/// use bowline_registry::{ListedTag, Operator, Problem, Tags, World};
///
/// /// The first page of the tags of a repository, and the cursor of the next.
/// async fn first<W: World>(
///     world: &W,
///     spec: &ConnectionSpec,
/// ) -> Result<(Vec<ListedTag>, Option<String>), Problem> {
///     let operator = Operator::default();
///     let mut tags = Tags::open(world, &operator, spec, None, "team/app", None).await?;
///     let page = tags.next_page().await?;
///     Ok(page.map_or_else(Default::default, |page| (page.items, page.cursor)))
/// }
/// ```
pub struct Tags<'w, W> {
    stream: Stream<'w, W>,
    tags: TagsOf,
}

/// A listing under way.
struct Stream<'w, W> {
    registry: Registry<'w, W>,
    operator: &'w Operator,
    ways: &'static [Way],
    /// The next position; `None` at the beginning.
    place: Option<Place>,
    /// The same as a text, to come back to after a failure. A place may know more, and be large.
    cursor: Option<String>,
    is_over: bool,
}

impl<'w, W: World> Repositories<'w, W> {
    /// Opens the listing: reaches the registry and logs in, unless `session` already has the login. With a page's
    /// `cursor`, the listing continues after that page.
    ///
    /// # Errors
    /// The problem that a check would report; `link.not_allowed` for a cursor of another listing.
    pub async fn open(
        world: &'w W,
        operator: &'w Operator,
        spec: &'w ConnectionSpec,
        session: Option<&'w Session>,
        cursor: Option<&str>,
    ) -> Result<Self, Problem> {
        let opened = async {
            let ways = AllRepositories.ways(spec);
            let place = placed(cursor, ways)?;
            let mut registry = Registry::open_in(session, world, operator, spec).await?;
            registry.enter(&registry.listing_scope()).await?;
            Ok(Stream::new(registry, operator, ways, place))
        };
        opened
            .await
            .map(Self)
            .map_err(|failure: Failure| failure.explain(spec, operator))
    }

    /// Returns the next page; `None` after the last.
    ///
    /// # Errors
    /// The problem that a check would report; `permission.catalog_missing` if this login cannot list, or if the
    /// registry has no listing.
    pub async fn next_page(&mut self) -> Result<Option<ListingPage<ListedRepository>>, Problem> {
        self.0.next(&AllRepositories).await
    }

    /// Returns the number of requests sent so far.
    pub fn requests(&self) -> u32 {
        self.0.registry.transport.requests()
    }
}

impl<'w, W: World> Tags<'w, W> {
    /// Opens the listing: reaches the registry and logs in, unless `session` already has the login. With a page's
    /// `cursor`, the listing continues after that page.
    ///
    /// # Errors
    /// The problem that a check would report; `image.unknown` for an invalid repository name, and `link.not_allowed`
    /// for a cursor of another listing.
    pub async fn open(
        world: &'w W,
        operator: &'w Operator,
        spec: &'w ConnectionSpec,
        session: Option<&'w Session>,
        repository: &str,
        cursor: Option<&str>,
    ) -> Result<Self, Problem> {
        let opened = async {
            let repository = Repository::named(repository)?;
            let ways = TagsOf(repository.clone()).ways(spec);
            let place = placed(cursor, ways)?;
            let mut registry = Registry::open_in(session, world, operator, spec).await?;
            let repository = repository.reached(&registry.endpoint)?;
            // A provider's own API does not tell a wrong login from a missing permission: there it is tried before.
            match ways {
                [Way::Registry] => {
                    let approached = registry.approach(&Scope::Pull(repository.clone())).await;
                    approached.map_err(|failure| registry.unlistable(failure))?;
                }
                _ => registry.enter(&Scope::Login).await?,
            }
            let stream = Stream::new(registry, operator, ways, place);
            let tags = TagsOf(repository);
            Ok(Self { stream, tags })
        };
        opened
            .await
            .map_err(|failure: Failure| failure.explain(spec, operator))
    }

    /// Returns the next page; `None` after the last.
    ///
    /// # Errors
    /// The problem that a check would report; `image.unknown` if there is no such repository.
    pub async fn next_page(&mut self) -> Result<Option<ListingPage<ListedTag>>, Problem> {
        self.stream.next(&self.tags).await
    }

    /// Returns the number of requests sent so far.
    pub fn requests(&self) -> u32 {
        self.stream.registry.transport.requests()
    }
}

impl<'w, W: World> Stream<'w, W> {
    fn new(
        registry: Registry<'w, W>,
        operator: &'w Operator,
        ways: &'static [Way],
        place: Option<Place>,
    ) -> Self {
        Self {
            registry,
            operator,
            ways,
            cursor: place.as_ref().and_then(Place::cursor),
            place,
            is_over: false,
        }
    }

    async fn next<L: Listable>(
        &mut self,
        listed: &L,
    ) -> Result<Option<ListingPage<L::Item>>, Problem> {
        if self.is_over {
            return Ok(None);
        }
        self.registry.transport.restart();
        let place = self.place.take();
        match page_of(listed, &mut self.registry, place, Fallback::OnRefusal).await {
            Ok(page) => {
                self.is_over = page.next.is_none();
                self.cursor = page.next.as_ref().and_then(Place::cursor);
                self.place = page.next;
                Ok(Some(ListingPage {
                    items: page.items,
                    cursor: self.cursor.clone(),
                    complete: self.is_over && !page.is_cut,
                }))
            }
            Err(failure) => {
                self.place = placed(self.cursor.as_deref(), self.ways).ok().flatten();
                Err(failure.explain(self.registry.spec, self.operator))
            }
        }
    }
}

fn placed(cursor: Option<&str>, ways: &[Way]) -> Result<Option<Place>, Failure> {
    cursor.map(|cursor| Place::parse(cursor, ways)).transpose()
}
