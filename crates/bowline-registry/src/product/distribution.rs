//! The listing of a product that has none of its own: that of the distribution API.

use crate::{
    image::Repository,
    listing::{
        cursor::Mark,
        entry::{ListedRepository, ListedTag, Page},
    },
    problem::Failure,
    registry::Registry,
    scope::Scope,
    world::World,
};

/// A page of the catalog.
pub(super) async fn repositories<W: World>(
    registry: &mut Registry<'_, W>,
    mark: Option<Mark>,
) -> Result<Page<ListedRepository, Mark>, Failure> {
    registry.catalog_page(mark).await
}

/// A page of a repository's tags.
pub(super) async fn tags<W: World>(
    registry: &mut Registry<'_, W>,
    repository: &Repository,
    mark: Option<Mark>,
) -> Result<Page<ListedTag, Mark>, Failure> {
    let scope = Scope::Pull(repository.clone());
    registry.tags_page(repository, &scope, mark).await
}
