//! The public service: it holds the database and the keys, and has no way to the internet but the private service.

mod authorising;
mod browsing;
mod checking;
mod connections;
mod context;
mod docker_config;
pub(crate) mod due;
mod events;
mod images;
mod inquiring;
mod judging;
mod learning;
mod looking;
mod once;
mod recorded;
mod refusal;
mod relay;
mod resealing;
mod resolving;
mod scanners;
mod scanning;
mod scans;
mod selecting;
mod settings;
mod signing_in;
mod streaming;
mod syncing;
mod uses;

use std::rc::Rc;

use bowline_registry::Clock;
use bowline_store::{ConnectionId, Database, Store, StoreError};
use bytes::Bytes;
use http::Method;
use http_body::Body;
use serde_json::json;

pub use self::relay::{Outbound, Unreachable};
#[cfg(test)]
pub(crate) use self::syncing::SyncStatus;
use self::{authorising::authorise, context::RequestContext, once::IdempotencyKey};
use crate::{
    answer::{self, Answer},
    caller::Caller,
    config::{Access, Config, ConfigError},
    forms,
    made_once::MadeOnce,
    openapi,
    problem::{Failure, Problem},
    request_id,
    route::{Part, Route},
};

#[cfg(test)]
mod tests;

/// Randomness: ids and nonces that nobody can foretell, and numbers.
pub trait Random: bowline_store::Random + bowline_registry::Random {}

impl<R: bowline_store::Random + bowline_registry::Random> Random for R {}

/// The public service over a database, the private service, a clock and randomness.
pub struct Service<D, O, C, R> {
    ready: Result<Ready<D, R>, ConfigError>,
    outbound: O,
    clock: C,
    random: R,
}

/// What there is once the operator's variables are known to be valid.
struct Ready<D, R> {
    store: Rc<Store<D, R>>,
    migrated: MadeOnce<()>,
    access: Access,
}

impl<D, O, C, R> Service<D, O, C, R>
where
    D: Database + 'static,
    O: Outbound,
    C: Clock,
    R: Random + Clone + 'static,
{
    /// With what [`Config::parse`] made of the variables; an error is answered on every route.
    pub fn new(
        database: D,
        outbound: O,
        clock: C,
        random: R,
        config: Result<Config, ConfigError>,
    ) -> Self {
        let ready = config.map(|Config { keys, access }| {
            let store = Rc::new(Store::new(database, random.clone(), keys));
            Ready {
                store,
                migrated: MadeOnce::default(),
                access,
            }
        });
        Self {
            ready,
            outbound,
            clock,
            random,
        }
    }

    /// Answers one request.
    pub async fn handle<B: Body<Data = Bytes>>(&self, request: http::Request<B>) -> Answer {
        let (head, body) = request.into_parts();
        let request_id = request_id::of(&head.headers, &self.random);
        let proxies = self.ready.as_ref().map(|ready| &ready.access.proxies);
        let context = RequestContext {
            client: proxies.ok().and_then(|it| it.client(&head.headers)),
            head,
            request_id,
            now: self.clock.epoch_ms(),
        };
        let outcome = self.answer(&context, body).await;
        let origins = self.ready.as_ref().ok().map(|ready| &ready.access.origins);
        answer::finish(outcome, &context.request_id, origins, &context.head.headers)
    }

    async fn answer<B: Body<Data = Bytes>>(
        &self,
        context: &RequestContext,
        body: B,
    ) -> Result<Answer, Problem> {
        let ready = self.ready.as_ref()?;
        let route = Route::parse(context.head.uri.path()).ok_or(Failure::NotFound)?;
        let methods = route.methods();
        if context.head.method == Method::OPTIONS {
            let origins = &ready.access.origins;
            return Ok(origins.preflight(&context.head.headers, methods));
        }
        if !methods.contains(&context.head.method) {
            return Err(Problem::method_not_allowed(methods));
        }
        match route {
            Route::Providers => return forms::provider_table(&context.head),
            Route::OpenApi => return openapi::description(&context.head),
            Route::Events { id, secret } => {
                return self
                    .receive_events(context, &id, secret.as_ref(), body)
                    .await;
            }
            _ => {}
        }
        let caller = self.sign_in(ready, context).await?;
        authorise(&caller, &route, &context.head.method)?;
        let body = context.body(body).await?;
        let key = IdempotencyKey::read(&context.head)?;
        match key {
            Some(key) => {
                let act = async |id| self.act(context, &caller, &route, &body, Some(id)).await;
                let request = (route.project(), &key);
                self.once(context, &caller, request, &body, act).await
            }
            None => self.act(context, &caller, &route, &body, None).await,
        }
    }

    /// Does what a caller asks for who may; `new` is the id for what is created, where it is settled.
    async fn act(
        &self,
        context: &RequestContext,
        caller: &Caller,
        route: &Route,
        body: &[u8],
        new: Option<ConnectionId>,
    ) -> Result<Answer, Problem> {
        match route {
            Route::Providers | Route::OpenApi | Route::Events { .. } => {
                Err(Failure::NotFound.into())
            }
            Route::Validate => forms::validate(&context.head, context.now, body),
            Route::Check => self.check(context, caller, body).await,
            Route::Reseal => self.reseal(context, caller).await,
            Route::Due => self.do_due(context, caller).await,
            Route::Connections { project } => match context.head.method {
                Method::POST => self.create(context, caller, project, body, new).await,
                _ => self.list(context, project).await,
            },
            Route::ScanLease => self.lease_scans(context, caller, body).await,
            Route::ScanResult { id } => self.finish_scan(context, caller, id, body).await,
            Route::Scanners { project } => self.scanners(context, project).await,
            Route::Resolve { project } => self.resolve(context, project).await,
            Route::DockerConfig { project } => {
                self.docker_config_of_image(context, caller, project).await
            }
            Route::Settings { project } => match context.head.method {
                Method::PUT => self.change_settings(context, caller, project, body).await,
                _ => self.settings(context, project).await,
            },
            Route::SettingsAudit { project } => self.settings_audit(context, project).await,
            Route::Connection { project, id, part } => {
                // What is no id is the id of nothing.
                let id = ConnectionId::parse(id).ok_or(Failure::NotFound)?;
                match (part, &context.head.method) {
                    (Part::Check, _) => self.check_stored(context, caller, project, id, body).await,
                    (Part::Selection, _) => self.select(context, project, id, body).await,
                    (Part::Credentials, _) => {
                        self.replace_credentials(context, caller, project, id, body)
                            .await
                    }
                    (Part::Use { consumer }, &Method::PUT) => {
                        self.declare_use(context, caller, project, id, consumer, body)
                            .await
                    }
                    (Part::Use { consumer }, _) => {
                        self.end_use(context, caller, project, id, consumer).await
                    }
                    (Part::Events, &Method::POST) => {
                        self.renew_event_secret(context, caller, project, id).await
                    }
                    (Part::Events, &Method::DELETE) => {
                        self.end_events(context, caller, project, id).await
                    }
                    (Part::Events, _) => self.event_address(context, project, id).await,
                    (Part::Images, _) => self.images(context, project, id).await,
                    (Part::Sync, &Method::POST) => self.sync(context, project, id).await,
                    (Part::Sync, _) => self.sync_status(context, project, id).await,
                    (Part::Audit, _) => self.audit(context, project, id).await,
                    (Part::Scans, &Method::POST) => {
                        self.request_scans(context, project, id, body).await
                    }
                    (Part::Scans, _) => self.scans(context, project, id).await,
                    (Part::DockerConfig, _) => {
                        self.docker_config(context, caller, project, id).await
                    }
                    (Part::Repositories, _) => self.repositories(context, project, id).await,
                    (Part::Tags { repository }, _) => {
                        self.tags(context, project, id, repository.as_deref()).await
                    }
                    (Part::Whole, &Method::PATCH) => {
                        self.edit(context, caller, project, id, body).await
                    }
                    (Part::Whole, &Method::DELETE) => {
                        self.delete(context, caller, project, id).await
                    }
                    (Part::Whole, _) => self.read(context, project, id).await,
                }
            }
        }
    }

    /// The store, with its schema in place.
    async fn store(&self, context: &RequestContext) -> Result<&Rc<Store<D, R>>, Problem> {
        let ready = self.ready.as_ref()?;
        let migrate = ready.store.migrate(context.now);
        let sleep = |pause| self.clock.sleep(pause);
        ready.migrated.get(sleep, migrate).await?;
        Ok(&ready.store)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let failure = match &error {
            StoreError::NotFound => Failure::NotFound,
            StoreError::NameTaken => return Self::from(Failure::NameTaken).field("name"),
            StoreError::EndpointTaken => {
                return Self::from(Failure::EndpointTaken).field("values.url");
            }
            StoreError::EndpointUnresolved => Failure::EndpointUnresolved,
            StoreError::EndpointImmutable => {
                return Self::from(Failure::EndpointImmutable).field("values.url");
            }
            StoreError::VersionMismatch { current } => {
                return Self::from(Failure::PreconditionFailed).member("version", json!(current));
            }
            StoreError::InUse(uses) => {
                return Self::from(Failure::ConnectionInUse).member("uses", json!(uses));
            }
            StoreError::TooManyUses => Failure::UsesTooMany,
            StoreError::LeaseLost => Failure::LeaseLost,
            StoreError::Busy => Failure::StoreBusy,
            StoreError::UnknownKey => {
                return Self::from(Failure::Config("sealing_keys")).detail(error.to_string());
            }
            StoreError::Unsealable | StoreError::Corrupt(_) | StoreError::Database(_) => {
                return Self::internal(error);
            }
        };
        failure.into()
    }
}
