//! Authentication: finds the caller from the request's token.

use bowline_registry::Clock;
use bowline_store::Database;

use super::service::{Random, Ready, Service};
use crate::{
    caller::{Caller, bearer_token},
    client::Outbound,
    config::Issuer,
    context::RequestContext,
    problem::{Problem, ProblemType},
    token::{Invalid, PublishedError, Token},
};

impl<D, O, C, R> Service<D, O, C, R>
where
    D: Database + 'static,
    O: Outbound,
    C: Clock,
    R: Random + Clone + 'static,
{
    /// The caller, by the token that the request carries.
    ///
    /// Errors: `auth.missing`, `auth.invalid`; `auth.unavailable` if the issuer's keys are not available.
    pub(super) async fn authenticate(
        &self,
        ready: &Ready<D, R>,
        context: &RequestContext,
    ) -> Result<Caller, Problem> {
        let token = Token::parse(bearer_token(&context.head.headers)?)?;
        let rules = &ready.access.rules;
        let claims = match &ready.access.issuer {
            Issuer::Known(keys) => rules.verify(&token, keys, context.now)?,
            Issuer::Published(published) => {
                let store = self.store(context).await?;
                let keys = published
                    .keys_for(&token, store, &self.outbound, &self.clock)
                    .await?;
                rules.verify(&token, &keys, context.now)?
            }
        };
        Ok(Caller::new(claims))
    }
}

impl From<Invalid> for Problem {
    fn from(_: Invalid) -> Self {
        ProblemType::AuthInvalid.into()
    }
}

impl From<PublishedError> for Problem {
    fn from(error: PublishedError) -> Self {
        match error {
            PublishedError::Store(error) => error.into(),
            PublishedError::Unavailable(reason) => {
                Self::from(ProblemType::AuthUnavailable).because(reason)
            }
        }
    }
}
