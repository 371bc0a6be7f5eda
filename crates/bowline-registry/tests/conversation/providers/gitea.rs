//! Gitea: a token service below its own `/v2/`, which gives guests a token too (go-gitea/gitea,
//! routers/api/packages/container/container.go).

use super::{Case, Expected::Problem, Expected::Pulled, case, fake::*};
use crate::registry::PASSWORD;
use bowline_registry::Code;

const API: &str = "https://gitea.example.com";
const REALM: &str = "https://gitea.example.com/v2/token";

fn fake() -> Fake {
    let realm = format!("GET {REALM}?service=container_registry");
    Fake::new(&[API])
        .on(
            &realm,
            basic("scanner", PASSWORD),
            token("token", "granted"),
        )
        .on(
            &realm,
            basic("scanner", "of-a-guest"),
            token("token", &empty_grant()),
        )
        .on(&realm, Nobody, token("token", "granted"))
        .on(&realm, Anyone, error(401, "UNAUTHORIZED"))
        .serves(API, bearer("granted"))
        .asks(
            API,
            // Both challenges in one header, as Codeberg has them.
            &format!(r#"Bearer realm="{REALM}",service="container_registry",scope="*", Basic"#),
        )
}

pub fn cases() -> Vec<Case> {
    let with = |secret| {
        [
            ("url", "gitea.example.com"),
            ("username", "scanner"),
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
        case(
            "anyone",
            fake(),
            "anonymous",
            &[("url", "gitea.example.com")],
            Pulled(4),
        ),
    ]
}
