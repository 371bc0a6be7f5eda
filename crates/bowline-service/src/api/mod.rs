//! The public service: it holds the database and the keys, and has no way to the internet but the private service.

mod authorising;
mod browsing;
mod checking;
mod connections;
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

use std::{net::IpAddr, rc::Rc};

use bowline::form::{CheckOptions, ConnectionForm, ConnectionSpec, check_form};
use bowline_registry::Clock;
use bowline_store::{Change, ConnectionId, Database, Store, StoreError};
use bytes::Bytes;
use http::{Method, request::Parts};
use http_body::Body;
use serde::de::DeserializeOwned;
use serde_json::json;

pub use self::relay::{Outbound, Unreachable};
#[cfg(test)]
pub(crate) use self::syncing::SyncStatus;
use self::{authorising::authorise, once::IdempotencyKey};
use crate::{
    answer::{self, Answer},
    body,
    caller::Caller,
    config::{Access, Config, ConfigError},
    forms,
    made_once::MadeOnce,
    negotiation, openapi,
    parameters::Parameters,
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

/// A request without its body, and what is known of it.
struct Asked {
    head: Parts,
    request_id: String,
    /// The address that it comes from, where it is known.
    client: Option<IpAddr>,
    /// When it came, in milliseconds since 1970.
    now: i64,
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
        let asked = Asked {
            client: proxies.ok().and_then(|it| it.client(&head.headers)),
            head,
            request_id,
            now: self.clock.epoch_ms(),
        };
        let outcome = self.answer(&asked, body).await;
        let origins = self.ready.as_ref().ok().map(|ready| &ready.access.origins);
        answer::finish(outcome, &asked.request_id, origins, &asked.head.headers)
    }

    async fn answer<B: Body<Data = Bytes>>(
        &self,
        asked: &Asked,
        body: B,
    ) -> Result<Answer, Problem> {
        let ready = self.ready.as_ref()?;
        let route = Route::parse(asked.head.uri.path()).ok_or(Failure::NotFound)?;
        let methods = route.methods();
        if asked.head.method == Method::OPTIONS {
            let origins = &ready.access.origins;
            return Ok(origins.preflight(&asked.head.headers, methods));
        }
        if !methods.contains(&asked.head.method) {
            return Err(Problem::method_not_allowed(methods));
        }
        match route {
            Route::Providers => return forms::provider_table(&asked.head),
            Route::OpenApi => return openapi::description(&asked.head),
            Route::Events { id, secret } => {
                return self.receive_events(asked, &id, secret.as_ref(), body).await;
            }
            _ => {}
        }
        let caller = self.sign_in(ready, asked).await?;
        authorise(&caller, &route, &asked.head.method)?;
        let body = asked.body(body).await?;
        let key = IdempotencyKey::read(&asked.head)?;
        match key {
            Some(key) => {
                let act = async |id| self.act(asked, &caller, &route, &body, Some(id)).await;
                let request = (route.project(), &key);
                self.once(asked, &caller, request, &body, act).await
            }
            None => self.act(asked, &caller, &route, &body, None).await,
        }
    }

    /// Does what a caller asks for who may; `new` is the id for what is created, where it is settled.
    async fn act(
        &self,
        asked: &Asked,
        caller: &Caller,
        route: &Route,
        body: &[u8],
        new: Option<ConnectionId>,
    ) -> Result<Answer, Problem> {
        match route {
            Route::Providers | Route::OpenApi | Route::Events { .. } => {
                Err(Failure::NotFound.into())
            }
            Route::Validate => forms::validate(&asked.head, asked.now, body),
            Route::Check => self.check(asked, caller, body).await,
            Route::Reseal => self.reseal(asked, caller).await,
            Route::Due => self.do_due(asked, caller).await,
            Route::Connections { project } => match asked.head.method {
                Method::POST => self.create(asked, caller, project, body, new).await,
                _ => self.list(asked, project).await,
            },
            Route::ScanLease => self.lease_scans(asked, caller, body).await,
            Route::ScanResult { id } => self.finish_scan(asked, caller, id, body).await,
            Route::Scanners { project } => self.scanners(asked, project).await,
            Route::Resolve { project } => self.resolve(asked, project).await,
            Route::DockerConfig { project } => {
                self.docker_config_of_image(asked, caller, project).await
            }
            Route::Settings { project } => match asked.head.method {
                Method::PUT => self.change_settings(asked, caller, project, body).await,
                _ => self.settings(asked, project).await,
            },
            Route::SettingsAudit { project } => self.settings_audit(asked, project).await,
            Route::Connection { project, id, part } => {
                // What is no id is the id of nothing.
                let id = ConnectionId::parse(id).ok_or(Failure::NotFound)?;
                match (part, &asked.head.method) {
                    (Part::Check, _) => self.check_stored(asked, caller, project, id, body).await,
                    (Part::Selection, _) => self.select(asked, project, id, body).await,
                    (Part::Credentials, _) => {
                        self.replace_credentials(asked, caller, project, id, body)
                            .await
                    }
                    (Part::Use { consumer }, &Method::PUT) => {
                        self.declare_use(asked, caller, project, id, consumer, body)
                            .await
                    }
                    (Part::Use { consumer }, _) => {
                        self.end_use(asked, caller, project, id, consumer).await
                    }
                    (Part::Events, &Method::POST) => {
                        self.renew_event_secret(asked, caller, project, id).await
                    }
                    (Part::Events, &Method::DELETE) => {
                        self.end_events(asked, caller, project, id).await
                    }
                    (Part::Events, _) => self.event_address(asked, project, id).await,
                    (Part::Images, _) => self.images(asked, project, id).await,
                    (Part::Sync, &Method::POST) => self.sync(asked, project, id).await,
                    (Part::Sync, _) => self.sync_status(asked, project, id).await,
                    (Part::Audit, _) => self.audit(asked, project, id).await,
                    (Part::Scans, &Method::POST) => {
                        self.request_scans(asked, project, id, body).await
                    }
                    (Part::Scans, _) => self.scans(asked, project, id).await,
                    (Part::DockerConfig, _) => self.docker_config(asked, caller, project, id).await,
                    (Part::Repositories, _) => self.repositories(asked, project, id).await,
                    (Part::Tags { repository }, _) => {
                        self.tags(asked, project, id, repository.as_deref()).await
                    }
                    (Part::Whole, &Method::PATCH) => {
                        self.edit(asked, caller, project, id, body).await
                    }
                    (Part::Whole, &Method::DELETE) => self.delete(asked, caller, project, id).await,
                    (Part::Whole, _) => self.read(asked, project, id).await,
                }
            }
        }
    }

    /// The store, with its schema in place.
    async fn store(&self, asked: &Asked) -> Result<&Rc<Store<D, R>>, Problem> {
        let ready = self.ready.as_ref()?;
        let migrate = ready.store.migrate(asked.now);
        let sleep = |pause| self.clock.sleep(pause);
        ready.migrated.get(sleep, migrate).await?;
        Ok(&ready.store)
    }
}

impl Asked {
    fn parameters(&self, known: &[&str]) -> Result<Parameters, Problem> {
        Parameters::read(self.head.uri.query(), known)
    }

    /// All of the body, of a method that has one.
    async fn body<B: Body<Data = Bytes>>(
        &self,
        body: B,
    ) -> Result<zeroize::Zeroizing<Vec<u8>>, Problem> {
        match self.head.method {
            Method::POST | Method::PUT | Method::PATCH => {
                body::read(&self.head.headers, body, body::LARGEST).await
            }
            _ => Ok(zeroize::Zeroizing::default()),
        }
    }

    /// What the body says, which must be sent as JSON.
    fn json<T: DeserializeOwned>(&self, body: &[u8]) -> Result<T, Problem> {
        negotiation::json_sent(&self.head.headers)?;
        body::parse(body)
    }

    /// What a form means.
    ///
    /// Errors: `form.invalid` with the findings.
    fn spec(&self, form: &ConnectionForm) -> Result<ConnectionSpec, Problem> {
        let (report, spec) = check_form(
            form,
            CheckOptions {
                touched: None,
                now: Some(self.now),
            },
        );
        spec.ok_or_else(|| Problem::form_invalid(report))
    }

    /// Who changes something, for the audit.
    fn change(&self, caller: &Caller) -> Change {
        Change {
            subject: caller.subject().to_owned(),
            from: self.client.map(|address| address.to_string()),
            request_id: self.request_id.clone(),
            now_ms: self.now,
        }
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
