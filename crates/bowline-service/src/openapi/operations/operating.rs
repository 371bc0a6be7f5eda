//! What holds for a project, or for all of them.

use bowline_store::{AuditEntry, Page, Resealing, Settings};
use http::Method;

use super::{
    ETAG,
    Failure::{PreconditionFailed, PreconditionRequired},
    Need::{Anywhere, InProject},
    Operation,
    Permission::{self, Write},
    Types, get, ok, operation, post,
};
use crate::openapi::{
    parameters::{cursor, if_match, limit},
    schemas,
};

pub(super) fn all(of: &mut Types<'_>) -> Vec<Operation> {
    vec![
        get(
            "/v1/projects/{project}/settings",
            "readSettings",
            "What holds for all connections of a project",
        )
        .answering(ok("The settings.", of.schema::<Settings>()).header(ETAG)),
        operation(
            Method::PUT,
            "/v1/projects/{project}/settings",
            "changeSettings",
            "Change it",
        )
        .needing(InProject(Write))
        .with(if_match(true))
        .taking(schemas::named("SettingsRequest"))
        .answering(ok("They are changed.", of.schema::<Settings>()).header(ETAG))
        .failing(&[PreconditionRequired, PreconditionFailed]),
        get(
            "/v1/projects/{project}/settings/audit",
            "readSettingsAudit",
            "Who changed the settings, when, from where; the latest first",
        )
        .with(limit())
        .with(cursor())
        .answering(ok("The page.", of.schema::<Page<AuditEntry>>())),
        post(
            "/v1/admin/reseal",
            "reseal",
            "Reseal a page of all connections with the first key; again with `next` until there is none",
        )
        .needing(Anywhere(Permission::Admin))
        .with(limit())
        .with(cursor())
        .answering(ok("What was done, and how far it is.", of.schema::<Resealing>())),
    ]
}
