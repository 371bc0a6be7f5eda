//! Validation and checks of forms, and public routes.

use http::Method;

use super::{
    operation::{Operation, PublicOperation},
    response::{CHECKED, Schema, ok},
    row::{Authorization, Counted, Need, RequestBody, Row},
};
use crate::{
    caller::Permission,
    problem::ProblemType::{FormInvalid, Internal, NotFound, RateLimited, StoreBusy},
};

pub(super) static ROWS: &[Row] = &[
    Row {
        id: "listProviders",
        method: Method::GET,
        path: "/v1/providers",
        summary: "List the providers, with everything that a form needs",
        authorization: Authorization::Public(|_| Some(PublicOperation::ListProviders)),
        parameters: &[],
        body: RequestBody::None,
        responses: &[ok("The providers.", Schema::ListOf("Provider"))],
        failures: &[],
        asks_registry: false,
        counted: Counted::Nothing,
    },
    Row {
        id: "readDescription",
        method: Method::GET,
        path: "/v1/openapi.json",
        summary: "Get this document",
        authorization: Authorization::Public(|_| Some(PublicOperation::ReadDescription)),
        parameters: &[],
        body: RequestBody::None,
        responses: &[ok("OpenAPI 3.1.", Schema::Object)],
        failures: &[],
        asks_registry: false,
        counted: Counted::Nothing,
    },
    Row {
        id: "readHealth",
        method: Method::GET,
        path: "/v1/health",
        summary: "Check that the variables are valid, the database responds, and its schema is current",
        authorization: Authorization::Public(|_| Some(PublicOperation::ReadHealth)),
        parameters: &[],
        body: RequestBody::None,
        responses: &[ok("The service is healthy.", Schema::Named("Health"))],
        failures: &[StoreBusy, Internal],
        asks_registry: false,
        counted: Counted::Nothing,
    },
    Row {
        id: "readService",
        method: Method::GET,
        path: "/v1/service",
        summary: "Get what a form shows about this service before the first test",
        authorization: Authorization::Token(Need::Nothing, |_| Some(Operation::ReadService)),
        parameters: &[],
        body: RequestBody::None,
        responses: &[ok("The service's facts.", Schema::Named("ServiceFacts"))],
        failures: &[],
        asks_registry: false,
        counted: Counted::Nothing,
    },
    Row {
        id: "validateForm",
        method: Method::POST,
        path: "/v1/validate",
        summary: "Validate a form as the browser does",
        authorization: Authorization::Token(Need::Nothing, |_| Some(Operation::ValidateForm)),
        parameters: &[],
        body: RequestBody::Json(Schema::OneOf(&["ValidateRequest", "ConnectionForm"])),
        responses: &[ok("The findings.", Schema::Named("Report"))],
        failures: &[RateLimited],
        asks_registry: false,
        counted: Counted::Nothing,
    },
    Row {
        id: "checkForm",
        method: Method::POST,
        path: "/v1/check",
        summary: "Check a connection without saving it",
        authorization: Authorization::Token(Need::InSomeProject(Permission::Write), |_| {
            Some(Operation::CheckForm)
        }),
        parameters: &[],
        body: RequestBody::Json(Schema::Named("CheckRequest")),
        responses: &[CHECKED],
        failures: &[NotFound, FormInvalid],
        asks_registry: false,
        counted: Counted::RegistryRequest,
    },
];
