//! GitLab: a token service on GitLab's host, which answers 403 to a wrong login.

use super::{Case, Expected::Problem, Expected::Pulled, case, fake::*};
use crate::registry::{PASSWORD, jwt};
use bowline_registry::Code;

const API: &str = "https://registry.gitlab.com";
const CHALLENGE: &str =
    r#"Bearer realm="https://gitlab.com/jwt/auth",service="container_registry""#;

/// The usernames that go with deploy tokens, access tokens of people, projects and groups, and tokens of jobs.
const USERS: [&str; 5] = [
    "gitlab+deploy-token-1",
    "jdoe",
    "project_7_bot_0a1b",
    "group_7_bot_0a1b",
    "gitlab-ci-token",
];

fn fake() -> Fake {
    let granted =
        jwt(r#"{"access":[{"type":"repository","name":"group/project","actions":["pull"]}]}"#);
    let realm = "GET https://gitlab.com/jwt/auth?service=container_registry";
    let mut fake = Fake::new(&[API, "https://gitlab.com"]).repository("group/project");
    for user in USERS {
        fake = fake.on(realm, basic(user, PASSWORD), token("token", &granted));
    }
    fake.on(
        realm,
        basic("guest", PASSWORD),
        token("token", &empty_grant()),
    )
    .on(realm, Nobody, token("token", &granted))
    .on(realm, Anyone, error(403, "DENIED"))
    .on(
        "POST https://gitlab.com/jwt/auth",
        Form(&[("refresh_token", "refresh-me")]),
        token("token", &granted),
    )
    .on(
        "POST https://gitlab.com/jwt/auth",
        Form(&[("refresh_token", "guests")]),
        token("token", &empty_grant()),
    )
    .on(
        "POST https://gitlab.com/jwt/auth",
        Anyone,
        error(401, "UNAUTHORIZED"),
    )
    .serves(API, bearer(&granted))
    .asks(API, CHALLENGE)
}

/// A self-managed GitLab whose own host is of another domain than the registry's.
fn elsewhere() -> Fake {
    let api = "https://images.example.com";
    Fake::new(&[api, "https://gitlab.example.net"])
        .on(
            "GET https://gitlab.example.net/jwt/auth",
            basic("jdoe", PASSWORD),
            token("token", "granted"),
        )
        .serves(api, bearer("granted"))
        .asks(
            api,
            r#"Bearer realm="https://gitlab.example.net/jwt/auth",service="container_registry""#,
        )
}

pub fn cases() -> Vec<Case> {
    let user = |name, password| {
        [
            ("url", "registry.gitlab.com"),
            ("username", name),
            ("password", password),
        ]
    };
    let oauth2 = |token| [("url", "registry.gitlab.com"), ("token", token)];
    let own = [
        ("url", "images.example.com"),
        ("username", "jdoe"),
        ("password", PASSWORD),
    ];
    let mut cases: Vec<Case> = USERS
        .into_iter()
        .map(|name| case(name, fake(), "password", &user(name, PASSWORD), Pulled(5)))
        .collect();
    cases.extend([
        case(
            "wrong",
            fake(),
            "password",
            &user("jdoe", "wrong-one"),
            Problem(Code::AuthRejected),
        ),
        case(
            "not a member",
            fake(),
            "password",
            &user("guest", PASSWORD),
            Problem(Code::PermissionPullMissing),
        ),
        case(
            "another domain",
            elsewhere(),
            "password",
            &own,
            Problem(Code::RealmNotTrusted),
        ),
        case(
            "another domain, with consent",
            elsewhere(),
            "password",
            &own,
            Pulled(4),
        )
        .consent(&["gitlab.example.net"]),
        case("right", fake(), "oauth2", &oauth2("refresh-me"), Pulled(5)),
        case(
            "wrong",
            fake(),
            "oauth2",
            &oauth2("wrong-one"),
            Problem(Code::AuthRejected),
        ),
        case(
            "not a member",
            fake(),
            "oauth2",
            &oauth2("guests"),
            Problem(Code::PermissionPullMissing),
        ),
        case(
            "anyone",
            fake(),
            "anonymous",
            &[("url", "registry.gitlab.com")],
            Pulled(4),
        ),
    ]);
    cases
}
