//! Forms that are kept nowhere, and what everybody may read.

use serde_json::json;

use super::{
    Failure::{FormInvalid, NotFound, RateLimited},
    Need::{AnyCaller, InSomeProject, Nobody},
    Operation,
    Permission::Write,
    Types, checked, get, ok, post,
};
use crate::openapi::schemas;

pub(super) fn all(of: &mut Types<'_>) -> Vec<Operation> {
    vec![
        get(
            "/v1/providers",
            "listProviders",
            "The table of providers: enough to render a form",
        )
        .needing(Nobody)
        .answering(ok("The providers.", schemas::list_of("Provider"))),
        get("/v1/openapi.json", "readDescription", "This document")
            .needing(Nobody)
            .answering(ok("OpenAPI 3.1.", json!({ "type": "object" }))),
        post(
            "/v1/validate",
            "validateForm",
            "Judge a form as the browser does",
        )
        .needing(AnyCaller)
        .taking(json!({ "anyOf": [schemas::named("ValidateRequest"), schemas::named("ConnectionForm")] }))
        .answering(ok("What was found.", schemas::named("Report"))),
        post(
            "/v1/check",
            "checkForm",
            "Try a connection that is kept nowhere",
        )
        .needing(InSomeProject(Write))
        .taking(schemas::named("CheckRequest"))
        .answering(checked(of))
        .failing(&[NotFound, FormInvalid, RateLimited]),
    ]
}
