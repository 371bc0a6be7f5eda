//! What scanners do, and what is to be scanned.

use bowline_store::{Page, Scan, Scanner};
use serde_json::json;

use super::{
    Failure::{LeaseLost, NotFound},
    Need::{InProject, InSomeProject},
    Operation,
    Permission::{Use, Write},
    Types, get, ok, post, success,
};
use crate::openapi::{
    parameters::{cursor, limit, query},
    schemas,
};

pub(super) fn all(of: &mut Types<'_>) -> Vec<Operation> {
    let scan = of.schema::<Scan>();
    let scans = of.schema::<Page<Scan>>();
    let scanner = of.schema::<Scanner>();
    vec![
        get(
            "/v1/projects/{project}/connections/{id}/scans",
            "listScans",
            "A page of a connection's scans, the newest first; what ended is kept for 30 days",
        )
        .with(query(
            "state",
            schemas::scan_state(),
            "Only those in this state.",
        ))
        .with(limit())
        .with(cursor())
        .answering(ok("The page.", scans)),
        post(
            "/v1/projects/{project}/connections/{id}/scans",
            "requestScans",
            "Queue images by name, whatever the policy says",
        )
        .needing(InProject(Write))
        .taking(schemas::named("ScansRequest"))
        .answering(success(
            202,
            "The scans, new or unfinished, and the images that are not queued.",
            schemas::named("RequestedScans"),
        )),
        post(
            "/v1/scans/lease",
            "leaseScans",
            "Take images to scan, each to nobody else until its deadline",
        )
        .needing(InSomeProject(Use))
        .taking(schemas::named("LeaseRequest"))
        .answering(ok(
            "The images, with what to pull them with. None where none waits for this scanner.",
            schemas::named("LeasedScans"),
        ))
        .failing(&[NotFound]),
        post(
            "/v1/scans/{id}/result",
            "finishScan",
            "Say how the scan of an image ended; who took it last may, as long as nobody else did since",
        )
        .needing(InSomeProject(Use))
        .taking(schemas::named("ScanResult"))
        .answering(ok("It is kept. An error queues the image again.", scan))
        .failing(&[NotFound, LeaseLost]),
        get(
            "/v1/projects/{project}/scanners",
            "listScanners",
            "The scanners that asked for images of the project within 30 days, by name",
        )
        .answering(ok(
            "The scanners.",
            schemas::items_of(json!({ "type": "array", "items": scanner })),
        )),
    ]
}
