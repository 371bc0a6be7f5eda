//! What registries announce.

use http::Method;
use serde_json::json;

use super::{
    Failure::{NotFound, RateLimited},
    Need::{InProject, Nobody},
    Operation,
    Permission::Write,
    get, gone, ok, operation, post, success,
};
use crate::openapi::schemas;

pub(super) fn all() -> Vec<Operation> {
    vec![
        get(
            "/v1/projects/{project}/connections/{id}/events",
            "readEventAddress",
            "Where a connection's registry announces pushes and removals",
        )
        .answering(ok(
            "The address, without its secret.",
            schemas::named("EventAddress"),
        )),
        post(
            "/v1/projects/{project}/connections/{id}/events",
            "renewEventSecret",
            "Give the address a new secret, which is shown this once",
        )
        .needing(InProject(Write))
        .answering(ok(
            "The address: with `authorization`, or with the secret at the end of `url`.",
            schemas::named("EventAddress"),
        )),
        operation(
            Method::DELETE,
            "/v1/projects/{project}/connections/{id}/events",
            "endEvents",
            "Take nothing more at the address",
        )
        .needing(InProject(Write))
        .answering(gone("Its secret lets nobody in.")),
        received(
            "/v1/events/{id}",
            "receiveEvents",
            "What a registry announces, with the address's secret in a header: `Authorization`, `X-GitLab-Token` or \
             `X-JFrog-Event-Auth`",
        ),
        received(
            "/v1/events/{id}/{secret}",
            "receiveEventsOfPath",
            "What a registry announces that can send no header",
        ),
    ]
}

/// A notification in any vendor's format, and in any media type.
fn received(path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    post(path, id, summary)
        .needing(Nobody)
        .taking(json!({}))
        .answering(success(
            202,
            "How much of it is seen to.",
            schemas::named("ReceivedEvents"),
        ))
        .failing(&[NotFound, RateLimited])
}
