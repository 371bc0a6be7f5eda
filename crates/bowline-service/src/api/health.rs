//! The health of the service.

use bowline_registry::Clock;
use bowline_store::Database;
use http::StatusCode;
use serde::Serialize;

use super::service::{Random, Service};
use crate::{
    client::Outbound,
    context::RequestContext,
    problem::Problem,
    response::{self, Response},
};

/// The answer of `GET /v1/health`. What is not well is a problem.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Health {
    /// `ok`.
    status: &'static str,
}

impl<D, O, C, R> Service<D, O, C, R>
where
    D: Database + 'static,
    O: Outbound,
    C: Clock,
    R: Random + Clone + 'static,
{
    /// That the variables are valid, the database answers and its schema is current.
    pub(super) async fn health(&self, context: &RequestContext) -> Result<Response, Problem> {
        let store = self.store(context).await?;
        if store.is_current().await? {
            return response::json(StatusCode::OK, &Health { status: "ok" });
        }
        Err(Problem::internal(
            "the schema of the database is not current",
        ))
    }
}
