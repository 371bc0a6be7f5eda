//! A request without its body, and the facts derived from it.

use std::net::IpAddr;

use bowline::form::{CheckOptions, ConnectionForm, ConnectionSpec, check_form};
use bowline_store::Change;
use bytes::Bytes;
use http::{Method, header, request::Parts};
use http_body::Body;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::{
    body,
    caller::Caller,
    log::Facts,
    negotiation::{self, Form},
    operations::{Row, parameter::Place},
    parameters::Parameters,
    problem::{Problem, ProblemType},
};

/// A request without its body, and the facts derived from it.
pub(crate) struct RequestContext {
    pub(crate) head: Parts,
    pub(crate) request_id: String,
    /// The client's address, if it is known.
    pub(crate) client: Option<IpAddr>,
    /// When it came, in milliseconds since 1970.
    pub(crate) now: i64,
    /// The parameters of its query, once its operation is known.
    pub(crate) parameters: Parameters,
    /// The format of its answer, once its operation is known.
    pub(crate) accept: Form,
    /// The facts for the log.
    pub(crate) facts: Facts,
}

impl RequestContext {
    /// A request of which the operation is not known yet.
    pub(crate) fn new(head: Parts, request_id: String, client: Option<IpAddr>, now: i64) -> Self {
        Self {
            head,
            request_id,
            client,
            now,
            parameters: Parameters::default(),
            accept: Form::Json,
            facts: Facts::default(),
        }
    }

    /// Reads the query, `Accept` and `If-Match` as the row of its operation says.
    ///
    /// Errors: `query.malformed`, `accept.unsupported`, `precondition.required`.
    pub(crate) fn negotiate(&mut self, row: &'static Row) -> Result<(), Problem> {
        self.parameters = Parameters::read(self.head.uri.query(), row.parameters)?;
        if row.answers_events() {
            self.accept = negotiation::preferred(&self.head.headers)?;
        } else if row.answers_content() {
            negotiation::json_accepted(&self.head.headers)?;
        }
        let needs_version = row
            .parameters
            .iter()
            .any(|parameter| parameter.place == Place::IfMatch && parameter.is_required);
        if needs_version && !self.head.headers.contains_key(header::IF_MATCH) {
            return Err(ProblemType::PreconditionRequired.into());
        }
        Ok(())
    }

    /// All of the body, of a method that has one.
    pub(crate) async fn body<B: Body<Data = Bytes>>(
        &self,
        body: B,
    ) -> Result<Zeroizing<Vec<u8>>, Problem> {
        match self.head.method {
            Method::POST | Method::PUT | Method::PATCH => {
                body::read(&self.head.headers, body, body::LARGEST).await
            }
            _ => Ok(Zeroizing::default()),
        }
    }

    /// Reads the body, which must be sent as JSON.
    pub(crate) fn json<T: DeserializeOwned>(&self, body: &[u8]) -> Result<T, Problem> {
        negotiation::json_sent(&self.head.headers)?;
        body::parse(body)
    }

    /// Reads the body as JSON, if there is one.
    pub(crate) fn json_if_sent<T: DeserializeOwned + Default>(
        &self,
        body: &[u8],
    ) -> Result<T, Problem> {
        match body {
            [] => Ok(T::default()),
            body => self.json(body),
        }
    }

    /// Parses a form.
    ///
    /// Errors: `form.invalid` with the findings.
    pub(crate) fn spec(&self, form: &ConnectionForm) -> Result<ConnectionSpec, Problem> {
        let (report, spec) = check_form(
            form,
            CheckOptions {
                touched: None,
                now: Some(self.now),
            },
        );
        spec.ok_or_else(|| Problem::form_invalid(report))
    }

    /// Returns the author of a change, for the audit. The log then contains the audit's head.
    pub(crate) fn change(&self, caller: &Caller) -> Change {
        if let Some(project) = &self.facts.project {
            self.facts.touch(project);
        }
        Change {
            subject: caller.subject().to_owned(),
            from: self.client.map(|address| address.to_string()),
            request_id: self.request_id.clone(),
            now_ms: self.now,
        }
    }
}
