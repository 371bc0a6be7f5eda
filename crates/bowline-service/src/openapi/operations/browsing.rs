//! What a connection's registry has, asked for now.

use super::{Failure::FormInvalid, Need::InProject, Operation, Permission::Read, get, ok, post};
use crate::openapi::{
    parameters::{query, required},
    schemas,
};

pub(super) fn all() -> Vec<Operation> {
    vec![
        get(
            "/v1/projects/{project}/connections/{id}/repositories",
            "listRepositories",
            "The repositories that a connection reaches",
        )
        .with(query("search", schemas::text(), "A part of their names."))
        .answering(ok("The repositories.", schemas::named("Listing")))
        .asking(),
        get(
            "/v1/projects/{project}/connections/{id}/repositories/{name}/tags",
            "listTags",
            "The tags of a repository; its name is one percent-encoded segment",
        )
        .answering(ok("The tags.", schemas::named("Listing")))
        .asking(),
        get(
            "/v1/projects/{project}/connections/{id}/tags",
            "listTagsOf",
            "The tags of a repository, named in the query",
        )
        .with(required(query(
            "repository",
            schemas::text(),
            "The repository.",
        )))
        .answering(ok("The tags.", schemas::named("Listing")))
        .asking(),
        post(
            "/v1/projects/{project}/connections/{id}/selection",
            "previewSelection",
            "What a policy selects, before it is kept",
        )
        .needing(InProject(Read))
        .taking(schemas::named("SelectionRequest"))
        .answering(ok(
            "The images, and what decided.",
            schemas::named("Selection"),
        ))
        .failing(&[FormInvalid])
        .asking(),
    ]
}
