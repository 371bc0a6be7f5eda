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
        summary: "List the repositories of a connection",
        authorization: Authorization::Token(Need::InProject(Permission::Read), |path| {
            Some(Operation::ListRepositories(path.connection()?))
        }),
        parameters: &[text("search", "Part of the repository's name.")],
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
        summary: "List the tags of a repository. Its name is one percent-encoded path segment",
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
        summary: "List the tags of a repository that the query names",
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
        summary: "Preview what a policy selects",
        authorization: Authorization::Token(Need::InProject(Permission::Read), |path| {
            Some(Operation::PreviewSelection(path.connection()?))
        }),
        parameters: &[],
        body: RequestBody::Json(Schema::Named("SelectionRequest")),
        responses: &[ok(
            "The images, and which rule decided for each.",
            Schema::Named("Selection"),
        )],
        failures: &[FormInvalid, ProviderUnknown],
        asks_registry: true,
        counted: Counted::RegistryRequest,
    },
];
