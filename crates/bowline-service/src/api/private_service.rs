//! Requests to the private service, and the parts of its responses that go back to the caller.

use std::ops::ControlFlow;

use bowline::{
    credential::Credentials,
    form::{CheckOptions, ConnectionForm, check_form},
};
use bowline_registry::Clock;
use bowline_store::Database;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use http_body_util::BodyExt;
use serde::{Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

use super::service::{Random, Service};
use crate::{
    body,
    client::Outbound,
    context::RequestContext,
    negotiation::Form,
    problem::Problem,
    protocol::{EXTERNAL_ID, PrivateOperation, PrivateRequest},
    request_id,
    response::{self, Response},
};

/// The most bytes that an answer of the private service may have, unless it is a stream: a page of 4 MiB that a
/// registry lists, with our words around its names.
const LARGEST: usize = 8 * 1024 * 1024;

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// A request to the private service.
pub(super) struct Message {
    operation: PrivateOperation,
    body: Zeroizing<Vec<u8>>,
    /// The format of the answer.
    accept: Form,
    /// The external id with which the operator's identity assumes the form's role, if it does.
    external_id: Option<ExternalId>,
}

impl Message {
    /// A request, with the secrets in it.
    pub(super) fn new<Q: PrivateRequest + Serialize>(
        request: &Q,
        accept: Form,
        external_id: Option<ExternalId>,
    ) -> Result<Self, Problem> {
        Ok(Self {
            operation: Q::OPERATION,
            body: body::secret_json(request)?,
            accept,
            external_id,
        })
    }
}

/// The external id that the service issued to a project. In a header, which callers cannot send there.
#[derive(Clone)]
pub(super) struct ExternalId(HeaderValue);

impl<D, O, C, R> Service<D, O, C, R>
where
    D: Database + 'static,
    O: Outbound,
    C: Clock,
    R: Random + Clone + 'static,
{
    /// Returns the private service's response to a request about a form of `project`. Breaks with the response if it is
    /// a problem.
    pub(super) async fn call<Q>(
        &self,
        context: &RequestContext,
        project: &str,
        form: &ConnectionForm,
        request: &Q,
    ) -> Result<ControlFlow<Response, Q::Response>, Problem>
    where
        Q: PrivateRequest<Response: DeserializeOwned> + Serialize,
    {
        let external_id = self.external_id(context, project, form).await?;
        self.call_with::<Q>(context, Message::new(request, Form::Json, external_id)?)
            .await
    }

    /// The same of a message that is a `Q`.
    pub(super) async fn call_with<Q>(
        &self,
        context: &RequestContext,
        message: Message,
    ) -> Result<ControlFlow<Response, Q::Response>, Problem>
    where
        Q: PrivateRequest<Response: DeserializeOwned>,
    {
        let answer = self.send(context, message).await?;
        if answer.status() != StatusCode::OK {
            return Ok(ControlFlow::Break(answer));
        }
        let body = answer.body().as_bytes().unwrap_or_default();
        let said = serde_json::from_slice(body).map_err(Problem::internal)?;
        Ok(ControlFlow::Continue(said))
    }

    /// The private service's answer to a request about a form of `project`: its bytes, as they are.
    pub(super) async fn relay<Q: PrivateRequest + Serialize>(
        &self,
        context: &RequestContext,
        project: &str,
        form: &ConnectionForm,
        request: &Q,
        accept: Form,
    ) -> Result<Response, Problem> {
        let external_id = self.external_id(context, project, form).await?;
        self.send(context, Message::new(request, accept, external_id)?)
            .await
    }

    /// Returns the external id of `project` if `form` has a role without keys, which the operator's identity assumes.
    pub(super) async fn external_id(
        &self,
        context: &RequestContext,
        project: &str,
        form: &ConnectionForm,
    ) -> Result<Option<ExternalId>, Problem> {
        if !delegates(form) {
            return Ok(None);
        }
        let settings = self
            .store(context)
            .await?
            .settings(project, context.now)
            .await?;
        let id = HeaderValue::try_from(settings.aws_external_id).map_err(Problem::internal)?;
        Ok(Some(ExternalId(id)))
    }

    /// The private service's answer: its bytes, as they are.
    pub(super) async fn send(
        &self,
        context: &RequestContext,
        message: Message,
    ) -> Result<Response, Problem> {
        let begun = self.clock.monotonic();
        let sent = self.outbound.send(request(context, message)).await;
        let took = self.clock.monotonic().saturating_sub(begun);
        context.facts.count_sent(took);
        let response = sent.map_err(Problem::internal)?;
        let (head, body) = response.into_parts();
        let is_stream = head
            .headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind == "text/event-stream");
        if is_stream && head.status == StatusCode::OK {
            return Ok(response::events(Box::pin(body.map_err(Into::into))));
        }
        let kind = head.headers.get(header::CONTENT_TYPE).cloned();
        let kind = kind.unwrap_or(HeaderValue::from_static("application/octet-stream"));
        // It may hold a password that was made for a job.
        let whole = body::read(&head.headers, body, LARGEST)
            .await
            .map_err(|_| {
                Problem::internal("the private service's response was cut off or is too large")
            })?;
        Ok(response::full(head.status, kind, Bytes::from_owner(whole)))
    }
}

/// True when the operator's own AWS identity signs.
pub(super) fn delegates(form: &ConnectionForm) -> bool {
    // What says how to log in; a name, which a form may lack that is only tried, and a policy do not.
    let login = ConnectionForm {
        provider: form.provider.clone(),
        name: "unnamed".to_owned(),
        auth: form.auth.clone(),
        purpose: form.purpose.clone(),
        values: form.values.clone(),
        ..ConnectionForm::default()
    };
    let (_, spec) = check_form(&login, CheckOptions::default());
    spec.is_some_and(|spec| matches!(spec.credentials, Credentials::Aws { keys: None, .. }))
}

fn request(context: &RequestContext, message: Message) -> http::Request<Bytes> {
    let Message {
        operation,
        body,
        accept,
        external_id,
    } = message;
    let length = body.len();
    // Erased when the last who reads it has let go of it.
    let mut request = http::Request::new(Bytes::from_owner(body));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = http::Uri::from_static(operation.address());
    let headers = request.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    let accept = match accept {
        Form::Json => "application/json",
        Form::Events => "text/event-stream",
    };
    headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
    if let Ok(id) = HeaderValue::try_from(&context.request_id) {
        headers.insert(request_id::HEADER, id);
    }
    if let Some(ExternalId(id)) = external_id {
        headers.insert(EXTERNAL_ID, id);
    }
    if let Some(trace) = context.head.headers.get(TRACEPARENT) {
        headers.insert(TRACEPARENT, trace.clone());
    }
    request
}
