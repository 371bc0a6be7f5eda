//! A request without its body, and what is known of it.

use std::net::IpAddr;

use bowline::form::{CheckOptions, ConnectionForm, ConnectionSpec, check_form};
use bowline_store::Change;
use bytes::Bytes;
use http::{Method, request::Parts};
use http_body::Body;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::{body, caller::Caller, negotiation, parameters::Parameters, problem::Problem};

/// What is known of a request beside its body.
pub(super) struct RequestContext {
    pub(super) head: Parts,
    pub(super) request_id: String,
    /// The address that it comes from, where it is known.
    pub(super) client: Option<IpAddr>,
    /// When it came, in milliseconds since 1970.
    pub(super) now: i64,
}

impl RequestContext {
    pub(super) fn parameters(&self, known: &[&str]) -> Result<Parameters, Problem> {
        Parameters::read(self.head.uri.query(), known)
    }

    /// All of the body, of a method that has one.
    pub(super) async fn body<B: Body<Data = Bytes>>(
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

    /// What the body says, which must be sent as JSON.
    pub(super) fn json<T: DeserializeOwned>(&self, body: &[u8]) -> Result<T, Problem> {
        negotiation::json_sent(&self.head.headers)?;
        body::parse(body)
    }

    /// What a form means.
    ///
    /// Errors: `form.invalid` with the findings.
    pub(super) fn spec(&self, form: &ConnectionForm) -> Result<ConnectionSpec, Problem> {
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
    pub(super) fn change(&self, caller: &Caller) -> Change {
        Change {
            subject: caller.subject().to_owned(),
            from: self.client.map(|address| address.to_string()),
            request_id: self.request_id.clone(),
            now_ms: self.now,
        }
    }
}
