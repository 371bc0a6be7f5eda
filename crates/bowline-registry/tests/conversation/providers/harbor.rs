//! Harbor: Bearer for images, Basic for the catalog, which is for administrators.

use super::{
    Case,
    Expected::{Problem, Pulled},
    case,
    fake::*,
};
use crate::registry::PASSWORD;
use bowline_registry::Code;

const API: &str = "https://harbor.example.com";
const CHALLENGE: &str =
    r#"Bearer realm="https://harbor.example.com/service/token",service="harbor-registry""#;
const ROBOT: &str = "robot$team+scanner";

fn fake() -> Fake {
    let realm = format!("GET {API}/service/token?service=harbor-registry");
    Fake::new(&[API])
        .on(&realm, basic("admin", PASSWORD), token("token", "granted"))
        .on(&realm, basic(ROBOT, PASSWORD), token("token", "granted"))
        .on(
            &realm,
            basic("robot$other+scanner", PASSWORD),
            token("token", &empty_grant()),
        )
        .on(&realm, Nobody, token("token", "granted"))
        .on(&realm, Anyone, error(401, "UNAUTHORIZED"))
        .on(
            format!("POST {API}/service/token"),
            Form(&[("refresh_token", "refresh-me")]),
            token("token", "granted"),
        )
        .on(
            format!("POST {API}/service/token"),
            Form(&[("refresh_token", "guests")]),
            token("token", &empty_grant()),
        )
        .on(
            format!("POST {API}/service/token"),
            Anyone,
            error(401, "UNAUTHORIZED"),
        )
        .lists(API, basic("admin", PASSWORD))
        .serves(API, bearer("granted"))
        .serves(API, basic("admin", PASSWORD))
        .asks(API, CHALLENGE)
}

pub fn cases() -> Vec<Case> {
    let user = |name, password| {
        [
            ("url", "harbor.example.com"),
            ("username", name),
            ("password", password),
        ]
    };
    let oauth2 = |token| [("url", "harbor.example.com"), ("token", token)];
    vec![
        case(
            "a robot",
            fake(),
            "password",
            &user(ROBOT, PASSWORD),
            Pulled(4),
        ),
        case(
            "wrong",
            fake(),
            "password",
            &user(ROBOT, "wrong-one"),
            Problem(Code::AuthRejected),
        ),
        case(
            "a robot of another project",
            fake(),
            "password",
            &user("robot$other+scanner", PASSWORD),
            Problem(Code::PermissionPullMissing),
        ),
        case("right", fake(), "oauth2", &oauth2("refresh-me"), Pulled(4)),
        case(
            "wrong",
            fake(),
            "oauth2",
            &oauth2("wrong-one"),
            Problem(Code::AuthRejected),
        ),
        case(
            "no permission",
            fake(),
            "oauth2",
            &oauth2("guests"),
            Problem(Code::PermissionPullMissing),
        ),
        case(
            "anyone",
            fake(),
            "anonymous",
            &[("url", "harbor.example.com")],
            Pulled(4),
        ),
    ]
}
