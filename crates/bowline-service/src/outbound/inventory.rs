//! The parts of a synchronization; see [`crate::protocol::inventory`].

use bowline::form::ConnectionForm;
use bowline_registry::{
    Details, Digests, Operator, Repositories, Session, StreamChanges, Tags, World, details,
    digests, release, stream_changes,
};

use super::OutboundService;
use crate::{
    problem::Problem,
    protocol::inventory::{
        DetailsRequest, DigestsRequest, InSession, ReleaseRequest, Released, RepositoriesPage,
        RepositoriesPageRequest, RepositoryEntry, StreamsRequest, TagEntry, TagsPage,
        TagsPageRequest,
    },
};

impl<W: World + 'static> OutboundService<W> {
    pub(super) async fn repositories_page(
        &self,
        operator: &Operator,
        request: RepositoriesPageRequest<ConnectionForm>,
    ) -> Result<InSession<RepositoriesPage>, Problem> {
        let spec = self.admit(operator, request.form).await?;
        let (session, cursor) = (request.session.as_ref(), request.cursor.as_deref());
        let mut listing =
            Repositories::open(&*self.world, operator, &spec, session, cursor).await?;
        let page = listing.next_page().await?;
        let cursor = page.as_ref().and_then(|page| page.cursor.clone());
        let complete = page.as_ref().is_some_and(|page| page.complete);
        let listed = page.into_iter().flat_map(|page| page.items);
        let items = listed.map(|repository| RepositoryEntry {
            name: repository.name().to_owned(),
            updated_at: repository.updated_at,
        });
        let page = RepositoriesPage {
            items: items.collect(),
            cursor,
            complete,
            requests: listing.requests(),
        };
        Ok(in_session(page, request.session))
    }

    pub(super) async fn tags_page(
        &self,
        operator: &Operator,
        request: TagsPageRequest<ConnectionForm>,
    ) -> Result<InSession<TagsPage>, Problem> {
        let spec = self.admit(operator, request.form).await?;
        let (session, cursor) = (request.session.as_ref(), request.cursor.as_deref());
        let repository = &request.repository;
        let mut listing =
            Tags::open(&*self.world, operator, &spec, session, repository, cursor).await?;
        let page = listing.next_page().await?;
        let cursor = page.as_ref().and_then(|page| page.cursor.clone());
        let complete = page.as_ref().is_some_and(|page| page.complete);
        let listed = page.into_iter().flat_map(|page| page.items);
        let items = listed
            .filter(|tag| !tag.is_attachment())
            .map(|tag| TagEntry {
                tag: tag.name().to_owned(),
                digest: tag.digest,
                created_at: tag.created_at,
                pushed_at: tag.pushed_at,
                size: tag.size,
            });
        let page = TagsPage {
            items: items.collect(),
            cursor,
            complete,
            requests: listing.requests(),
        };
        Ok(in_session(page, request.session))
    }

    pub(super) async fn digests(
        &self,
        operator: &Operator,
        request: DigestsRequest<ConnectionForm>,
    ) -> Result<InSession<Digests>, Problem> {
        let spec = self.admit(operator, request.form).await?;
        let (session, repository) = (request.session.as_ref(), &request.repository);
        let found = digests(
            &*self.world,
            operator,
            &spec,
            session,
            repository,
            request.tags,
        );
        Ok(in_session(found.await?, request.session))
    }

    pub(super) async fn details(
        &self,
        operator: &Operator,
        request: DetailsRequest<ConnectionForm>,
    ) -> Result<InSession<Details>, Problem> {
        let spec = self.admit(operator, request.form).await?;
        let (session, repository) = (request.session.as_ref(), &request.repository);
        let found = details(
            &*self.world,
            operator,
            &spec,
            session,
            repository,
            request.digests,
        );
        Ok(in_session(found.await?, request.session))
    }

    pub(super) async fn release(
        &self,
        operator: &Operator,
        request: ReleaseRequest<ConnectionForm>,
    ) -> Result<Released, Problem> {
        let spec = self.admit(operator, request.form).await?;
        release(
            &*self.world,
            operator,
            &spec,
            &request.repository,
            &request.digest,
        )
        .await?;
        Ok(Released {})
    }

    pub(super) async fn streams(
        &self,
        operator: &Operator,
        request: StreamsRequest<ConnectionForm>,
    ) -> Result<StreamChanges, Problem> {
        let spec = self.admit(operator, request.form).await?;
        let since = request.resource_version.as_deref();
        Ok(stream_changes(&*self.world, operator, &spec, since).await?)
    }
}

fn in_session<T>(answer: T, session: Option<Session>) -> InSession<T> {
    InSession { answer, session }
}
