//! Operations of scans and scanners.

use http::Method;

use super::{
    operation::Operation,
    parameter::{CURSOR, LIMIT, state},
    response::{Schema, ok, success},
    row::{Authorization, Counted, Need, RequestBody, Row},
};
use crate::{
    caller::Permission,
    problem::ProblemType::{LeaseLost, NotFound, ProviderUnknown},
};

pub(super) static ROWS: &[Row] = &[
    Row {
        id: "listScans",
        method: Method::GET,
        path: "/v1/projects/{project}/connections/{id}/scans",
        summary: "List a connection's scans, newest first. Finished scans are kept for 30 days",
        authorization: Authorization::Token(Need::InProject(Permission::Read), |path| {
            Some(Operation::ListScans(path.connection()?))
        }),
        parameters: &[
            state(
                &["queued", "leased", "passed", "failed", "set-aside"],
                "queued, leased, passed, failed, or set-aside",
            ),
            LIMIT,
            CURSOR,
        ],
        body: RequestBody::None,
        responses: &[ok("A page of scans.", Schema::Named("ScanPage"))],
        failures: &[],
        asks_registry: false,
        counted: Counted::Nothing,
    },
    Row {
        id: "requestScans",
        method: Method::POST,
        path: "/v1/projects/{project}/connections/{id}/scans",
        summary: "Queue images by name, whatever the policy says",
        authorization: Authorization::Token(Need::InProject(Permission::Write), |path| {
            Some(Operation::RequestScans(path.connection()?))
        }),
        parameters: &[],
        body: RequestBody::Json(Schema::Named("ScansRequest")),
        responses: &[success(
            202,
            "The new and unfinished scans, and the images that were not queued.",
            Schema::Named("RequestedScans"),
        )],
        failures: &[ProviderUnknown],
        asks_registry: false,
        counted: Counted::RegistryRequest,
    },
    Row {
        id: "leaseScans",
        method: Method::POST,
        path: "/v1/scans/lease",
        summary: "Lease images to scan. Nobody else gets them until the deadline",
        authorization: Authorization::Token(Need::InSomeProject(Permission::Use), |_| {
            Some(Operation::LeaseScans)
        }),
        parameters: &[],
        body: RequestBody::Json(Schema::Named("LeaseRequest")),
        responses: &[ok(
            "The images, with their pull credentials. The list is empty if no image is waiting for this scanner.",
            Schema::Named("LeasedScans"),
        )],
        failures: &[NotFound],
        asks_registry: false,
        counted: Counted::Nothing,
    },
    Row {
        id: "finishScan",
        method: Method::POST,
        path: "/v1/scans/{id}/result",
        summary: "Report how the scan of an image ended. Only the last scanner that leased the image can do this",
        authorization: Authorization::Token(Need::InSomeProject(Permission::Use), |path| {
            Some(Operation::FinishScan {
                scan: path.text("id")?,
            })
        }),
        parameters: &[],
        body: RequestBody::Json(Schema::Named("ScanResult")),
        responses: &[ok(
            "The result was saved. An error queues the image again.",
            Schema::Named("Scan"),
        )],
        failures: &[NotFound, LeaseLost],
        asks_registry: false,
        counted: Counted::Nothing,
    },
    Row {
        id: "listScanners",
        method: Method::GET,
        path: "/v1/projects/{project}/scanners",
        summary: "List the scanners that asked for the project's images within 30 days, by name",
        authorization: Authorization::Token(Need::InProject(Permission::Read), |path| {
            Some(Operation::ListScanners {
                project: path.project()?,
            })
        }),
        parameters: &[],
        body: RequestBody::None,
        responses: &[ok("The scanners.", Schema::ItemsOf("Scanner"))],
        failures: &[],
        asks_registry: false,
        counted: Counted::Nothing,
    },
];
