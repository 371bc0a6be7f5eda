//! GitHub's container registry: a challenge with a scope, and no catalog.

use super::{Case, Expected::Problem, Expected::Pulled, case, fake::*};
use crate::{double::Reply, registry::PASSWORD};
use bowline_registry::Code;

const API: &str = "https://ghcr.io";

fn fake() -> Fake {
    let realm = format!("GET {API}/token?service=ghcr.io");
    Fake::new(&[API])
        .on(&realm, basic("octocat", PASSWORD), token("token", "granted"))
        .on(&realm, basic("guest", PASSWORD), token("token", "empty"))
        .on(&realm, Nobody, token("token", "granted"))
        .on(&realm, Anyone, error(401, "UNAUTHORIZED"))
        .on(format!("POST {API}/token"), Anyone, Reply::status(405))
        .serves(API, bearer("granted"))
        .serves(API, bearer("encoded"))
        .on(format!("GET {API}/v2/"), bearer("empty"), Reply::json("{}"))
        .on(format!("GET {API}/v2/*"), bearer("empty"), error(403, "DENIED"))
        .on(format!("GET {API}/v2/*"), bearer("wrong-one"), error(403, "DENIED"))
        .asks(API, r#"Bearer realm="https://ghcr.io/token",service="ghcr.io",scope="repository:user/image:pull""#)
}

pub fn cases() -> Vec<Case> {
    let user = |name, password| [("username", name), ("password", password)];
    vec![
        case(
            "right",
            fake(),
            "password",
            &user("octocat", PASSWORD),
            Pulled(4),
        ),
        case(
            "wrong",
            fake(),
            "password",
            &user("octocat", "wrong-one"),
            Problem(Code::AuthRejected),
        ),
        case(
            "no read:packages",
            fake(),
            "password",
            &user("guest", PASSWORD),
            Problem(Code::PermissionPullMissing),
        ),
        case(
            "right",
            fake(),
            "oauth2",
            &[("token", "encoded")],
            Pulled(5),
        ),
        case(
            "a personal access token as it is",
            fake(),
            "oauth2",
            &[("token", "wrong-one")],
            Problem(Code::AuthRejected),
        ),
        case(
            "no read:packages",
            fake(),
            "oauth2",
            &[("token", "empty")],
            Problem(Code::PermissionPullMissing),
        ),
        case("anyone", fake(), "anonymous", &[], Pulled(4)),
    ]
}
