//! The known scanners, which a policy can name.

use bowline_registry::Clock;
use bowline_store::{Database, Scanner};
use http::StatusCode;
use serde::Serialize;

use super::service::{Random, Service};
use crate::{
    client::Outbound,
    context::RequestContext,
    problem::Problem,
    response::{self, Response},
};

/// The answer.
#[derive(Serialize)]
struct Scanners {
    items: Vec<Scanner>,
}

impl<D, O, C, R> Service<D, O, C, R>
where
    D: Database + 'static,
    O: Outbound,
    C: Clock,
    R: Random + Clone + 'static,
{
    /// The scanners that asked for images of a project within 30 days, by name.
    pub(super) async fn scanners(
        &self,
        context: &RequestContext,
        project: &str,
    ) -> Result<Response, Problem> {
        let items = self.store(context).await?.scanners(project).await?;
        response::json(StatusCode::OK, &Scanners { items })
    }
}
