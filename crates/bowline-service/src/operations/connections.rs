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
    description: "Where it is read.",
};

pub(super) static ROWS: &[Row] = &[
    Row {
        id: "listConnections",
        method: Method::GET,
        path: "/v1/projects/{project}/connections",
        summary: "A page of the project's connections, by name",
        authorization: Authorization::Token(Need::InProject(Permission::Read), |path| {
            Some(Operation::ListConnections {
                project: path.project()?,
            })
        }),
        parameters: &[
            text(
                "search",
                "A part of name, host with port, or the provider's id or title.",
            ),
            text("provider", "A provider's id."),
            days_or_time(
                "expiring",
                "Only those whose credentials end within so many days, or by then.",
            ),
            days_or_time(
                "unused",
                "Only those that nobody was given within so many days, or since then.",
            ),
            LIMIT,
            CURSOR,
        ],
        body: RequestBody::None,
        responses: &[ok("The page.", Schema::Named("ConnectionPage"))],
        failures: &[],
        asks_registry: false,
        counted: Counted::Nothing,
    },
    Row {
        id: "createConnection",
        method: Method::POST,
        path: "/v1/projects/{project}/connections",
        summary: "Keep a connection",
        authorization: Authorization::Token(Need::InProject(Permission::Write), |path| {
            Some(Operation::CreateConnection {
                project: path.project()?,
            })
        }),
        parameters: &[VERIFY],
        body: RequestBody::Json(Schema::Named("ConnectionForm")),
        responses: &[Response {
            headers: &[ETAG, LOCATION],
            ..success(201, "It is kept.", Schema::Named("SavedConnection"))
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
        summary: "A connection, without its secrets",
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
        summary: "Rename, describe or re-policy a connection",
        authorization: Authorization::Token(Need::InProject(Permission::Write), |path| {
            Some(Operation::EditConnection(path.connection()?))
        }),
        parameters: &[IF_MATCH_REQUIRED],
        body: RequestBody::Json(Schema::Named("EditRequest")),
        responses: &[versioned(
            "It is changed.",
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
        summary: "Remove a connection and erase its secrets",
        authorization: Authorization::Token(Need::InProject(Permission::Delete), |path| {
            Some(Operation::DeleteConnection(path.connection()?))
        }),
        parameters: &[FORCE],
        body: RequestBody::None,
        responses: &[gone("It is removed.")],
        failures: &[ConnectionInUse],
        asks_registry: false,
        counted: Counted::Change,
    },
    Row {
        id: "replaceCredentials",
        method: Method::PUT,
        path: "/v1/projects/{project}/connections/{id}/credentials",
        summary: "Replace what a connection logs in with, all secrets anew",
        authorization: Authorization::Token(Need::InProject(Permission::Write), |path| {
            Some(Operation::ReplaceCredentials(path.connection()?))
        }),
        parameters: &[VERIFY, IF_MATCH],
        body: RequestBody::Json(Schema::Named("NewCredentials")),
        responses: &[versioned(
            "They are replaced.",
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
        summary: "Try a kept connection, and keep how it went",
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
        summary: "Say that something uses a connection, until it lapses",
        authorization: Authorization::Token(Need::InProject(Permission::Use), |path| {
            Some(Operation::DeclareUse {
                connection: path.connection()?,
                consumer: path.text("consumer")?,
            })
        }),
        parameters: &[],
        body: RequestBody::Json(Schema::Named("UseRequest")),
        responses: &[ok("It is kept.", Schema::Named("Use"))],
        failures: &[UsesTooMany],
        asks_registry: false,
        counted: Counted::Change,
    },
    Row {
        id: "endUse",
        method: Method::DELETE,
        path: "/v1/projects/{project}/connections/{id}/uses/{consumer}",
        summary: "Say that it does no more",
        authorization: Authorization::Token(Need::InProject(Permission::Use), |path| {
            Some(Operation::EndUse {
                connection: path.connection()?,
                consumer: path.text("consumer")?,
            })
        }),
        parameters: &[],
        body: RequestBody::None,
        responses: &[gone("It is ended.")],
        failures: &[],
        asks_registry: false,
        counted: Counted::Change,
    },
    Row {
        id: "readAudit",
        method: Method::GET,
        path: "/v1/projects/{project}/connections/{id}/audit",
        summary: "Who did what, when, from where; the latest first",
        authorization: Authorization::Token(Need::InProject(Permission::Read), |path| {
            Some(Operation::ReadAudit(path.connection()?))
        }),
        parameters: &[LIMIT, CURSOR],
        body: RequestBody::None,
        responses: &[ok("The page.", Schema::Named("AuditEntryPage"))],
        failures: &[],
        asks_registry: false,
        counted: Counted::Nothing,
    },
];
