//! IBM Cloud Container Registry: a challenge without quotes, separated by spaces.

use super::{Case, Expected::Problem, Expected::Pulled, case, fake::*};
use crate::registry::PASSWORD;
use bowline_registry::Code;

const API: &str = "https://de.icr.io";

fn fake() -> Fake {
    let realm = format!("GET {API}/oauth/token?service=registry");
    Fake::new(&[API])
        .on(&realm, basic("iamapikey", PASSWORD), token("token", "granted"))
        .on(&realm, basic("iamapikey", "of-a-guest"), token("token", &empty_grant()))
        .on(&realm, Anyone, error(401, "UNAUTHORIZED"))
        .serves(API, bearer("granted"))
        .asks(API, "Bearer realm=https://de.icr.io/oauth/token, service=registry, scope=repository:team/app:pull")
}

/// The same with nothing but spaces between the parameters.
fn spaced() -> Fake {
    fake().instead(
        format!("GET {API}/v2/"),
        Nobody,
        challenge("Bearer realm=https://de.icr.io/oauth/token service=registry"),
    )
}

pub fn cases() -> Vec<Case> {
    let key = |key| {
        [
            ("region", "eu-de"),
            ("accountId", "0123456789abcdef0123456789abcdef"),
            ("username", "iamapikey"),
            ("password", key),
        ]
    };
    vec![
        case("right", fake(), "password", &key(PASSWORD), Pulled(4)),
        case(
            "right, spaces alone",
            spaced(),
            "password",
            &key(PASSWORD),
            Pulled(4),
        ),
        case(
            "wrong",
            fake(),
            "password",
            &key("wrong-one"),
            Problem(Code::AuthRejected),
        ),
        case(
            "no Reader role",
            fake(),
            "password",
            &key("of-a-guest"),
            Problem(Code::PermissionPullMissing),
        ),
    ]
}
