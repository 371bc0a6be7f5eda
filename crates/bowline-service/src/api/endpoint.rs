//! Forms without the registry's address, which only the provider's API knows.

use std::ops::ControlFlow;

use bowline::{
    aws::AwsAccount,
    endpoint::Endpoint,
    form::{ConnectionForm, ConnectionSpec},
};
use bowline_registry::Clock;
use bowline_store::Database;

use super::service::{Random, Service};
use crate::{
    caller::Caller,
    client::Outbound,
    context::RequestContext,
    problem::{Problem, ProblemType},
    protocol::endpoint::{EndpointRequest, EndpointResponse},
    response::Response,
};

/// The value that was left out.
const ACCOUNT: &str = "accountId";

impl<D, O, C, R> Service<D, O, C, R>
where
    D: Database + 'static,
    O: Outbound,
    C: Clock,
    R: Random + Clone + 'static,
{
    /// Returns a form's specification with its endpoint. If the form has no endpoint, this asks the provider and fills
    /// in the form. Breaks with the private service's response if that is not an endpoint.
    ///
    /// Errors: `form.invalid`, `endpoint.unresolved`.
    pub(super) async fn resolve_endpoint(
        &self,
        context: &RequestContext,
        caller: &Caller,
        project: &str,
        form: &mut ConnectionForm,
    ) -> Result<ControlFlow<Response, ConnectionSpec>, Problem> {
        let spec = context.spec(form)?;
        if spec.endpoint.is_some() {
            return Ok(ControlFlow::Continue(spec));
        }
        self.count_registry_request(context, caller, project)
            .await?;
        let request = EndpointRequest {
            form: form.expose(),
        };
        let EndpointResponse { endpoint } =
            match self.call(context, project, form, &request).await? {
                ControlFlow::Continue(said) => said,
                ControlFlow::Break(answer) => return Ok(ControlFlow::Break(answer)),
            };
        let account = account_of(&endpoint).ok_or(ProblemType::EndpointUnresolved)?;
        form.values
            .insert(ACCOUNT.to_owned(), account.as_str().into());
        let spec = context.spec(form)?;
        match spec.endpoint {
            Some(_) => Ok(ControlFlow::Continue(spec)),
            None => Err(ProblemType::EndpointUnresolved.into()),
        }
    }
}

/// The AWS account whose registry an endpoint is: the first label of its host.
pub(super) fn account_of(endpoint: &str) -> Option<AwsAccount> {
    let endpoint = Endpoint::parse(endpoint).ok()?;
    AwsAccount::parse(endpoint.host().split('.').next()?)
}
