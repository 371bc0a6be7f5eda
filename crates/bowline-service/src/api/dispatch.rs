//! Dispatches a request to its operation, and an operation to its handler.

use bowline_registry::Clock;
use bowline_store::{ConnectionId, Database};
use bytes::Bytes;
use http::Method;
use http_body::Body;

use super::{
    connections::NewCredentials,
    idempotency::IdempotencyKey,
    service::{Random, Service},
};
use crate::{
    caller::Caller,
    client::Outbound,
    context::RequestContext,
    finish::finish,
    forms,
    log::Answered,
    openapi,
    operations::{Authorization, Counted, Operation, PublicOperation, path::ConnectionPath},
    problem::{Problem, ProblemType},
    request_id,
    response::Response,
    router::Route,
};

impl<D, O, C, R> Service<D, O, C, R>
where
    D: Database + 'static,
    O: Outbound,
    C: Clock,
    R: Random + Clone + 'static,
{
    /// Handles a request and returns the response.
    pub async fn handle<B: Body<Data = Bytes>>(&self, request: http::Request<B>) -> Response {
        let (head, body) = request.into_parts();
        let request_id = request_id::of(&head.headers, &self.random);
        let proxies = self.ready.as_ref().map(|ready| &ready.access.proxies);
        let client = proxies.ok().and_then(|it| it.client(&head.headers));
        let begun = self.clock.monotonic();
        let mut context = RequestContext::new(head, request_id, client, self.clock.epoch_ms());
        let outcome = self.answer(&mut context, body).await;
        let access = self.ready.as_ref().ok().map(|ready| &ready.access);
        let origins = access.map(|access| &access.origins);
        let mut answer = finish(
            outcome,
            &context.request_id,
            origins,
            access.is_some_and(|access| access.public_url.starts_with("https://")),
            &context.head.headers,
        );
        let took = self.clock.monotonic().saturating_sub(begun);
        context.facts.heads = self.audit_heads(&context).await;
        let answered = Answered {
            component: "connections",
            method: &context.head.method,
            headers: &context.head.headers,
            request_id: &context.request_id,
            facts: &context.facts,
            at: context.now,
            took,
        };
        let settings = access.map(|access| access.log).unwrap_or_default();
        answered.log(settings, &mut answer);
        answer
    }

    async fn answer<B: Body<Data = Bytes>>(
        &self,
        context: &mut RequestContext,
        body: B,
    ) -> Result<Response, Problem> {
        let ready = self.ready.as_ref()?;
        let uri = context.head.uri.clone();
        let route = Route::find(uri.path()).ok_or(ProblemType::NotFound)?;
        if context.head.method == Method::OPTIONS {
            let origins = &ready.access.origins;
            return Ok(origins.preflight(&context.head.headers, &route.methods()));
        }
        let row = route
            .row(&context.head.method)
            .ok_or_else(|| Problem::method_not_allowed(&route.methods()))?;
        context.facts.route = Some(row.path);
        match row.authorization {
            Authorization::Public(bind) => {
                context.negotiate(row)?;
                let operation = bind(&route.parameters).ok_or(ProblemType::NotFound)?;
                self.do_publicly(context, operation, body).await
            }
            Authorization::Token(need, bind) => {
                let caller = self.authenticate(ready, context).await?;
                let project = route.parameters.project().unwrap_or_default();
                context.facts.subject = Some(caller.subject().to_owned());
                context.facts.project = route.parameters.project();
                if let Err(problem) = need.check(&caller, &project) {
                    if problem.problem_type() == ProblemType::PermissionMissing {
                        self.record_refusal(context, &caller, row, &route.parameters)
                            .await;
                    }
                    return Err(problem);
                }
                context.negotiate(row)?;
                let body = context.body(body).await?;
                let key = IdempotencyKey::read(&context.head)?;
                let operation = bind(&route.parameters).ok_or(ProblemType::NotFound)?;
                let act = async |id: Option<ConnectionId>| {
                    match row.counted {
                        Counted::Nothing => {}
                        Counted::RegistryRequest => {
                            self.count_registry_request(context, &caller, &project)
                                .await?;
                        }
                        Counted::Change => self.count_change(context, &project, &body).await?,
                    }
                    self.act(context, &caller, operation, &body, id).await
                };
                match key {
                    Some(key) => {
                        let act = async |id| act(Some(id)).await;
                        self.idempotent(context, &caller, (&project, &key), &body, act)
                            .await
                    }
                    None => act(None).await,
                }
            }
        }
    }

    /// Answers who need not sign in.
    async fn do_publicly<B: Body<Data = Bytes>>(
        &self,
        context: &RequestContext,
        operation: PublicOperation,
        body: B,
    ) -> Result<Response, Problem> {
        match operation {
            PublicOperation::ListProviders => forms::provider_table(),
            PublicOperation::ReadHealth => self.health(context).await,
            PublicOperation::ReadDescription => Ok(openapi::description()),
            PublicOperation::ReceiveEvents { id, secret } => {
                self.receive_events(context, &id, secret.as_ref(), body)
                    .await
            }
        }
    }

    /// Runs an authorized caller's operation. `new` is the id for what it creates, if the id is fixed.
    async fn act(
        &self,
        context: &RequestContext,
        caller: &Caller,
        operation: Operation,
        body: &[u8],
        new: Option<ConnectionId>,
    ) -> Result<Response, Problem> {
        match operation {
            Operation::ReadService => self.facts(),
            Operation::ValidateForm => {
                self.count_validated(context, caller, body).await?;
                forms::validate(context, body)
            }
            Operation::CheckForm => self.check(context, caller, context.json(body)?).await,
            Operation::ListConnections { project } => self.list(context, &project).await,
            Operation::CreateConnection { project } => {
                let form = context.json(body)?;
                self.create(context, caller, &project, form, new).await
            }
            Operation::ReadConnection(ConnectionPath { project, id }) => {
                self.read(context, &project, id).await
            }
            Operation::EditConnection(ConnectionPath { project, id }) => {
                let edit = context.json(body)?;
                self.edit(context, caller, &project, id, edit).await
            }
            Operation::DeleteConnection(ConnectionPath { project, id }) => {
                self.delete(context, caller, &project, id).await
            }
            Operation::ReplaceCredentials(ConnectionPath { project, id }) => {
                let credentials = NewCredentials::read(context, body)?;
                self.replace_credentials(context, caller, &project, id, credentials)
                    .await
            }
            Operation::CheckConnection(ConnectionPath { project, id }) => {
                let request = context.json_if_sent(body)?;
                self.check_stored(context, caller, &project, id, request)
                    .await
            }
            Operation::DeclareUse {
                connection: ConnectionPath { project, id },
                consumer,
            } => {
                let request = context.json(body)?;
                self.declare_use(context, caller, &project, id, &consumer, request)
                    .await
            }
            Operation::EndUse {
                connection: ConnectionPath { project, id },
                consumer,
            } => self.end_use(context, caller, &project, id, &consumer).await,
            Operation::ReadAudit(ConnectionPath { project, id }) => {
                self.audit(context, &project, id).await
            }
            Operation::ListRepositories(ConnectionPath { project, id }) => {
                self.repositories(context, &project, id).await
            }
            Operation::ListTags {
                connection: ConnectionPath { project, id },
                repository,
            } => self.tags(context, &project, id, &repository).await,
            Operation::ListTagsOf(ConnectionPath { project, id }) => {
                let repository = context.parameters.get("repository").unwrap_or_default();
                self.tags(context, &project, id, repository).await
            }
            Operation::PreviewSelection(ConnectionPath { project, id }) => {
                let request = context.json(body)?;
                self.select(context, &project, id, request).await
            }
            Operation::ReadEventAddress(ConnectionPath { project, id }) => {
                self.event_address(context, &project, id).await
            }
            Operation::RenewEventSecret(ConnectionPath { project, id }) => {
                self.renew_event_secret(context, caller, &project, id).await
            }
            Operation::EndEvents(ConnectionPath { project, id }) => {
                self.end_events(context, caller, &project, id).await
            }
            Operation::ListImages(ConnectionPath { project, id }) => {
                self.images(context, &project, id).await
            }
            Operation::Sync(ConnectionPath { project, id }) => {
                self.sync(context, &project, id).await
            }
            Operation::ReadSync(ConnectionPath { project, id }) => {
                self.sync_status(context, &project, id).await
            }
            Operation::DoDue => self.do_due(context, caller).await,
            Operation::ListScans(ConnectionPath { project, id }) => {
                self.scans(context, &project, id).await
            }
            Operation::RequestScans(ConnectionPath { project, id }) => {
                let request = context.json(body)?;
                self.request_scans(context, &project, id, request).await
            }
            Operation::LeaseScans => self.lease_scans(context, caller, context.json(body)?).await,
            Operation::FinishScan { scan } => {
                let result = context.json(body)?;
                self.finish_scan(context, caller, &scan, result).await
            }
            Operation::ListScanners { project } => self.scanners(context, &project).await,
            Operation::HandOut(ConnectionPath { project, id }) => {
                self.docker_config(context, caller, &project, id).await
            }
            Operation::HandOutForImage { project } => {
                self.docker_config_of_image(context, caller, &project).await
            }
            Operation::ResolveImage { project } => self.resolve(context, &project).await,
            Operation::ReadSettings { project } => self.settings(context, &project).await,
            Operation::ChangeSettings { project } => {
                let request = context.json(body)?;
                self.change_settings(context, caller, &project, request)
                    .await
            }
            Operation::ReadNotices { project } => self.notices(context, &project).await,
            Operation::ChangeNotices { project } => {
                let request = context.json(body)?;
                self.change_notices(context, caller, &project, request)
                    .await
            }
            Operation::EndNotices { project } => self.end_notices(context, caller, &project).await,
            Operation::ReadSettingsAudit { project } => {
                self.settings_audit(context, &project).await
            }
            Operation::ExportAudit { project } => self.export_audit(context, &project).await,
            Operation::Reseal => self.reseal(context, caller).await,
        }
    }
}
