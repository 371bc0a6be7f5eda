//! Operations that browse a connection's registry.

use http::Method;

use super::{
    operation::Operation,
    parameter::{REPOSITORY, text},
    response::{Schema, ok},
    row::{Authorization, Counted, Need, RequestBody, Row},
};
use crate::{
    caller::Permission,
    problem::ProblemType::{FormInvalid, ProviderUnknown},
};

pub(super) static ROWS: &[Row] = &[
    Row {
        id: "listRepositories",
        method: Method::GET,
        path: "/v1/projects/{project}/connections/{id}/repositories",
        summary: "The repositories that a connection reaches",
        authorization: Authorization::Token(Need::InProject(Permission::Read), |path| {
            Some(Operation::ListRepositories(path.connection()?))
        }),
        parameters: &[text("search", "A part of their names.")],
        body: RequestBody::None,
        responses: &[ok("The repositories.", Schema::Named("Listing"))],
        failures: &[ProviderUnknown],
        asks_registry: true,
        counted: Counted::RegistryRequest,
    },
    Row {
        id: "listTags",
        method: Method::GET,
        path: "/v1/projects/{project}/connections/{id}/repositories/{name}/tags",
        summary: "The tags of a repository; its name is one percent-encoded segment",
        authorization: Authorization::Token(Need::InProject(Permission::Read), |path| {
            Some(Operation::ListTags {
                connection: path.connection()?,
                repository: path.text("name")?,
            })
        }),
        parameters: &[],
        body: RequestBody::None,
        responses: &[ok("The tags.", Schema::Named("Listing"))],
        failures: &[ProviderUnknown],
        asks_registry: true,
        counted: Counted::RegistryRequest,
    },
    Row {
        id: "listTagsOf",
        method: Method::GET,
        path: "/v1/projects/{project}/connections/{id}/tags",
        summary: "The tags of a repository, named in the query",
        authorization: Authorization::Token(Need::InProject(Permission::Read), |path| {
            Some(Operation::ListTagsOf(path.connection()?))
        }),
        parameters: &[REPOSITORY],
        body: RequestBody::None,
        responses: &[ok("The tags.", Schema::Named("Listing"))],
        failures: &[ProviderUnknown],
        asks_registry: true,
        counted: Counted::RegistryRequest,
    },
    Row {
        id: "previewSelection",
        method: Method::POST,
        path: "/v1/projects/{project}/connections/{id}/selection",
        summary: "What a policy selects, before it is kept",
        authorization: Authorization::Token(Need::InProject(Permission::Read), |path| {
            Some(Operation::PreviewSelection(path.connection()?))
        }),
        parameters: &[],
        body: RequestBody::Json(Schema::Named("SelectionRequest")),
        responses: &[ok(
            "The images, and what decided.",
            Schema::Named("Selection"),
        )],
        failures: &[FormInvalid, ProviderUnknown],
        asks_registry: true,
        counted: Counted::RegistryRequest,
    },
];
