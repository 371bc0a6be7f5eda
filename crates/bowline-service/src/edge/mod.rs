//! The edge service: validates and checks forms, stores nothing, and needs no other component.
//!
//! It answers `GET /v1/providers`, `POST /v1/validate`, and `POST /v1/check` as the public service does. It verifies
//! the callers' tokens itself, so its instances also hold the secret or key for that, which those of
//! [`OutboundService`] do not.

use std::cell::RefCell;

use bowline_registry::{Clock, World};
use bytes::Bytes;
use http::{HeaderValue, Method, header, request::Parts};
use http_body::Body;

use self::recent::Recent;
use crate::{
    caller::{Caller, bearer_token},
    config::{Access, ConfigError, Issuer, Variables},
    context::RequestContext,
    cors::Origins,
    finish::finish,
    forms,
    log::Answered,
    negotiation,
    operations::{Authorization, Operation, PublicOperation},
    outbound::OutboundService,
    problem::{Problem, ProblemType},
    protocol::EXTERNAL_ID,
    rate::{self, Limits, counter},
    request_id,
    response::Response,
    router::Route,
    token::{KeySet, Rules, Token},
};

mod recent;
#[cfg(test)]
mod tests;

/// The operations that it has, by their ids.
const OPERATIONS: [&str; 3] = ["listProviders", "validateForm", "checkForm"];

/// The edge service over a world that can send requests.
pub struct EdgeService<W> {
    access: Result<EdgeAccess, ConfigError>,
    outbound: OutboundService<W>,
    recent: RefCell<Recent>,
    own_limit: Option<OwnLimit>,
}

/// The operator's additional limit. It is called with the subject and the `operationId` before each validation and
/// check. To refuse, it returns the number of seconds after which the caller may retry.
pub type OwnLimit = Box<dyn Fn(&str, &'static str) -> Result<(), u32>>;

/// Verifies callers.
struct EdgeAccess {
    keys: KeySet,
    rules: Rules,
    origins: Origins,
    limits: Limits,
}

impl EdgeAccess {
    fn parse(variables: &Variables) -> Result<Self, ConfigError> {
        let Access {
            issuer,
            rules,
            origins,
            limits,
            ..
        } = Access::parse(variables)?;
        match issuer {
            Issuer::Known(keys) => Ok(Self {
                keys,
                rules,
                origins,
                limits,
            }),
            Issuer::Published(_) => Err(ConfigError {
                variable: "jwks_url",
                reason: "fetched keys are stored in a database; without one, set jwks".to_owned(),
            }),
        }
    }

    /// The caller, by the token that a request carries, at `now`.
    fn authenticate(&self, head: &Parts, now: i64) -> Result<Caller, Problem> {
        let token = Token::parse(bearer_token(&head.headers)?)?;
        Ok(Caller::new(self.rules.verify(&token, &self.keys, now)?))
    }
}

impl<W: World + 'static> EdgeService<W> {
    /// Creates the service with the operator's variables. If one is missing or invalid, every route returns that error.
    /// It seals nothing, so it ignores `sealing_keys`.
    pub fn new(world: W, variables: &Variables) -> Self {
        Self {
            access: EdgeAccess::parse(variables),
            outbound: OutboundService::new(world, variables),
            recent: RefCell::default(),
            own_limit: None,
        }
    }

    /// Adds the operator's own limit.
    #[must_use]
    pub fn limited_by(self, limit: OwnLimit) -> Self {
        Self {
            own_limit: Some(limit),
            ..self
        }
    }

    /// Handles a request and returns the response.
    pub async fn handle<B: Body<Data = Bytes>>(&self, request: http::Request<B>) -> Response {
        let (mut head, body) = request.into_parts();
        // Only the public service may say for which project a role is taken on; there are no projects here.
        head.headers.remove(EXTERNAL_ID);
        let world = self.outbound.world();
        let request_id = request_id::of(&head.headers, world.random());
        let begun = world.clock().monotonic();
        let mut context = RequestContext::new(head, request_id, None, world.clock().epoch_ms());
        let outcome = self.answer(&mut context, body).await;
        let origins = self.access.as_ref().ok().map(|access| &access.origins);
        let mut answer = finish(
            outcome,
            &context.request_id,
            origins,
            false,
            &context.head.headers,
        );
        let answered = Answered {
            component: "edge",
            method: &context.head.method,
            headers: &context.head.headers,
            request_id: &context.request_id,
            facts: &context.facts,
            at: context.now,
            took: world.clock().monotonic().saturating_sub(begun),
        };
        answered.log(self.outbound.log_settings(), &mut answer);
        answer
    }

    async fn answer<B: Body<Data = Bytes>>(
        &self,
        context: &mut RequestContext,
        body: B,
    ) -> Result<Response, Problem> {
        let access = self.access.as_ref()?;
        let uri = context.head.uri.clone();
        let route = Route::find(uri.path())
            .filter(|route| route.is_of(&OPERATIONS))
            .ok_or(ProblemType::NotFound)?;
        if context.head.method == Method::OPTIONS {
            let origins = &access.origins;
            return Ok(origins.preflight(&context.head.headers, &route.methods()));
        }
        let row = route
            .row(&context.head.method)
            .ok_or_else(|| Problem::method_not_allowed(&route.methods()))?;
        context.facts.route = Some(row.path);
        match row.authorization {
            Authorization::Public(bind) => {
                context.negotiate(row)?;
                match bind(&route.parameters) {
                    Some(PublicOperation::ListProviders) => forms::provider_table(),
                    _ => Err(ProblemType::NotFound.into()),
                }
            }
            Authorization::Token(need, bind) => {
                let caller = access.authenticate(&context.head, context.now)?;
                context.facts.subject = Some(caller.subject().to_owned());
                need.check(&caller, "")?;
                context.negotiate(row)?;
                let body = context.body(body).await?;
                self.ask_own_limit(&caller, row.id)?;
                match bind(&route.parameters) {
                    Some(Operation::ValidateForm) => {
                        if body.len() > rate::UNCOUNTED_BYTES {
                            let counter = counter::validated(caller.subject());
                            let bytes = i64::try_from(body.len()).unwrap_or(i64::MAX);
                            self.count(
                                context,
                                counter,
                                bytes,
                                access.limits.validate_bytes_per_subject,
                            )?;
                        }
                        forms::validate(context, &body)
                    }
                    Some(Operation::CheckForm) => self.check(context, access, &caller, &body).await,
                    _ => Err(ProblemType::NotFound.into()),
                }
            }
        }
    }

    /// Counts in this instance, and refuses what is too much.
    fn count(
        &self,
        context: &RequestContext,
        counter: String,
        amount: i64,
        most: i64,
    ) -> Result<(), Problem> {
        let mut recent = self.recent.borrow_mut();
        rate::within(
            most,
            recent.count(counter, amount, context.now),
            context.now,
        )
    }

    fn ask_own_limit(&self, caller: &Caller, operation: &'static str) -> Result<(), Problem> {
        let Some(limit) = &self.own_limit else {
            return Ok(());
        };
        limit(caller.subject(), operation).map_err(|seconds| {
            let seconds = HeaderValue::from(seconds);
            Problem::from(ProblemType::RateLimited).header(header::RETRY_AFTER, seconds)
        })
    }

    async fn check(
        &self,
        context: &RequestContext,
        access: &EdgeAccess,
        caller: &Caller,
        body: &[u8],
    ) -> Result<Response, Problem> {
        negotiation::json_sent(&context.head.headers)?;
        let counter = counter::checks(caller.subject());
        self.count(context, counter, 1, access.limits.checks_per_subject)?;
        let operator = self.outbound.operator_for(&context.head)?;
        self.outbound.check(&operator, &context.head, body).await
    }
}
