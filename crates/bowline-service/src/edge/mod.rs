//! The service on its own, as a function at the edge: it judges forms and checks them, keeps nothing, and needs no other
//! component.
//!
//! `GET /v1/providers`, `POST /v1/validate` and `POST /v1/check` are answered as the public service answers them. Since
//! nobody stands in front of it, it verifies the callers' tokens itself; the secret that does so is what its instances
//! hold beyond those of [`OutboundService`].

use std::cell::RefCell;

use bowline_registry::{Clock, HttpClient, Operator, Random, World};
use bytes::Bytes;
use http::{Method, request::Parts};
use http_body::Body;

use self::recent::Recent;
use crate::{
    answer::{self, Answer},
    body,
    caller::{Caller, Permission, bearer_token},
    config::{Access, ConfigError, Issuer, Variables},
    cors::Origins,
    forms,
    outbound::{EXTERNAL_ID, OutboundService},
    parameters::Parameters,
    problem::{Failure, Problem},
    rate, request_id,
    route::Route,
    token::{KeySet, Rules, Token},
};

mod recent;
#[cfg(test)]
mod tests;

/// The service over a world in which requests can be sent.
pub struct EdgeService<H, C, R> {
    access: Result<EdgeAccess, ConfigError>,
    outbound: OutboundService<H, C, R>,
    recent: RefCell<Recent>,
}

/// Who may call.
struct EdgeAccess {
    keys: KeySet,
    rules: Rules,
    origins: Origins,
}

impl EdgeAccess {
    fn parse(variables: &Variables) -> Result<Self, ConfigError> {
        let Access {
            issuer,
            rules,
            origins,
            ..
        } = Access::parse(variables)?;
        match issuer {
            Issuer::Known(keys) => Ok(Self {
                keys,
                rules,
                origins,
            }),
            Issuer::Published(_) => Err(ConfigError {
                variable: "jwks_url",
                reason: "fetched keys are kept in a database; without one, set jwks".to_owned(),
            }),
        }
    }

    /// The caller, by the token that a request carries, at `now`.
    fn sign_in(&self, head: &Parts, now: i64) -> Result<Caller, Problem> {
        let token = Token::parse(bearer_token(&head.headers)?)?;
        Ok(Caller::new(self.rules.verify(&token, &self.keys, now)?))
    }
}

impl<H, C, R> EdgeService<H, C, R>
where
    H: HttpClient + 'static,
    C: Clock + 'static,
    R: Random + 'static,
{
    /// With the operator's variables; one that is missing or not valid is answered on every route. There is nothing to
    /// seal, so `sealing_keys` is not looked at.
    pub fn new(world: World<H, C, R>, variables: &Variables) -> Self {
        let operator = Operator::parse(
            &variables.private_hosts,
            &variables.plain_http_hosts,
            &variables.egress_addresses,
        );
        Self {
            access: EdgeAccess::parse(variables),
            outbound: OutboundService::new(world, operator),
            recent: RefCell::default(),
        }
    }

    /// Answers one request.
    pub async fn handle<B: Body<Data = Bytes>>(&self, request: http::Request<B>) -> Answer {
        let (mut head, body) = request.into_parts();
        // Only the public service may say for which project a role is taken on; there are no projects here.
        head.headers.remove(EXTERNAL_ID);
        let request_id = request_id::of(&head.headers, &self.outbound.world().random);
        let outcome = self.answer(&head, body).await;
        let origins = self.access.as_ref().ok().map(|access| &access.origins);
        answer::finish(outcome, &request_id, origins, &head.headers)
    }

    async fn answer<B: Body<Data = Bytes>>(
        &self,
        head: &Parts,
        body: B,
    ) -> Result<Answer, Problem> {
        let access = self.access.as_ref()?;
        let route = Route::parse(head.uri.path())
            .filter(|route| matches!(route, Route::Providers | Route::Validate | Route::Check))
            .ok_or(Failure::NotFound)?;
        let methods = route.methods();
        if head.method == Method::OPTIONS {
            return Ok(access.origins.preflight(&head.headers, methods));
        }
        if !methods.contains(&head.method) {
            return Err(Problem::method_not_allowed(methods));
        }
        if route == Route::Providers {
            return forms::provider_table(head);
        }
        let now = self.outbound.world().clock.epoch_ms();
        let caller = access.sign_in(head, now)?;
        match route {
            Route::Validate => {
                let body = body::read(&head.headers, body, body::LARGEST).await?;
                forms::validate(head, now, &body)
            }
            _ => self.check(head, &caller, now, body).await,
        }
    }

    async fn check<B: Body<Data = Bytes>>(
        &self,
        head: &Parts,
        caller: &Caller,
        now: i64,
        body: B,
    ) -> Result<Answer, Problem> {
        Parameters::read(head.uri.query(), &[])?;
        caller.require_somewhere(Permission::Write)?;
        let body = body::json(&head.headers, body).await?;
        let checks = self.recent.borrow_mut().count(caller.subject(), now);
        rate::admit(checks, now)?;
        let operator = self.outbound.operator_for(head)?;
        self.outbound.check(&operator, head, &body).await
    }
}
