//! Reseals secrets with the operator's first key.

use bowline_registry::Clock;
use bowline_store::Database;
use http::StatusCode;

use super::service::{Random, Service};
use crate::{
    caller::{Caller, Permission},
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
    /// Runs one bounded step over the connections of the caller's projects or of all, and returns the progress. Call it
    /// again with `next` until there is none.
    pub(super) async fn reseal(
        &self,
        context: &RequestContext,
        caller: &Caller,
    ) -> Result<Response, Problem> {
        let parameters = &context.parameters;
        let (size, cursor) = (parameters.page_size()?, parameters.cursor()?);
        let (store, change) = (self.store(context).await?, context.change(caller));
        let within = caller.within(Permission::Admin, Permission::AdminOfAll)?;
        let step = store.reseal(within, &change, size, cursor.as_ref()).await?;
        response::json(StatusCode::OK, &step)
    }
}
