//! Bitbucket Packages: an e-mail address as the username
//! (support.atlassian.com/bitbucket-cloud/docs/set-up-and-use-packages).

use super::{Case, Expected::Problem, Expected::Pulled, case, fake::*};
use crate::registry::PASSWORD;
use bowline_registry::Code;

const API: &str = "https://crg.apkg.io";

fn fake() -> Fake {
    Fake::new(&[API])
        .serves(API, basic("scanner@acme.com", PASSWORD))
        .on(
            format!("GET {API}/v2/"),
            basic("scanner@acme.com", "of-a-guest"),
            crate::double::Reply::json("{}"),
        )
        .on(
            format!("GET {API}/v2/*"),
            basic("scanner@acme.com", "of-a-guest"),
            error(403, "DENIED"),
        )
        .on(
            format!("GET {API}/v2/*"),
            Anyone,
            challenge(r#"Basic realm="registry""#),
        )
}

pub fn cases() -> Vec<Case> {
    let with = |secret| {
        [
            ("username", "scanner@acme.com"),
            ("namespace", "team"),
            ("password", secret),
        ]
    };
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
