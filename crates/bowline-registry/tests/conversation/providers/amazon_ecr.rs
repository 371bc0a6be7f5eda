//! Amazon ECR: Basic with the user AWS, errors in plain text, layers on another host.

use super::{Case, Expected::Problem, Expected::Pulled, case, fake::*};
use crate::{
    double::Reply,
    registry::{CONFIG, PASSWORD, digest},
};
use bowline_registry::Code;

const API: &str = "https://123456789012.dkr.ecr.eu-west-1.amazonaws.com";
const LAYERS: &str = "https://layers.s3.eu-west-1.amazonaws.com/config?signature=x";

/// A registry that takes this password.
pub fn fake() -> Fake {
    let blob = format!("GET {API}/v2/team/app/blobs/{}", digest(CONFIG));
    let not_authorized = Reply::status(401)
        .with("content-type", "text/plain; charset=utf-8")
        .text("Not Authorized\n");
    Fake::new(&[API])
        .on(
            blob,
            basic("AWS", PASSWORD),
            Reply::status(307).with("location", LAYERS),
        )
        .on(
            format!("GET {LAYERS}"),
            Nobody,
            Reply::status(200).text(CONFIG),
        )
        .serves(API, basic("AWS", PASSWORD))
        .on(
            format!("GET {API}/v2/*"),
            Nobody,
            challenge(format!(
                r#"Basic realm="{API}/",service="ecr.amazonaws.com""#
            )),
        )
        .on(
            format!("GET {API}/v2/secret/*"),
            basic("AWS", PASSWORD),
            error(403, "DENIED"),
        )
        .on(
            format!("GET {API}/v2/*"),
            basic("AWS", PASSWORD),
            error(404, "NAME_UNKNOWN"),
        )
        .on(format!("GET {API}/v2/*"), Anyone, not_authorized)
}

pub fn cases() -> Vec<Case> {
    let with = |password| [("url", API), ("username", "AWS"), ("password", password)];
    vec![
        case("right", fake(), "password", &with(PASSWORD), Pulled(5)),
        case(
            "a token that has ended",
            fake(),
            "password",
            &with("ended"),
            Problem(Code::AuthRejected),
        ),
        case(
            "a repository of others",
            fake(),
            "password",
            &with(PASSWORD),
            Problem(Code::PermissionPullMissing),
        )
        .image("secret/app:1"),
        case(
            "a repository that does not exist",
            fake(),
            "password",
            &with(PASSWORD),
            Problem(Code::ImageUnknown),
        )
        .image("team/none:1"),
    ]
}
