//! The audit of a connection and of a project, its denials, and its maintenance.

use std::time::Duration;

use bowline_registry::Clock;
use bowline_store::{ConnectionId, Database, Within};
use http::StatusCode;

use super::service::{Random, Service};
use crate::{
    caller::Caller,
    client::Outbound,
    context::RequestContext,
    log::Head,
    operations::{Row, path::PathParameters},
    problem::{Problem, ProblemType},
    response::{self, Response},
};

/// The time that a call of the scheduled work spends on linking rows and on forgetting old ones.
const UPKEEP: Duration = Duration::from_secs(2);

/// The maximum number of projects of a token whose audit records a denial without a project.
const MOST_PROJECTS: usize = 10;

impl<D, O, C, R> Service<D, O, C, R>
where
    D: Database + 'static,
    O: Outbound,
    C: Clock,
    R: Random + Clone + 'static,
{
    /// What was done with a connection, the latest first; also with one that was removed.
    pub(super) async fn audit(
        &self,
        context: &RequestContext,
        project: &str,
        id: ConnectionId,
    ) -> Result<Response, Problem> {
        let parameters = &context.parameters;
        let (size, cursor) = (parameters.page_size()?, parameters.cursor()?);
        let page = self
            .store(context)
            .await?
            .audit(project, id, size, cursor.as_ref())
            .await?;
        // Every connection begins with an entry, so without one the project never had it.
        if page.items.is_empty() && cursor.is_none() {
            return Err(ProblemType::NotFound.into());
        }
        response::json(StatusCode::OK, &page)
    }

    /// All that was done in a project, in order, with the end of its audit.
    pub(super) async fn export_audit(
        &self,
        context: &RequestContext,
        project: &str,
    ) -> Result<Response, Problem> {
        let parameters = &context.parameters;
        let (size, cursor) = (parameters.page_size()?, parameters.cursor()?);
        let store = self.store(context).await?;
        let export = store.export_audit(project, size, cursor.as_ref()).await?;
        response::json(StatusCode::OK, &export)
    }

    /// Keeps that a caller lacks the permission for an operation, in the audit of the project that the path names, else of
    /// the token's projects. Another project than the caller's knows nothing of it.
    pub(super) async fn record_refusal(
        &self,
        context: &RequestContext,
        caller: &Caller,
        row: &Row,
        path: &PathParameters<'_>,
    ) {
        let Ok(store) = self.store(context).await else {
            return;
        };
        let change = context.change(caller);
        let named = path.project();
        let connection = path.connection().map(|path| path.id);
        let projects: Vec<&str> = match &named {
            Some(project) => vec![project],
            None => caller.projects().iter().map(String::as_str).collect(),
        };
        for project in projects.into_iter().take(MOST_PROJECTS) {
            context.facts.touch(project);
            // The answer is the same where it cannot be kept.
            _ = store
                .record_refusal(&change, project, connection, row.id)
                .await;
        }
    }

    /// The ends of the audits of the projects that a request touched, for the log.
    pub(super) async fn audit_heads(&self, context: &RequestContext) -> Vec<Head> {
        let mut heads = Vec::new();
        for project in context.facts.touched() {
            let Ok(store) = self.store(context).await else {
                break;
            };
            // The answer is the same where one cannot be read.
            let head = store.audit_head(&project).await;
            heads.extend(head.ok().and_then(|head| Head::of(&project, head)));
        }
        heads
    }

    /// Links rows that nobody linked after they were written, and forgets those that are older than the operator keeps
    /// them. Says whether some may be left.
    pub(super) async fn keep_audit(
        &self,
        context: &RequestContext,
        within: Within<'_>,
    ) -> Result<bool, Problem> {
        let store = self.store(context).await?;
        let keep = self.ready.as_ref()?.access.audit_kept_ms;
        let until = self.clock.monotonic().saturating_add(UPKEEP);
        while store.link_audits(within, context.now).await? {
            if self.clock.monotonic() >= until {
                return Ok(true);
            }
        }
        while store.forget_audit(within, context.now, keep).await? {
            if self.clock.monotonic() >= until {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
