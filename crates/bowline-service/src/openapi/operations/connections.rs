//! Connections, what uses them, and what was done with them.

use bowline_store::{AuditEntry, Connection, Page, Use};
use http::Method;
use serde_json::json;

use super::{
    ETAG,
    Failure::{
        CheckFailed, ConnectionInUse, EndpointImmutable, EndpointTaken, EndpointUnresolved,
        FormInvalid, NameTaken, PreconditionFailed, PreconditionRequired, RateLimited, UsesTooMany,
    },
    Need::InProject,
    Operation,
    Permission::{self, Delete, Read, Write},
    Types, checked, get, gone, ok, operation, post, success,
};
use crate::openapi::{
    parameters::{cursor, if_match, limit, query, verify},
    schemas,
};

pub(super) fn all(of: &mut Types<'_>) -> Vec<Operation> {
    vec![
        get(
            "/v1/projects/{project}/connections",
            "listConnections",
            "A page of the project's connections, by name",
        )
        .with(query(
            "search",
            schemas::text(),
            "A part of name, host or provider's title.",
        ))
        .with(query("provider", schemas::text(), "A provider's id."))
        .with(query(
            "expiring",
            schemas::days_or_time(),
            "Only those whose credentials end within so many days, or by then.",
        ))
        .with(query(
            "unused",
            schemas::days_or_time(),
            "Only those that nobody was given within so many days, or since then.",
        ))
        .with(limit())
        .with(cursor())
        .answering(ok("The page.", of.schema::<Page<Connection>>())),
        post(
            "/v1/projects/{project}/connections",
            "createConnection",
            "Keep a connection",
        )
        .needing(InProject(Write))
        .with(verify())
        .taking(schemas::named("ConnectionForm"))
        .answering(
            success(201, "It is kept.", schemas::named("SavedConnection"))
                .header(ETAG)
                .header(("Location", "Where it is read.")),
        )
        .failing(&[
            FormInvalid,
            CheckFailed,
            EndpointUnresolved,
            NameTaken,
            EndpointTaken,
            RateLimited,
        ])
        .asking(),
        get(
            "/v1/projects/{project}/connections/{id}",
            "readConnection",
            "A connection, without its secrets",
        )
        .answering(ok("The connection.", of.schema::<Connection>()).header(ETAG)),
        operation(
            Method::PATCH,
            "/v1/projects/{project}/connections/{id}",
            "editConnection",
            "Rename, describe or re-policy a connection",
        )
        .needing(InProject(Write))
        .with(if_match(true))
        .taking(schemas::named("EditRequest"))
        .answering(ok("It is changed.", schemas::named("SavedConnection")).header(ETAG))
        .failing(&[
            FormInvalid,
            NameTaken,
            PreconditionRequired,
            PreconditionFailed,
        ]),
        operation(
            Method::DELETE,
            "/v1/projects/{project}/connections/{id}",
            "deleteConnection",
            "Remove a connection and erase its secrets",
        )
        .needing(InProject(Delete))
        .with(query(
            "force",
            json!({ "type": "boolean" }),
            "Also where something uses it.",
        ))
        .answering(gone("It is removed."))
        .failing(&[ConnectionInUse]),
        operation(
            Method::PUT,
            "/v1/projects/{project}/connections/{id}/credentials",
            "replaceCredentials",
            "Replace what a connection logs in with, all secrets anew",
        )
        .needing(InProject(Write))
        .with(verify())
        .with(if_match(false))
        .taking(schemas::named("NewCredentials"))
        .answering(ok("They are replaced.", schemas::named("SavedConnection")).header(ETAG))
        .failing(&[
            FormInvalid,
            CheckFailed,
            EndpointImmutable,
            PreconditionFailed,
            RateLimited,
        ]),
        post(
            "/v1/projects/{project}/connections/{id}/check",
            "checkConnection",
            "Try a kept connection, and keep how it went",
        )
        .needing(InProject(Read))
        .taking_at_will(schemas::named("StoredCheckRequest"))
        .answering(checked(of))
        .failing(&[FormInvalid, RateLimited]),
        operation(
            Method::PUT,
            "/v1/projects/{project}/connections/{id}/uses/{consumer}",
            "declareUse",
            "Say that something uses a connection, until it lapses",
        )
        .needing(InProject(Permission::Use))
        .taking(schemas::named("UseRequest"))
        .answering(ok("It is kept.", of.schema::<Use>()))
        .failing(&[UsesTooMany]),
        operation(
            Method::DELETE,
            "/v1/projects/{project}/connections/{id}/uses/{consumer}",
            "endUse",
            "Say that it does no more",
        )
        .needing(InProject(Permission::Use))
        .answering(gone("It is ended.")),
        get(
            "/v1/projects/{project}/connections/{id}/audit",
            "readAudit",
            "Who did what, when, from where; the latest first",
        )
        .with(limit())
        .with(cursor())
        .answering(ok("The page.", of.schema::<Page<AuditEntry>>())),
    ]
}
