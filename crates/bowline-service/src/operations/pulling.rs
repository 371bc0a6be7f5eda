//! Operations that return credentials for jobs.

use http::Method;

use super::{
    operation::Operation,
    parameter::{FORMAT, IMAGE},
    response::{HANDED_OUT, Schema, versioned},
    row::{Authorization, Counted, Need, RequestBody, Row},
};
use crate::{caller::Permission, problem::ProblemType::ProviderUnknown};

pub(super) static ROWS: &[Row] = &[
    Row {
        id: "handOut",
        method: Method::GET,
        path: "/v1/projects/{project}/connections/{id}/dockerconfig",
        summary: "Get pull credentials for a job",
        authorization: Authorization::Token(Need::InProject(Permission::Use), |path| {
            Some(Operation::HandOut(path.connection()?))
        }),
        parameters: &[FORMAT],
        body: RequestBody::None,
        responses: &[HANDED_OUT],
        failures: &[ProviderUnknown],
        asks_registry: true,
        counted: Counted::RegistryRequest,
    },
    Row {
        id: "handOutForImage",
        method: Method::GET,
        path: "/v1/projects/{project}/dockerconfig",
        summary: "Get pull credentials for an image",
        authorization: Authorization::Token(Need::InProject(Permission::Use), |path| {
            Some(Operation::HandOutForImage {
                project: path.project()?,
            })
        }),
        parameters: &[IMAGE, FORMAT],
        body: RequestBody::None,
        responses: &[HANDED_OUT],
        failures: &[ProviderUnknown],
        asks_registry: true,
        counted: Counted::RegistryRequest,
    },
    Row {
        id: "resolveImage",
        method: Method::GET,
        path: "/v1/projects/{project}/resolve",
        summary: "Find the connection for an image",
        authorization: Authorization::Token(Need::InProject(Permission::Read), |path| {
            Some(Operation::ResolveImage {
                project: path.project()?,
            })
        }),
        parameters: &[IMAGE],
        body: RequestBody::None,
        responses: &[versioned("The connection.", Schema::Named("Connection"))],
        failures: &[],
        asks_registry: false,
        counted: Counted::Nothing,
    },
];
