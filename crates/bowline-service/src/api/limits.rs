//! Limits on requests that contact registries.

use bowline_registry::Clock;
use bowline_store::Database;

use super::service::{Random, Service};
use crate::{
    caller::Caller,
    client::Outbound,
    context::RequestContext,
    problem::Problem,
    rate::{self, counter},
};

impl<D, O, C, R> Service<D, O, C, R>
where
    D: Database + 'static,
    O: Outbound,
    C: Clock,
    R: Random + Clone + 'static,
{
    /// Counts a check, and refuses it beyond the limit.
    pub(super) async fn count_check(
        &self,
        context: &RequestContext,
        caller: &Caller,
    ) -> Result<(), Problem> {
        let checks = counter::checks(caller.subject());
        let most = self.ready.as_ref()?.access.limits.checks_per_subject;
        self.count(context, &checks, most).await
    }

    /// Counts a request that contacts a registry, for its subject and its project (empty if there is none), and refuses
    /// it beyond either limit.
    pub(super) async fn count_registry_request(
        &self,
        context: &RequestContext,
        caller: &Caller,
        project: &str,
    ) -> Result<(), Problem> {
        let limits = self.ready.as_ref()?.access.limits;
        let subject = counter::subject(caller.subject());
        let most = limits.registry_requests_per_subject;
        self.count(context, &subject, most).await?;
        if project.is_empty() {
            return Ok(());
        }
        let most = limits.registry_requests_per_project;
        self.count(context, &counter::project(project), most).await
    }

    /// Counts a request that nobody signed in for and that has a registry of a project asked. False if it is one too many.
    pub(super) async fn may_ask_registry(
        &self,
        context: &RequestContext,
        project: &str,
    ) -> Result<bool, Problem> {
        let limits = self.ready.as_ref()?.access.limits;
        let store = self.store(context).await?;
        let counter = counter::project(project);
        let requests = store.count_check(&counter, context.now).await?;
        Ok(requests <= limits.registry_requests_per_project)
    }

    /// Counts the bytes of a large form, and refuses it beyond the limit.
    pub(super) async fn count_validated(
        &self,
        context: &RequestContext,
        caller: &Caller,
        body: &[u8],
    ) -> Result<(), Problem> {
        if body.len() <= rate::UNCOUNTED_BYTES {
            return Ok(());
        }
        let most = self
            .ready
            .as_ref()?
            .access
            .limits
            .validate_bytes_per_subject;
        let counter = counter::validated(caller.subject());
        let bytes = i64::try_from(body.len()).unwrap_or(i64::MAX);
        let store = self.store(context).await?;
        let counted = store.count(&counter, bytes, context.now).await?;
        rate::within(most, counted, context.now)
    }

    /// Counts the bytes of a change, which the audit keeps for long, and refuses those that are too many for the project.
    pub(super) async fn count_change(
        &self,
        context: &RequestContext,
        project: &str,
        body: &[u8],
    ) -> Result<(), Problem> {
        let most = self.ready.as_ref()?.access.limits.change_bytes_per_project;
        let counter = counter::changed(project);
        let bytes = body.len().max(rate::CHANGE_BYTES);
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        let store = self.store(context).await?;
        let counted = store.count(&counter, bytes, context.now).await?;
        rate::within(most, counted, context.now)
    }

    async fn count(
        &self,
        context: &RequestContext,
        counter: &str,
        most: i64,
    ) -> Result<(), Problem> {
        let store = self.store(context).await?;
        let requests = store.count_check(counter, context.now).await?;
        rate::within(most, requests, context.now)
    }
}
