//! DigitalOcean: a token service at its API, and a token that is username and password
//! (docs.digitalocean.com/products/container-registry).

use super::{Case, Expected::Problem, Expected::Pulled, case, fake::*};
use crate::registry::PASSWORD;
use bowline_registry::Code;

const API: &str = "https://registry.digitalocean.com";
const REALM: &str = "https://api.digitalocean.com/v2/registry/auth";

fn fake() -> Fake {
    let realm = format!("GET {REALM}?service=registry.digitalocean.com");
    Fake::new(&[API, "https://api.digitalocean.com"])
        .on(&realm, basic(PASSWORD, PASSWORD), token("token", "granted"))
        .on(
            &realm,
            basic("jane@acme.com", PASSWORD),
            token("token", "granted"),
        )
        .on(
            &realm,
            basic("of-a-guest", "of-a-guest"),
            token("token", &empty_grant()),
        )
        .on(&realm, Anyone, error(401, "UNAUTHORIZED"))
        .serves(API, bearer("granted"))
        .asks(
            API,
            &format!(r#"Bearer realm="{REALM}",service="registry.digitalocean.com""#),
        )
}

pub fn cases() -> Vec<Case> {
    let with = |secret| [("password", secret)];
    vec![
        case("right", fake(), "password", &with(PASSWORD), Pulled(4)),
        case(
            "wrong",
            fake(),
            "password",
            &with("wrong-one"),
            Problem(Code::AuthRejected),
        ),
        case(
            "no permission",
            fake(),
            "password",
            &with("of-a-guest"),
            Problem(Code::PermissionPullMissing),
        ),
        case(
            "an e-mail address",
            fake(),
            "password",
            &[("username", "jane@acme.com"), ("password", PASSWORD)],
            Pulled(4),
        ),
    ]
}
