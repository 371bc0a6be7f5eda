//! Operations on a project's settings, notices, and audit, and resealing.

use http::Method;

use super::{
    operation::Operation,
    parameter::{CURSOR, IF_MATCH_REQUIRED, LIMIT},
    response::{Schema, gone, ok, versioned},
    row::{Authorization, Counted, Need, RequestBody, Row},
};
use crate::{caller::Permission, problem::ProblemType::PreconditionFailed};

pub(super) static ROWS: &[Row] = &[
    Row {
        id: "readSettings",
        method: Method::GET,
        path: "/v1/projects/{project}/settings",
        summary: "What holds for all connections of a project",
        authorization: Authorization::Token(Need::InProject(Permission::Read), |path| {
            Some(Operation::ReadSettings {
                project: path.project()?,
            })
        }),
        parameters: &[],
        body: RequestBody::None,
        responses: &[versioned("The settings.", Schema::Named("Settings"))],
        failures: &[],
        asks_registry: false,
        counted: Counted::Nothing,
    },
    Row {
        id: "changeSettings",
        method: Method::PUT,
        path: "/v1/projects/{project}/settings",
        summary: "Change it",
        authorization: Authorization::Token(Need::InProject(Permission::Write), |path| {
            Some(Operation::ChangeSettings {
                project: path.project()?,
            })
        }),
        parameters: &[IF_MATCH_REQUIRED],
        body: RequestBody::Json(Schema::Named("SettingsRequest")),
        responses: &[versioned("They are changed.", Schema::Named("Settings"))],
        failures: &[PreconditionFailed],
        asks_registry: false,
        counted: Counted::Change,
    },
    Row {
        id: "readSettingsAudit",
        method: Method::GET,
        path: "/v1/projects/{project}/settings/audit",
        summary: "Who changed the settings, when, from where; the latest first",
        authorization: Authorization::Token(Need::InProject(Permission::Read), |path| {
            Some(Operation::ReadSettingsAudit {
                project: path.project()?,
            })
        }),
        parameters: &[LIMIT, CURSOR],
        body: RequestBody::None,
        responses: &[ok("The page.", Schema::Named("AuditEntryPage"))],
        failures: &[],
        asks_registry: false,
        counted: Counted::Nothing,
    },
    Row {
        id: "exportAudit",
        method: Method::GET,
        path: "/v1/projects/{project}/audit",
        summary: "All that was done or refused in a project, in order; `next` follows it",
        authorization: Authorization::Token(Need::InProject(Permission::Read), |path| {
            Some(Operation::ExportAudit {
                project: path.project()?,
            })
        }),
        parameters: &[LIMIT, CURSOR],
        body: RequestBody::None,
        responses: &[ok(
            "The page, and the end of the audit.",
            Schema::Named("AuditExport"),
        )],
        failures: &[],
        asks_registry: false,
        counted: Counted::Nothing,
    },
    Row {
        id: "readNotices",
        method: Method::GET,
        path: "/v1/projects/{project}/notices",
        summary: "Where a project is told by itself, and how that goes",
        authorization: Authorization::Token(Need::InProject(Permission::Read), |path| {
            Some(Operation::ReadNotices {
                project: path.project()?,
            })
        }),
        parameters: &[],
        body: RequestBody::None,
        responses: &[ok(
            "The address, without its secret.",
            Schema::Named("NoticeEndpoint"),
        )],
        failures: &[],
        asks_registry: false,
        counted: Counted::Nothing,
    },
    Row {
        id: "changeNotices",
        method: Method::PUT,
        path: "/v1/projects/{project}/notices",
        summary: "Have a project told by webhooks (Standard Webhooks); the secret is shown where it is new",
        authorization: Authorization::Token(Need::InProject(Permission::Write), |path| {
            Some(Operation::ChangeNotices {
                project: path.project()?,
            })
        }),
        parameters: &[],
        body: RequestBody::Json(Schema::Named("NoticesRequest")),
        responses: &[ok("It is told.", Schema::Named("ChangedNotices"))],
        failures: &[],
        asks_registry: false,
        counted: Counted::Change,
    },
    Row {
        id: "endNotices",
        method: Method::DELETE,
        path: "/v1/projects/{project}/notices",
        summary: "Tell a project nothing any more",
        authorization: Authorization::Token(Need::InProject(Permission::Write), |path| {
            Some(Operation::EndNotices {
                project: path.project()?,
            })
        }),
        parameters: &[],
        body: RequestBody::None,
        responses: &[gone("It is told nothing.")],
        failures: &[],
        asks_registry: false,
        counted: Counted::Change,
    },
    Row {
        id: "reseal",
        method: Method::POST,
        path: "/v1/admin/reseal",
        summary: "Reseal a page of the caller's connections with the first key; again with `next` until there is none",
        authorization: Authorization::Token(
            Need::InOwnOrAll(Permission::Admin, Permission::AdminOfAll),
            |_| Some(Operation::Reseal),
        ),
        parameters: &[LIMIT, CURSOR],
        body: RequestBody::None,
        responses: &[ok(
            "What was done, and how far it is.",
            Schema::Named("Resealing"),
        )],
        failures: &[],
        asks_registry: false,
        counted: Counted::Nothing,
    },
];
