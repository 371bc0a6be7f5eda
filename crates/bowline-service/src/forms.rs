//! The provider table and the validation of forms.

use bowline::{
    form::{CheckOptions, ConnectionForm, check_form},
    provider::providers,
};
use http::StatusCode;
use serde::Deserialize;

use crate::{
    body,
    context::RequestContext,
    negotiation,
    problem::Problem,
    response::{self, Response},
};

/// The body of `/v1/validate`, if it is more than a form.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ValidateRequest {
    form: ConnectionForm,
    #[serde(default)]
    touched: Option<Vec<String>>,
}

/// `GET /v1/providers`.
pub(crate) fn provider_table() -> Result<Response, Problem> {
    response::json(StatusCode::OK, &providers())
}

/// `POST /v1/validate` of a form, or a form with the fields that were touched.
pub(crate) fn validate(context: &RequestContext, body: &[u8]) -> Result<Response, Problem> {
    negotiation::json_sent(&context.head.headers)?;
    let (form, touched) = match body::parse(body) {
        Ok(ValidateRequest { form, touched }) => (form, touched),
        Err(_) => (body::parse(body)?, None),
    };
    let options = CheckOptions {
        touched: touched.as_deref(),
        now: Some(context.now),
    };
    let (mut report, _) = check_form(&form, options);
    report.redact();
    response::json(StatusCode::OK, &report)
}
