//! NVIDIA NGC: one username for every key, a token service on its own host.

use super::{Case, Expected::Problem, Expected::Pulled, case, fake::*};
use crate::registry::PASSWORD;
use bowline_registry::Code;

const API: &str = "https://nvcr.io";
const REALM: &str = "https://nvcr.io/proxy_auth";

fn fake() -> Fake {
    let realm = format!("GET {REALM}");
    Fake::new(&[API])
        .on(
            &realm,
            basic("$oauthtoken", PASSWORD),
            token("token", "granted"),
        )
        .on(
            &realm,
            basic("$oauthtoken", "of-a-guest"),
            token("token", &empty_grant()),
        )
        .on(&realm, Nobody, token("token", "granted"))
        .on(&realm, Anyone, error(401, "UNAUTHORIZED"))
        .serves(API, bearer("granted"))
        .asks(API, &format!(r#"Bearer realm="{REALM}""#))
}

pub fn cases() -> Vec<Case> {
    let with = |secret| [("apiKey", secret)];
    vec![
        case("right", fake(), "api-key", &with(PASSWORD), Pulled(4)),
        case(
            "wrong",
            fake(),
            "api-key",
            &with("wrong-one"),
            Problem(Code::AuthRejected),
        ),
        case(
            "no permission",
            fake(),
            "api-key",
            &with("of-a-guest"),
            Problem(Code::PermissionPullMissing),
        ),
        case("anyone", fake(), "anonymous", &[], Pulled(4)),
    ]
}
