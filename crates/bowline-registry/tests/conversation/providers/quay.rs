//! Quay: tokens without a stated life, no scope for the catalog, links that cannot be guessed.

use super::{Case, Expected::Problem, Expected::Pulled, case, fake::*};
use crate::{double::Reply, registry::PASSWORD};
use bowline_registry::Code;

const API: &str = "https://quay.io";

fn fake() -> Fake {
    let realm = "GET https://quay.io/v2/auth?service=quay.io";
    let catalog = "GET https://quay.io/v2/auth?scope=registry:catalog:*";
    let wrong = Reply::status(401)
        .text(r#"{"error":"Could not find robot with username and supplied password."}"#);
    let mut fake = Fake::new(&[API]).on(
        catalog,
        Anyone,
        Reply::status(400)
            .text(r#"{"error":"Unable to decode repository and actions: registry:catalog:*"}"#),
    );
    for user in ["acme+scanner", "$oauthtoken", "$app"] {
        fake = fake.on(realm, basic(user, PASSWORD), token("token", "granted"));
    }
    for user in ["acme+guest", "$oauthtoken"] {
        fake = fake.on(
            realm,
            basic(user, "of-a-guest"),
            token("token", &empty_grant()),
        );
    }
    fake.on(realm, Nobody, token("token", "granted"))
        .on(realm, Anyone, wrong)
        .on(
            "GET https://quay.io/v2/_catalog?next_page=gAAAAABopaque",
            bearer("granted"),
            Reply::json(r#"{"repositories":["team/app"]}"#),
        )
        .on(
            "GET https://quay.io/v2/_catalog",
            bearer("granted"),
            Reply::json(r#"{"repositories":["other/app"]}"#).with(
                "link",
                r#"</v2/_catalog?n=100&next_page=gAAAAABopaque>; rel="next""#,
            ),
        )
        .serves(API, bearer("granted"))
        .asks(
            API,
            r#"Bearer realm="https://quay.io/v2/auth",service="quay.io""#,
        )
}

pub fn cases() -> Vec<Case> {
    let user = |name, password| {
        [
            ("url", "quay.io"),
            ("username", name),
            ("password", password),
        ]
    };
    let oauth2 = |token| [("url", "quay.io"), ("token", token)];
    vec![
        case(
            "a robot",
            fake(),
            "password",
            &user("acme+scanner", PASSWORD),
            Pulled(4),
        ),
        case(
            "an application's token",
            fake(),
            "password",
            &user("$app", PASSWORD),
            Pulled(4),
        ),
        case(
            "wrong",
            fake(),
            "password",
            &user("acme+scanner", "wrong-one"),
            Problem(Code::AuthRejected),
        ),
        case(
            "no Read",
            fake(),
            "password",
            &user("acme+guest", "of-a-guest"),
            Problem(Code::PermissionPullMissing),
        ),
        case("right", fake(), "oauth2", &oauth2(PASSWORD), Pulled(4)),
        case(
            "wrong",
            fake(),
            "oauth2",
            &oauth2("wrong-one"),
            Problem(Code::AuthRejected),
        ),
        case(
            "no repo:read",
            fake(),
            "oauth2",
            &oauth2("of-a-guest"),
            Problem(Code::PermissionPullMissing),
        ),
        case(
            "anyone",
            fake(),
            "anonymous",
            &[("url", "quay.io")],
            Pulled(4),
        ),
    ]
}
