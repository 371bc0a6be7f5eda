//! ProGet: Basic, with one username for every API key
//! (docs.inedo.com/docs/proget/docker/proget-docker-private-registries).

use super::{Case, Expected::Problem, Expected::Pulled, case, fake::*};
use crate::registry::PASSWORD;
use bowline_registry::Code;

const API: &str = "https://proget.example.com";

fn fake() -> Fake {
    Fake::new(&[API])
        .serves(API, basic("api", PASSWORD))
        .on(
            format!("GET {API}/v2/"),
            basic("api", "of-a-guest"),
            crate::double::Reply::json("{}"),
        )
        .on(
            format!("GET {API}/v2/*"),
            basic("api", "of-a-guest"),
            error(403, "DENIED"),
        )
        .on(
            format!("GET {API}/v2/*"),
            Anyone,
            challenge(r#"Basic realm="registry""#),
        )
}

pub fn cases() -> Vec<Case> {
    let with = |secret| [("url", "proget.example.com"), ("password", secret)];
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
        case(
            "anyone",
            Fake::new(&[]).serves(API, Nobody),
            "anonymous",
            &[("url", "proget.example.com")],
            Pulled(3),
        ),
    ]
}
