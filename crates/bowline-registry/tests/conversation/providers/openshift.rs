//! OpenShift's registry: any username, the token for a password, which the token service gives back.

use super::{
    Case,
    Expected::{LoggedIn, Problem, Pulled},
    case,
    fake::*,
};
use bowline_registry::{Code, WarningCode};

const HOST: &str = "default-route-openshift-image-registry.apps.example.com";
const API: &str = "https://default-route-openshift-image-registry.apps.example.com";
const TOKEN: &str = "token-of-a-service-account";

fn fake() -> Fake {
    let realm = format!("GET {API}/openshift/token");
    let both = |token: &str| {
        crate::double::Reply::json(format!(r#"{{"access_token":"{token}","token":"{token}"}}"#))
    };
    let mut fake = Fake::new(&[API]).repository("myproject/app");
    for user in ["openshift", "scanner"] {
        fake = fake.on(&realm, basic(user, TOKEN), both(TOKEN)).on(
            &realm,
            basic(user, "of-a-guest"),
            both("of-a-guest"),
        );
    }
    fake.on(&realm, Anyone, error(401, "UNAUTHORIZED"))
        .serves(API, bearer(TOKEN))
        .on(
            format!("GET {API}/v2/_catalog"),
            bearer(TOKEN),
            challenge("Basic realm=openshift,error=\"access denied\""),
        )
        .on(
            format!("GET {API}/v2/_catalog"),
            basic("openshift", TOKEN),
            error(403, "DENIED"),
        )
        .on(
            format!("GET {API}/v2/*"),
            bearer("of-a-guest"),
            challenge("Basic realm=openshift"),
        )
        .on(
            format!("GET {API}/v2/*"),
            basic("openshift", "of-a-guest"),
            error(403, "DENIED"),
        )
        .on(
            format!("GET {API}/v2/*"),
            basic("scanner", "of-a-guest"),
            error(403, "DENIED"),
        )
        .asks(API, &format!(r#"Bearer realm="{API}/openshift/token""#))
}

pub fn cases() -> Vec<Case> {
    let token = |token| [("url", HOST), ("token", token)];
    let user = |token| [("url", HOST), ("username", "scanner"), ("password", token)];
    vec![
        case("right", fake(), "token", &token(TOKEN), Pulled(4)),
        case(
            "wrong",
            fake(),
            "token",
            &token("wrong-one"),
            Problem(Code::AuthRejected),
        ),
        case(
            "no role",
            fake(),
            "token",
            &token("of-a-guest"),
            Problem(Code::PermissionPullMissing),
        ),
        case(
            "no role in the cluster",
            fake(),
            "token",
            &token(TOKEN),
            LoggedIn(WarningCode::CatalogUnlistable),
        )
        .unnamed(),
        case("right", fake(), "password", &user(TOKEN), Pulled(4)),
        case(
            "wrong",
            fake(),
            "password",
            &user("wrong-one"),
            Problem(Code::AuthRejected),
        ),
        case(
            "no role",
            fake(),
            "password",
            &user("of-a-guest"),
            Problem(Code::PermissionPullMissing),
        ),
    ]
}
