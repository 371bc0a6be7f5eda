//! JFrog Artifactory: a realm that is no URL, a header of its own for API keys.

use super::{Case, Expected::Problem, Expected::Pulled, case, fake::*};
use crate::registry::PASSWORD;
use bowline_registry::Code;

const ORIGIN: &str = "https://acme.jfrog.io";
const API: &str = "https://acme.jfrog.io/artifactory/api/docker/docker-local";
const ACCESS_TOKEN: &str = "token-of-tests";

fn fake() -> Fake {
    let all = [
        basic("scanner", PASSWORD),
        bearer(ACCESS_TOKEN),
        basic("scanner", ACCESS_TOKEN),
        Header("x-jfrog-art-api", "key-of-tests"),
    ];
    let mut fake = Fake::new(&[ORIGIN]);
    for who in all {
        fake = fake.serves(API, who.clone()).on(
            format!("GET {API}/v2/secret/*"),
            who,
            error(403, "DENIED"),
        );
    }
    fake.on(
        format!("GET {API}/v2/*"),
        Anyone,
        challenge(r#"Basic realm="Artifactory Realm""#),
    )
}

pub fn cases() -> Vec<Case> {
    const URL: (&str, &str) = ("url", API);
    let user = |password| [URL, ("username", "scanner"), ("password", password)];
    let key = |key| [URL, ("apiKey", key)];
    let token = |token| [URL, ("accessToken", token)];
    let of_user = [URL, ("username", "scanner"), ("accessToken", ACCESS_TOKEN)];
    let denied = Code::PermissionPullMissing;
    vec![
        case("right", fake(), "password", &user(PASSWORD), Pulled(4)),
        case(
            "wrong",
            fake(),
            "password",
            &user("wrong-one"),
            Problem(Code::AuthRejected),
        ),
        case(
            "no Read",
            fake(),
            "password",
            &user(PASSWORD),
            Problem(denied),
        )
        .image("secret/app:1"),
        case("right", fake(), "api-key", &key("key-of-tests"), Pulled(4)),
        case(
            "wrong",
            fake(),
            "api-key",
            &key("wrong-one"),
            Problem(Code::AuthRejected),
        ),
        case(
            "no Read",
            fake(),
            "api-key",
            &key("key-of-tests"),
            Problem(denied),
        )
        .image("secret/app:1"),
        case(
            "right",
            fake(),
            "access-token",
            &token(ACCESS_TOKEN),
            Pulled(4),
        ),
        case(
            "right, of a user",
            fake(),
            "access-token",
            &of_user,
            Pulled(4),
        ),
        case(
            "wrong",
            fake(),
            "access-token",
            &token("wrong-one"),
            Problem(Code::AuthRejected),
        ),
        case(
            "no Read",
            fake(),
            "access-token",
            &token(ACCESS_TOKEN),
            Problem(denied),
        )
        .image("secret/app:1"),
        case(
            "anonymous access is on",
            Fake::new(&[ORIGIN]).serves(API, Nobody),
            "anonymous",
            &[URL],
            Pulled(3),
        ),
    ]
}
