//! The public service and its shared state.

use std::rc::Rc;

use bowline_registry::Clock;
use bowline_store::{Database, Quota, Quotas, Store, StoreError};
use http::{HeaderValue, header};
use serde_json::json;

use crate::{
    client::Outbound,
    config::{Access, Config, ConfigError},
    context::RequestContext,
    once_cell::OnceCell,
    problem::{Problem, ProblemType},
};

/// Randomness: unpredictable ids, nonces, and numbers.
pub trait Random: bowline_store::Random + bowline_registry::Random {}

impl<R: bowline_store::Random + bowline_registry::Random> Random for R {}

/// The public service over a database, the private service, a clock, and randomness.
pub struct Service<D, O, C, R> {
    pub(super) ready: Result<Ready<D, R>, ConfigError>,
    pub(super) outbound: O,
    pub(super) clock: C,
    pub(super) random: R,
}

/// The parts that exist once the operator's variables are known to be valid.
pub(super) struct Ready<D, R> {
    pub(super) store: Rc<Store<D, R>>,
    migrated: OnceCell<()>,
    pub(super) access: Access,
    pub(super) quotas: Quotas,
}

impl<D, O, C, R> Service<D, O, C, R>
where
    D: Database + 'static,
    O: Outbound,
    C: Clock,
    R: Random + Clone + 'static,
{
    /// Creates the service from the result of [`Config::parse`]. If that is an error, every route returns it.
    pub fn new(
        database: D,
        outbound: O,
        clock: C,
        random: R,
        config: Result<Config, ConfigError>,
    ) -> Self {
        let ready = config.map(|config| {
            let Config {
                keys,
                access,
                quotas,
            } = config;
            let store = Store::new(database, random.clone(), keys).with_quotas(quotas);
            let store = Rc::new(store);
            Ready {
                store,
                migrated: OnceCell::default(),
                access,
                quotas,
            }
        });
        Self {
            ready,
            outbound,
            clock,
            random,
        }
    }

    /// The store, with its schema in place.
    pub(super) async fn store(
        &self,
        context: &RequestContext,
    ) -> Result<&Rc<Store<D, R>>, Problem> {
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
            StoreError::NotFound => ProblemType::NotFound,
            StoreError::NameTaken => return Self::from(ProblemType::NameTaken).field("name"),
            StoreError::EndpointTaken => {
                return Self::from(ProblemType::EndpointTaken).field("values.url");
            }
            StoreError::EndpointUnresolved => ProblemType::EndpointUnresolved,
            StoreError::EndpointImmutable => {
                return Self::from(ProblemType::EndpointImmutable).field("values.url");
            }
            StoreError::VersionMismatch { current } => {
                return Self::from(ProblemType::PreconditionFailed)
                    .member("version", json!(current));
            }
            StoreError::InUse(uses) => {
                return Self::from(ProblemType::ConnectionInUse).member("uses", json!(uses));
            }
            // Scanners make room by themselves.
            StoreError::QuotaExceeded {
                quota: Quota::QueuedScans,
                most,
            } => {
                return Self::from(ProblemType::RateLimited)
                    .detail(format!(
                        "{most} images of the project are waiting to be scanned, which is the limit. Try again when some are done."
                    ))
                    .header(header::RETRY_AFTER, HeaderValue::from_static("60"));
            }
            StoreError::QuotaExceeded { quota, most } => {
                return Self::from(ProblemType::QuotaExceeded)
                    .detail(format!("The project can have at most {most} {quota}."))
                    .member("quota", json!(quota.to_string()))
                    .member("limit", json!(most));
            }
            StoreError::TooManyUses => ProblemType::UsesTooMany,
            StoreError::LeaseLost => ProblemType::LeaseLost,
            StoreError::Busy => ProblemType::StoreBusy,
            StoreError::UnknownProvider => ProblemType::ProviderUnknown,
            StoreError::UnknownKey => {
                return Self::from(ProblemType::Config("sealing_keys")).detail(error.to_string());
            }
            StoreError::Unsealable
            | StoreError::Tampered(_)
            | StoreError::Corrupt(_)
            | StoreError::Database(_) => {
                return Self::internal(error);
            }
        };
        failure.into()
    }
}
