//! What a product adds nothing to: credentials that are taken as they are, and the listing of the distribution API.

use bowline::form::ConnectionSpec;

use crate::{
    image::Repository,
    listing::{
        cursor::Mark,
        entry::{ListedRepository, ListedTag, Page},
    },
    login::{self, Minted},
    operator::Operator,
    problem::{Code, Failure},
    registry::Registry,
    scope::Scope,
    transport::Transport,
    world::World,
};

/// The credentials as they are. Nothing is sent.
pub(super) async fn exchange<W: World>(
    _: &mut Transport<'_, W>,
    _: &Operator,
    spec: &ConnectionSpec,
) -> Result<Minted, Failure> {
    login::as_given(&spec.credentials)
        .map(Minted::kept)
        .ok_or_else(|| {
            Failure::new(
                Code::AuthRejected,
                "This registry doesn't support this kind of credentials.",
            )
            .at("auth")
        })
}

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
