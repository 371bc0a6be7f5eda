//! Scaleway: any username, the secret key of an API key as the password
//! (scaleway.com/en/docs/container-registry/how-to/connect-docker-cli).

use super::{Case, Expected::Problem, Expected::Pulled, case, fake::*};
use crate::registry::PASSWORD;
use bowline_registry::Code;

const API: &str = "https://rg.fr-par.scw.cloud";
const REALM: &str = "https://api.scaleway.com/registry-internal/v1/regions/fr-par/tokens";

fn fake() -> Fake {
    let realm = format!("GET {REALM}?service=registry");
    Fake::new(&[API, "https://api.scaleway.com"])
        .on(
            &realm,
            basic("nologin", PASSWORD),
            token("token", "granted"),
        )
        .on(
            &realm,
            basic("nologin", "of-a-guest"),
            token("token", &empty_grant()),
        )
        .on(&realm, Anyone, error(401, "UNAUTHORIZED"))
        .serves(API, bearer("granted"))
        .asks(
            API,
            &format!(r#"Bearer realm="{REALM}",service="registry""#),
        )
}

pub fn cases() -> Vec<Case> {
    let with = |secret| [("region", "fr-par"), ("password", secret)];
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
    ]
}
