//! Connections, their uses, and their audit.

use http::Method;

use super::{
    operation::Operation,
    parameter::{CURSOR, FORCE, IF_MATCH, IF_MATCH_REQUIRED, LIMIT, VERIFY, days_or_time, text},
    response::{CHECKED, ETAG, Response, ResponseHeader, Schema, gone, ok, success, versioned},
    row::{Authorization, Counted, Need, RequestBody, Row},
};
use crate::{
    caller::Permission,
    problem::ProblemType::{
        CheckFailed, ConnectionInUse, EndpointImmutable, EndpointTaken, EndpointUnresolved,
        FormInvalid, NameTaken, PreconditionFailed, ProviderUnknown, QuotaExceeded, RateLimited,
        UsesTooMany,
    },
};

const LOCATION: ResponseHeader = ResponseHeader {
    name: "Location",
    description: "The connection's path.",
};

pub(super) static ROWS: &[Row] = &[
    Row {
        id: "listConnections",
        method: Method::GET,
        path: "/v1/projects/{project}/connections",
        summary: "List the project's connections by name",
        authorization: Authorization::Token(Need::InProject(Permission::Read), |path| {
            Some(Operation::ListConnections {
                project: path.project()?,
            })
        }),
        parameters: &[
            text(
                "search",
                "Part of the name, the host with its port, or the provider's ID or title.",
            ),
            text("provider", "A provider's ID."),
            days_or_time(
                "expiring",
                "Only connections whose credentials expire within this many days, or by this time.",
            ),
            days_or_time(
                "unused",
                "Only connections whose credentials nobody received within this many days, or since this time.",
            ),
            LIMIT,
            CURSOR,
        ],
        body: RequestBody::None,
        responses: &[ok(
            "A page of connections.",
            Schema::Named("ConnectionPage"),
        )],
        failures: &[],
        asks_registry: false,
        counted: Counted::Nothing,
    },
    Row {
        id: "createConnection",
        method: Method::POST,
        path: "/v1/projects/{project}/connections",
        summary: "Create a connection",
        authorization: Authorization::Token(Need::InProject(Permission::Write), |path| {
            Some(Operation::CreateConnection {
                project: path.project()?,
            })
        }),
        parameters: &[VERIFY],
        body: RequestBody::Json(Schema::Named("ConnectionForm")),
        responses: &[Response {
            headers: &[ETAG, LOCATION],
            ..success(
                201,
                "The connection was created.",
                Schema::Named("SavedConnection"),
            )
        }],
        failures: &[
            FormInvalid,
            CheckFailed,
            EndpointUnresolved,
            NameTaken,
            EndpointTaken,
            QuotaExceeded,
            RateLimited,
        ],
        asks_registry: true,
        counted: Counted::Change,
    },
    Row {
        id: "readConnection",
        method: Method::GET,
        path: "/v1/projects/{project}/connections/{id}",
        summary: "Get a connection, without its secrets",
        authorization: Authorization::Token(Need::InProject(Permission::Read), |path| {
            Some(Operation::ReadConnection(path.connection()?))
        }),
        parameters: &[],
        body: RequestBody::None,
        responses: &[versioned("The connection.", Schema::Named("Connection"))],
        failures: &[],
        asks_registry: false,
        counted: Counted::Nothing,
    },
    Row {
        id: "editConnection",
        method: Method::PATCH,
        path: "/v1/projects/{project}/connections/{id}",
        summary: "Change a connection's name, description, or policy",
        authorization: Authorization::Token(Need::InProject(Permission::Write), |path| {
            Some(Operation::EditConnection(path.connection()?))
        }),
        parameters: &[IF_MATCH_REQUIRED],
        body: RequestBody::Json(Schema::Named("EditRequest")),
        responses: &[versioned(
            "The connection was changed.",
            Schema::Named("SavedConnection"),
        )],
        failures: &[FormInvalid, NameTaken, PreconditionFailed, QuotaExceeded],
        asks_registry: false,
        counted: Counted::Change,
    },
    Row {
        id: "deleteConnection",
        method: Method::DELETE,
        path: "/v1/projects/{project}/connections/{id}",
        summary: "Delete a connection and erase its secrets",
        authorization: Authorization::Token(Need::InProject(Permission::Delete), |path| {
            Some(Operation::DeleteConnection(path.connection()?))
        }),
        parameters: &[FORCE],
        body: RequestBody::None,
        responses: &[gone("The connection was deleted.")],
        failures: &[ConnectionInUse],
        asks_registry: false,
        counted: Counted::Change,
    },
    Row {
        id: "replaceCredentials",
        method: Method::PUT,
        path: "/v1/projects/{project}/connections/{id}/credentials",
        summary: "Replace a connection's credentials, including all secrets",
        authorization: Authorization::Token(Need::InProject(Permission::Write), |path| {
            Some(Operation::ReplaceCredentials(path.connection()?))
        }),
        parameters: &[VERIFY, IF_MATCH],
        body: RequestBody::Json(Schema::Named("NewCredentials")),
        responses: &[versioned(
            "The credentials were replaced.",
            Schema::Named("SavedConnection"),
        )],
        failures: &[
            FormInvalid,
            CheckFailed,
            EndpointImmutable,
            PreconditionFailed,
            RateLimited,
        ],
        asks_registry: false,
        counted: Counted::Change,
    },
    Row {
        id: "checkConnection",
        method: Method::POST,
        path: "/v1/projects/{project}/connections/{id}/check",
        summary: "Check a stored connection and save the outcome",
        authorization: Authorization::Token(Need::InProject(Permission::Read), |path| {
            Some(Operation::CheckConnection(path.connection()?))
        }),
        parameters: &[],
        body: RequestBody::OptionalJson(Schema::Named("StoredCheckRequest")),
        responses: &[CHECKED],
        failures: &[FormInvalid, ProviderUnknown],
        asks_registry: false,
        counted: Counted::RegistryRequest,
    },
    Row {
        id: "declareUse",
        method: Method::PUT,
        path: "/v1/projects/{project}/connections/{id}/uses/{consumer}",
        summary: "Declare that something uses a connection, until a given time",
        authorization: Authorization::Token(Need::InProject(Permission::Use), |path| {
            Some(Operation::DeclareUse {
                connection: path.connection()?,
                consumer: path.text("consumer")?,
            })
        }),
        parameters: &[],
        body: RequestBody::Json(Schema::Named("UseRequest")),
        responses: &[ok("The use was saved.", Schema::Named("Use"))],
        failures: &[UsesTooMany],
        asks_registry: false,
        counted: Counted::Change,
    },
    Row {
        id: "endUse",
        method: Method::DELETE,
        path: "/v1/projects/{project}/connections/{id}/uses/{consumer}",
        summary: "End a declared use of a connection",
        authorization: Authorization::Token(Need::InProject(Permission::Use), |path| {
            Some(Operation::EndUse {
                connection: path.connection()?,
                consumer: path.text("consumer")?,
            })
        }),
        parameters: &[],
        body: RequestBody::None,
        responses: &[gone("The use has ended.")],
        failures: &[],
        asks_registry: false,
        counted: Counted::Change,
    },
    Row {
        id: "readAudit",
        method: Method::GET,
        path: "/v1/projects/{project}/connections/{id}/audit",
        summary: "List who did what, when, and from where, newest first",
        authorization: Authorization::Token(Need::InProject(Permission::Read), |path| {
            Some(Operation::ReadAudit(path.connection()?))
        }),
        parameters: &[LIMIT, CURSOR],
        body: RequestBody::None,
        responses: &[ok(
            "A page of audit entries.",
            Schema::Named("AuditEntryPage"),
        )],
        failures: &[],
        asks_registry: false,
        counted: Counted::Nothing,
    },
];
