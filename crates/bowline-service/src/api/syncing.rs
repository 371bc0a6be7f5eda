//! Syncs: callers and the schedule start, continue, and show them.

use std::{
    cell::{Cell, RefCell},
    ops::ControlFlow,
    rc::Rc,
    time::Duration,
};

use bowline::{
    form::{ConnectionForm, ExposedForm},
    provider::{Provider, provider},
};
use bowline_registry::{AskedImage, AskedTag, Clock, Details, Digests, Session};
use bowline_store::{
    ConnectionId, Database, HeldSync, SetAside, Store, Sync, SyncOrigin, SyncProblem, Timestamp,
};
use http::StatusCode;
use serde::{Serialize, de::DeserializeOwned};

use super::{
    private_service::{ExternalId, Message},
    service::{Random, Service},
    validation,
};
use crate::{
    client::Outbound,
    context::RequestContext,
    negotiation::Form,
    problem::{Problem, ProblemType},
    protocol::{
        PrivateRequest,
        inventory::{
            DetailsRequest, DigestsRequest, InSession, RepositoriesPage, RepositoriesPageRequest,
            TagsPage, TagsPageRequest,
        },
    },
    response::{self, Response},
    sync::{Engine, Plan, Progress, Registry, Stop, put_back},
};

/// The time in which a caller's step begins something new.
const STEP: Duration = Duration::from_secs(10);

/// The answer of GET.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct SyncStatus {
    /// The sync that has not ended.
    pub(crate) running: Option<Sync>,
    /// The sync that ended last.
    pub(crate) last: Option<Sync>,
    /// The time when the next one begins by itself.
    pub(crate) next: Option<Timestamp>,
    /// Background work of the connection that failed three times in a row and is set aside.
    pub(crate) set_aside: Vec<SetAside>,
}

/// The registry of a connection, asked through the private service.
pub(super) struct Remote<'a, D, O, C, R> {
    pub(super) service: &'a Service<D, O, C, R>,
    pub(super) context: &'a RequestContext,
    pub(super) form: &'a ConnectionForm,
    pub(super) external_id: Option<ExternalId>,
    /// The login of the requests so far, so that a step logs in once.
    pub(super) session: RefCell<Session>,
}

impl<D, O, C, R> Service<D, O, C, R>
where
    D: Database + 'static,
    O: Outbound,
    C: Clock,
    R: Random + Clone + 'static,
{
    /// Starts a sync or goes on with the one that has not ended, for a while.
    pub(super) async fn sync(
        &self,
        context: &RequestContext,
        project: &str,
        id: ConnectionId,
    ) -> Result<Response, Problem> {
        let store = self.store(context).await?;
        let origin = SyncOrigin::Request;
        let held = store.start_sync(project, id, origin, context.now).await?;
        let taken_up = held.as_ref().map(|held| held.id);
        if let Some(held) = held {
            let until = self.clock.monotonic().saturating_add(STEP);
            self.sync_step(context, project, held, until).await?;
        }
        let syncs = store.syncs(project, id).await?;
        let ended = syncs.last.filter(|last| taken_up == Some(last.id));
        let (status, shown) = match (ended, syncs.running) {
            (Some(ended), _) => (StatusCode::OK, ended),
            (None, Some(running)) => (StatusCode::ACCEPTED, running),
            // It was removed meanwhile, or another has just ended it.
            (None, None) => return Err(ProblemType::StoreBusy.into()),
        };
        response::json(status, &shown)
    }

    /// The state of a connection's syncs.
    pub(super) async fn sync_status(
        &self,
        context: &RequestContext,
        project: &str,
        id: ConnectionId,
    ) -> Result<Response, Problem> {
        let store = self.store(context).await?;
        let syncs = store.syncs(project, id).await?;
        let status = SyncStatus {
            running: syncs.running,
            last: syncs.last,
            next: store.next_sync(id).await?,
            set_aside: store.set_aside(id).await?,
        };
        response::json(StatusCode::OK, &status)
    }

    /// Goes on with a sync that is held. Nothing new is begun after `until`, by the monotonic clock.
    pub(super) async fn sync_step(
        &self,
        context: &RequestContext,
        project: &str,
        held: HeldSync,
        until: Duration,
    ) -> Result<Progress, Problem> {
        let step = self.step(context, project, held.clone(), until).await;
        if let Err(problem) = &step {
            // If that fails too, the lease ends by itself.
            let (store, now) = (self.store(context).await?, self.clock.epoch_ms());
            _ = put_back(store, &held, problem, now).await;
        }
        step
    }

    async fn step(
        &self,
        context: &RequestContext,
        project: &str,
        held: HeldSync,
        until: Duration,
    ) -> Result<Progress, Problem> {
        let store: &Rc<Store<D, R>> = self.store(context).await?;
        let opened = store.open(project, held.connection, context.now).await?;
        let form = opened.form();
        let policy = validation::kept_policy(opened.connection.policy.as_ref());
        let can_clean_up = provider(&opened.connection.provider).is_some_and(Provider::cleans_up);
        let settings = store.settings(project, context.now).await?;
        let engine = Engine {
            store: &**store,
            registry: Remote {
                service: self,
                context,
                form: &form,
                external_id: self.external_id(context, project, &form).await?,
                session: RefCell::default(),
            },
            clock: &self.clock,
            plan: Plan {
                project,
                policy: &policy,
                cleans_up: policy.cleanup && can_clean_up,
                keep_newest: settings.defaults.keep_newest,
            },
            until,
            ahead: Cell::new(false),
        };
        engine.step(held).await
    }
}

impl<D, O, C, R> Remote<'_, D, O, C, R>
where
    D: Database + 'static,
    O: Outbound,
    C: Clock,
    R: Random + Clone + 'static,
{
    async fn ask<Q, T>(&self, request: &Q) -> Result<T, Stop>
    where
        Q: PrivateRequest<Response = InSession<T>> + Serialize,
        T: DeserializeOwned,
    {
        let message = Message::new(request, Form::Json, self.external_id.clone())?;
        let told = self.service.call_with::<Q>(self.context, message);
        match told.await? {
            ControlFlow::Continue(InSession { answer, session }) => {
                self.session.replace(session.unwrap_or_default());
                Ok(answer)
            }
            ControlFlow::Break(refusal) => {
                let body = refusal.body().as_bytes().unwrap_or_default();
                let problem: SyncProblem =
                    serde_json::from_slice(body).map_err(Problem::internal)?;
                Err(Stop::Registry(problem))
            }
        }
    }

    fn form(&self) -> ExposedForm<'_> {
        self.form.expose()
    }

    fn session(&self) -> Option<Session> {
        Some(self.session.borrow().clone())
    }
}

impl<D, O, C, R> Registry for Remote<'_, D, O, C, R>
where
    D: Database + 'static,
    O: Outbound,
    C: Clock,
    R: Random + Clone + 'static,
{
    async fn repositories(&self, cursor: Option<&str>) -> Result<RepositoriesPage, Stop> {
        let request = RepositoriesPageRequest {
            form: self.form(),
            session: self.session(),
            cursor: cursor.map(str::to_owned),
        };
        self.ask(&request).await
    }

    async fn tags(&self, repository: &str, cursor: Option<&str>) -> Result<TagsPage, Stop> {
        let request = TagsPageRequest {
            form: self.form(),
            session: self.session(),
            repository: repository.to_owned(),
            cursor: cursor.map(str::to_owned),
        };
        self.ask(&request).await
    }

    async fn digests(&self, repository: &str, tags: Vec<AskedTag>) -> Result<Digests, Stop> {
        let request = DigestsRequest {
            form: self.form(),
            session: self.session(),
            repository: repository.to_owned(),
            tags,
        };
        self.ask(&request).await
    }

    async fn details(&self, repository: &str, digests: Vec<AskedImage>) -> Result<Details, Stop> {
        let request = DetailsRequest {
            form: self.form(),
            session: self.session(),
            repository: repository.to_owned(),
            digests,
        };
        self.ask(&request).await
    }
}
