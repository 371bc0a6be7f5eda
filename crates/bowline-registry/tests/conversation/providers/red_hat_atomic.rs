//! Red Hat's registry: a bar in the username, a token service at a long path, no catalog, unknown images as UNKNOWN.

use super::{Case, Expected::Problem, Expected::Pulled, case, fake::*};
use crate::{double::Reply, registry::PASSWORD};
use bowline_registry::Code;

const API: &str = "https://registry.redhat.io";
const OPEN: &str = "https://registry.access.redhat.com";
const REALM: &str = "https://registry.redhat.io/auth/realms/rhcc/protocol/redhat-docker-v2/auth";
const USER: &str = "12345678|scanner";

fn fake() -> Fake {
    let realm = format!("GET {REALM}?service=docker-registry");
    let unknown =
        Reply::status(404).text(r#"{"errors":[{"code":"UNKNOWN","message":"Not Found"}]}"#);
    Fake::new(&[API])
        .on(
            &realm,
            basic(USER, PASSWORD),
            token("access_token", "granted"),
        )
        .on(
            &realm,
            basic("12345678|guest", PASSWORD),
            token("access_token", &empty_grant()),
        )
        .on(&realm, Anyone, error(401, "UNAUTHORIZED"))
        .serves(API, bearer("granted"))
        .on(format!("GET {API}/v2/*"), bearer("granted"), unknown)
        .asks(
            API,
            &format!(r#"Bearer realm="{REALM}",service="docker-registry""#),
        )
}

pub fn cases() -> Vec<Case> {
    let user = |name, password| {
        [
            ("url", "registry.redhat.io"),
            ("username", name),
            ("password", password),
        ]
    };
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
            "no subscription",
            fake(),
            "password",
            &user("12345678|guest", PASSWORD),
            Problem(Code::PermissionPullMissing),
        ),
        case(
            "no such image",
            fake(),
            "password",
            &user(USER, PASSWORD),
            Problem(Code::ImageUnknown),
        )
        .image("team/none:1"),
        case(
            "the registry that logs nobody in",
            Fake::new(&[]).serves(OPEN, Nobody),
            "anonymous",
            &[("url", "registry.access.redhat.com")],
            Pulled(3),
        ),
    ]
}
