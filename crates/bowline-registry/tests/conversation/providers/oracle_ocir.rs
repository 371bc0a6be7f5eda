//! Oracle's registry: a token service on its own host, a username with the tenancy in it.

use super::{Case, Expected::Problem, Expected::Pulled, case, fake::*};
use crate::registry::PASSWORD;
use bowline_registry::Code;

const API: &str = "https://fra.ocir.io";
const USER: &str = "ansh81vru1zp/oracleidentitycloudservice/jdoe@acme.com";

fn fake() -> Fake {
    let realm = format!("GET {API}/20180419/docker/token?service=fra.ocir.io");
    let post = format!("POST {API}/20180419/docker/token");
    Fake::new(&[API])
        .repository("ansh81vru1zp/app")
        .on(&realm, basic(USER, PASSWORD), token("token", "granted"))
        .on(
            &realm,
            basic("ansh81vru1zp/guest", PASSWORD),
            token("token", &empty_grant()),
        )
        .on(&realm, Anyone, error(401, "UNAUTHORIZED"))
        .on(&post, Anyone, error(405, "UNSUPPORTED"))
        .serves(API, bearer("granted"))
        .on(
            format!("GET {API}/v2/"),
            bearer("guests"),
            crate::double::Reply::json("{}"),
        )
        .on(
            format!("GET {API}/v2/*"),
            bearer("guests"),
            error(403, "DENIED"),
        )
        .asks(
            API,
            r#"Bearer realm="https://fra.ocir.io/20180419/docker/token",service="fra.ocir.io""#,
        )
}

pub fn cases() -> Vec<Case> {
    let user = |name, password| {
        [
            ("region", "eu-frankfurt-1"),
            ("username", name),
            ("password", password),
        ]
    };
    let oauth2 = |token| [("region", "eu-frankfurt-1"), ("token", token)];
    vec![
        case(
            "right",
            fake(),
            "password",
            &user(USER, PASSWORD),
            Pulled(4),
        ),
        case(
            "wrong",
            fake(),
            "password",
            &user(USER, "wrong-one"),
            Problem(Code::AuthRejected),
        ),
        case(
            "no policy",
            fake(),
            "password",
            &user("ansh81vru1zp/guest", PASSWORD),
            Problem(Code::PermissionPullMissing),
        ),
        case("right", fake(), "oauth2", &oauth2("granted"), Pulled(5)),
        case(
            "wrong",
            fake(),
            "oauth2",
            &oauth2("wrong-one"),
            Problem(Code::AuthRejected),
        ),
        case(
            "no policy",
            fake(),
            "oauth2",
            &oauth2("guests"),
            Problem(Code::PermissionPullMissing),
        ),
        case(
            "a public repository",
            fake().instead(
                format!("GET {API}/20180419/docker/token?service=fra.ocir.io"),
                Nobody,
                token("token", "granted"),
            ),
            "anonymous",
            &[("region", "eu-frankfurt-1")],
            Pulled(4),
        ),
    ]
}
