//! Docker Hub: a token service on a host of its own, which gives everybody a token.

use super::{Case, Expected::Problem, Expected::Pulled, case, fake::*};
use crate::{
    double::Reply,
    registry::{PASSWORD, jwt},
};
use bowline_registry::Code;

const API: &str = "https://registry-1.docker.io";
const AUTH: &str = "https://auth.docker.io";

fn granting(actions: &str) -> String {
    jwt(&format!(
        r#"{{"access":[{{"type":"repository","name":"team/app","actions":[{actions}]}}]}}"#
    ))
}

fn fake() -> Fake {
    let realm = format!("GET {AUTH}/token?service=registry.docker.io");
    let pull = granting("\"pull\"");
    let both = Reply::json(format!(
        r#"{{"token":"{pull}","access_token":"{pull}","expires_in":300}}"#
    ));
    let wrong = Reply::status(401).text(r#"{"details":"incorrect username or password"}"#);
    Fake::new(&[API, AUTH])
        .on(&realm, basic("scanner", PASSWORD), both.clone())
        .on(
            &realm,
            basic("guest", PASSWORD),
            token("token", &empty_grant()),
        )
        .on(&realm, Nobody, both)
        .on(&realm, Anyone, wrong.clone())
        .on(
            format!("POST {AUTH}/token"),
            Form(&[
                ("grant_type", "refresh_token"),
                ("refresh_token", "refresh-me"),
                ("service", "registry.docker.io"),
            ]),
            Reply::json(r#"{"access_token":"opaque","scope":"repository:team/app:pull"}"#),
        )
        .on(
            format!("POST {AUTH}/token"),
            Form(&[("refresh_token", "guests")]),
            token("access_token", &empty_grant()),
        )
        .on(format!("POST {AUTH}/token"), Anyone, wrong)
        .serves(API, bearer(&pull))
        .serves(API, bearer("opaque"))
        .asks(
            API,
            r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io""#,
        )
}

/// Docker Hardened Images, which log in with the Docker ID (docs.docker.com/dhi). Where its token service is, the page does
/// not say; the one of Docker Hub is assumed.
fn hardened() -> Fake {
    const HARDENED: &str = "https://dhi.io";
    let pull = granting("\"pull\"");
    Fake::new(&[HARDENED, AUTH])
        .on(
            format!("GET {AUTH}/token?service=dhi.io"),
            basic("scanner", PASSWORD),
            token("token", &pull),
        )
        .serves(HARDENED, bearer(&pull))
        .asks(
            HARDENED,
            r#"Bearer realm="https://auth.docker.io/token",service="dhi.io""#,
        )
}

pub fn cases() -> Vec<Case> {
    let user = |name, password| [("username", name), ("password", password)];
    vec![
        // One request more finds out whether it may push, because the token tells.
        case(
            "right",
            fake(),
            "password",
            &user("scanner", PASSWORD),
            Pulled(5),
        ),
        case(
            "wrong",
            fake(),
            "password",
            &user("scanner", "wrong-one"),
            Problem(Code::AuthRejected),
        ),
        case(
            "a private repository of others",
            fake(),
            "password",
            &user("guest", PASSWORD),
            Problem(Code::PermissionPullMissing),
        ),
        case(
            "right",
            fake(),
            "oauth2",
            &[("token", "refresh-me")],
            Pulled(5),
        ),
        case(
            "wrong",
            fake(),
            "oauth2",
            &[("token", "wrong-one")],
            Problem(Code::AuthRejected),
        ),
        case(
            "a private repository of others",
            fake(),
            "oauth2",
            &[("token", "guests")],
            Problem(Code::PermissionPullMissing),
        ),
        case("anyone", fake(), "anonymous", &[], Pulled(4)),
        case(
            "hardened images, which the same account pulls",
            hardened(),
            "password",
            &[
                ("url", "dhi.io"),
                ("username", "scanner"),
                ("password", PASSWORD),
            ],
            Pulled(5),
        ),
    ]
}
