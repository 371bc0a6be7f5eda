//! Cloudsmith: an API key as the password (help.cloudsmith.io/docs/docker-registry).

use super::{Case, Expected::Problem, Expected::Pulled, case, fake::*};
use crate::registry::PASSWORD;
use bowline_registry::Code;

const API: &str = "https://docker.cloudsmith.io";

fn fake() -> Fake {
    Fake::new(&[API])
        .serves(API, basic("acme-scanner", PASSWORD))
        .on(
            format!("GET {API}/v2/"),
            basic("acme-scanner", "of-a-guest"),
            crate::double::Reply::json("{}"),
        )
        .on(
            format!("GET {API}/v2/*"),
            basic("acme-scanner", "of-a-guest"),
            error(403, "DENIED"),
        )
        .on(
            format!("GET {API}/v2/*"),
            Anyone,
            challenge(r#"Basic realm="registry""#),
        )
}

pub fn cases() -> Vec<Case> {
    let with = |secret| [("username", "acme-scanner"), ("password", secret)];
    vec![
        case("right", fake(), "password", &with(PASSWORD), Pulled(4)),
        case(
            "wrong",
            fake(),
            "password",
            &with("wrong-one"),
            Problem(Code::AuthRejected),
        ),
        case(
            "no permission",
            fake(),
            "password",
            &with("of-a-guest"),
            Problem(Code::PermissionPullMissing),
        ),
    ]
}
