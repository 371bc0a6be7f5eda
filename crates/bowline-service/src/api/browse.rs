//! Lists what a stored connection can reach.

use bowline_registry::Clock;
use bowline_store::{ConnectionId, Database};

use super::service::{Random, Service};
use crate::{
    client::Outbound,
    context::RequestContext,
    negotiation::Form,
    problem::Problem,
    protocol::listing::{RepositoriesRequest, TagsRequest},
    response::Response,
};

impl<D, O, C, R> Service<D, O, C, R>
where
    D: Database + 'static,
    O: Outbound,
    C: Clock,
    R: Random + Clone + 'static,
{
    /// The repositories that a connection reaches; `search` is a part of their names.
    pub(super) async fn repositories(
        &self,
        context: &RequestContext,
        project: &str,
        id: ConnectionId,
    ) -> Result<Response, Problem> {
        let parameters = &context.parameters;
        let opened = self
            .store(context)
            .await?
            .open(project, id, context.now)
            .await?;
        let form = opened.form();
        let request = RepositoriesRequest {
            form: form.expose(),
            search: parameters.get("search").unwrap_or_default().to_owned(),
        };
        self.relay(context, project, &form, &request, Form::Json)
            .await
    }

    /// The tags of a repository.
    pub(super) async fn tags(
        &self,
        context: &RequestContext,
        project: &str,
        id: ConnectionId,
        repository: &str,
    ) -> Result<Response, Problem> {
        let opened = self
            .store(context)
            .await?
            .open(project, id, context.now)
            .await?;
        let form = opened.form();
        let request = TagsRequest {
            form: form.expose(),
            repository: repository.to_owned(),
        };
        self.relay(context, project, &form, &request, Form::Json)
            .await
    }
}
