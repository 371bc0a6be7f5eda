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
        summary: "Get the settings for all connections of a project",
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
        summary: "Change the settings for all connections of a project",
        authorization: Authorization::Token(Need::InProject(Permission::Write), |path| {
            Some(Operation::ChangeSettings {
                project: path.project()?,
            })
        }),
        parameters: &[IF_MATCH_REQUIRED],
        body: RequestBody::Json(Schema::Named("SettingsRequest")),
        responses: &[versioned(
            "The settings were changed.",
            Schema::Named("Settings"),
        )],
        failures: &[PreconditionFailed],
        asks_registry: false,
        counted: Counted::Change,
    },
    Row {
        id: "readSettingsAudit",
        method: Method::GET,
        path: "/v1/projects/{project}/settings/audit",
        summary: "List who changed the settings, when, and from where, newest first",
        authorization: Authorization::Token(Need::InProject(Permission::Read), |path| {
            Some(Operation::ReadSettingsAudit {
                project: path.project()?,
            })
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
    Row {
        id: "exportAudit",
        method: Method::GET,
        path: "/v1/projects/{project}/audit",
        summary: "Export everything that was done or refused in a project, in order. Continue with `next`",
        authorization: Authorization::Token(Need::InProject(Permission::Read), |path| {
            Some(Operation::ExportAudit {
                project: path.project()?,
            })
        }),
        parameters: &[LIMIT, CURSOR],
        body: RequestBody::None,
        responses: &[ok(
            "The page, and the head of the audit.",
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
        summary: "Get where a project receives notices, and how delivery is going",
        authorization: Authorization::Token(Need::InProject(Permission::Read), |path| {
            Some(Operation::ReadNotices {
                project: path.project()?,
            })
        }),
        parameters: &[],
        body: RequestBody::None,
        responses: &[ok(
            "The webhook, without its secret.",
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
        summary: "Send a project's notices to a webhook (Standard Webhooks). A new secret is shown only once",
        authorization: Authorization::Token(Need::InProject(Permission::Write), |path| {
            Some(Operation::ChangeNotices {
                project: path.project()?,
            })
        }),
        parameters: &[],
        body: RequestBody::Json(Schema::Named("NoticesRequest")),
        responses: &[ok(
            "The webhook was saved.",
            Schema::Named("ChangedNotices"),
        )],
        failures: &[],
        asks_registry: false,
        counted: Counted::Change,
    },
    Row {
        id: "endNotices",
        method: Method::DELETE,
        path: "/v1/projects/{project}/notices",
        summary: "Turn off a project's notices",
        authorization: Authorization::Token(Need::InProject(Permission::Write), |path| {
            Some(Operation::EndNotices {
                project: path.project()?,
            })
        }),
        parameters: &[],
        body: RequestBody::None,
        responses: &[gone("The notices are off.")],
        failures: &[],
        asks_registry: false,
        counted: Counted::Change,
    },
    Row {
        id: "reseal",
        method: Method::POST,
        path: "/v1/admin/reseal",
        summary: "Reseal a page of the caller's connections with the first key. Repeat with `next` until there is none",
        authorization: Authorization::Token(
            Need::InOwnOrAll(Permission::Admin, Permission::AdminOfAll),
            |_| Some(Operation::Reseal),
        ),
        parameters: &[LIMIT, CURSOR],
        body: RequestBody::None,
        responses: &[ok(
            "What was done, and how far it got.",
            Schema::Named("Resealing"),
        )],
        failures: &[],
        asks_registry: false,
        counted: Counted::Nothing,
    },
];
