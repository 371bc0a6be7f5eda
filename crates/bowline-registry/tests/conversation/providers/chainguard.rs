//! Chainguard: a username with a slash in it, a token for each repository
//! (edu.chainguard.dev/chainguard/chainguard-registry/authenticating).

use super::{Case, Expected::Problem, Expected::Pulled, case, fake::*};
use crate::registry::PASSWORD;
use bowline_registry::Code;

const API: &str = "https://cgr.dev";
const REALM: &str = "https://cgr.dev/token";
const USER: &str = "45a0c61e6f3bdf62/c3d5a8e1b4f70912";
fn fake() -> Fake {
    let realm = format!("GET {REALM}?service=cgr.dev");
    Fake::new(&[API])
        .on(&realm, basic(USER, PASSWORD), token("token", "granted"))
        .on(
            &realm,
            basic(USER, "of-a-guest"),
            token("token", &empty_grant()),
        )
        .on(&realm, Nobody, token("token", "granted"))
        .on(&realm, Anyone, error(401, "UNAUTHORIZED"))
        .serves(API, bearer("granted"))
        .asks(API, &format!(r#"Bearer realm="{REALM}",service="cgr.dev""#))
}

pub fn cases() -> Vec<Case> {
    let with = |secret| [("username", USER), ("password", secret)];
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
        case("anyone", fake(), "anonymous", &[], Pulled(4)),
    ]
}
