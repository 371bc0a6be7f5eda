//! Sonatype Nexus: a scheme in capitals, `null` for no tags, Bearer for those without a login.

use super::{
    Case,
    Expected::{LoggedIn, Problem, Pulled},
    case,
    fake::*,
};
use crate::{double::Reply, registry::PASSWORD};
use bowline_registry::{Code, WarningCode};

const API: &str = "https://nexus.example.com:5000";
const BASIC: &str = r#"BASIC realm="Sonatype Nexus Repository Manager""#;

fn fake() -> Fake {
    Fake::new(&[API])
        .serves(API, basic("scanner", PASSWORD))
        .lists(API, basic("scanner", PASSWORD))
        .on(
            format!("GET {API}/v2/secret/*"),
            basic("scanner", PASSWORD),
            error(403, "DENIED"),
        )
        .asks(API, BASIC)
}

/// With the Docker Bearer Token Realm, which gives everybody a token.
fn with_tokens() -> Fake {
    Fake::new(&[API])
        .on(
            format!("GET {API}/v2/token"),
            Nobody,
            token("token", "anyone"),
        )
        .serves(API, bearer("anyone"))
        .asks(
            API,
            &format!(r#"Bearer realm="{API}/v2/token",service="{API}/v2/token""#),
        )
}

pub fn cases() -> Vec<Case> {
    let user = |password| {
        [
            ("url", API),
            ("username", "scanner"),
            ("password", password),
        ]
    };
    let right = user(PASSWORD);
    let without_tags = fake().instead(
        format!("GET {API}/v2/team/app/tags/list"),
        Anyone,
        Reply::json(r#"{"name":"team/app","tags":null}"#),
    );
    vec![
        case("right", fake(), "password", &right, Pulled(4)),
        case("right, drawn", fake(), "password", &right, Pulled(6)).unnamed(),
        case(
            "wrong",
            fake(),
            "password",
            &user("wrong-one"),
            Problem(Code::AuthRejected),
        ),
        case(
            "no privilege",
            fake(),
            "password",
            &right,
            Problem(Code::PermissionPullMissing),
        )
        .image("secret/app:1"),
        case(
            "no tags",
            without_tags,
            "password",
            &right,
            LoggedIn(WarningCode::CatalogEmpty),
        )
        .unnamed(),
        case(
            "anyone",
            with_tokens(),
            "anonymous",
            &[("url", API)],
            Pulled(4),
        ),
        case(
            "anyone, without the token realm",
            fake(),
            "anonymous",
            &[("url", API)],
            Problem(Code::AuthRejected),
        ),
    ]
}
