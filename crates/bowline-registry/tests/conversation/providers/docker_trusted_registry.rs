//! Docker Trusted Registry: a token service on its own host.

use super::{Case, Expected::Problem, Expected::Pulled, case, fake::*};
use crate::registry::PASSWORD;
use bowline_registry::Code;

const API: &str = "https://dtr.example.org:4443";

fn fake() -> Fake {
    let realm = format!("GET {API}/auth/token?service=dtr.example.org:4443");
    Fake::new(&[API])
        .on(
            &realm,
            basic("scanner", PASSWORD),
            token("token", "granted"),
        )
        .on(
            &realm,
            basic("guest", PASSWORD),
            token("token", &empty_grant()),
        )
        .on(&realm, Anyone, error(401, "UNAUTHORIZED"))
        .serves(API, bearer("granted"))
        .asks(
            API,
            &format!(r#"Bearer realm="{API}/auth/token",service="dtr.example.org:4443""#),
        )
}

pub fn cases() -> Vec<Case> {
    let user = |name, password| {
        [
            ("url", "dtr.example.org:4443"),
            ("username", name),
            ("password", password),
        ]
    };
    vec![
        case(
            "right",
            fake(),
            "password",
            &user("scanner", PASSWORD),
            Pulled(4),
        ),
        case(
            "wrong",
            fake(),
            "password",
            &user("scanner", "wrong-one"),
            Problem(Code::AuthRejected),
        ),
        case(
            "no permission",
            fake(),
            "password",
            &user("guest", PASSWORD),
            Problem(Code::PermissionPullMissing),
        ),
        case(
            "a public repository",
            fake().instead(
                format!("GET {API}/auth/token?service=dtr.example.org:4443"),
                Nobody,
                token("token", "granted"),
            ),
            "anonymous",
            &[("url", "dtr.example.org:4443")],
            Pulled(4),
        ),
    ]
}
