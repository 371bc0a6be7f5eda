//! The inventory of a connection.

use bowline_registry::Clock;
use bowline_store::{ConnectionId, Database, ImageQuery, ImageState};
use http::StatusCode;

use super::service::{Random, Service};
use crate::{
    client::Outbound,
    context::RequestContext,
    problem::Problem,
    response::{self, Response},
};

impl<D, O, C, R> Service<D, O, C, R>
where
    D: Database + 'static,
    O: Outbound,
    C: Clock,
    R: Random + Clone + 'static,
{
    /// Returns a page of a connection's images, as known from syncs and events.
    pub(super) async fn images(
        &self,
        context: &RequestContext,
        project: &str,
        id: ConnectionId,
    ) -> Result<Response, Problem> {
        let parameters = &context.parameters;
        let query = ImageQuery {
            search: parameters.get("search").unwrap_or_default().to_owned(),
            state: parameters.parsed("state", ImageState::parse)?,
            size: parameters.page_size()?,
            cursor: parameters.cursor()?,
        };
        let store = self.store(context).await?;
        let page = store.inventory(project, id, &query).await?;
        response::json(StatusCode::OK, &page)
    }
}
