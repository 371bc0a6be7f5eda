//! What jobs pull with.

use bowline_store::Connection;
use serde_json::json;

use super::{ETAG, Need::InProject, Operation, Permission::Use, Success, Types, get, ok};
use crate::openapi::{
    parameters::{format, image},
    schemas,
};

pub(super) fn all(of: &mut Types<'_>) -> Vec<Operation> {
    vec![
        get(
            "/v1/projects/{project}/connections/{id}/dockerconfig",
            "handOut",
            "What a job pulls with",
        )
        .needing(InProject(Use))
        .with(format())
        .answering(handed_out())
        .asking(),
        get(
            "/v1/projects/{project}/dockerconfig",
            "handOutForImage",
            "What a job pulls an image with",
        )
        .needing(InProject(Use))
        .with(image())
        .with(format())
        .answering(handed_out())
        .asking(),
        get(
            "/v1/projects/{project}/resolve",
            "resolveImage",
            "The connection that an image is pulled with",
        )
        .with(image())
        .answering(ok("The connection.", of.schema::<Connection>()).header(ETAG)),
    ]
}

fn handed_out() -> Success {
    let schema =
        json!({ "anyOf": [schemas::named("DockerConfig"), schemas::named("KubernetesSecret")] });
    let expires = (
        "Bowline-Expires-At",
        "When the password ends, where that is known.",
    );
    ok("The file, as `format` asks for it.", schema).header(expires)
}
