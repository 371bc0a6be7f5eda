//! The registries that follow the documents of distribution, and the ways in which they differ.

use super::{
    Case,
    Expected::{LoggedIn, Problem, Pulled},
    case,
    fake::*,
};
use crate::{
    double::Reply,
    registry::{PASSWORD, jwt},
};
use bowline_registry::{Code, WarningCode};

const API: &str = "https://registry.example.com";
const AUTH: &str = "https://auth.example.com";
const BEARER: &str =
    r#"Bearer realm="https://auth.example.com/token",service="registry.example.com""#;

/// With a password file.
fn with_basic() -> Fake {
    with_challenge(r#"Basic realm="registry""#)
}

fn with_challenge(login: &str) -> Fake {
    Fake::new(&[API])
        .serves(API, basic("scanner", PASSWORD))
        .on(
            format!("GET {API}/v2/*"),
            basic("scanner", PASSWORD),
            error(403, "DENIED"),
        )
        .asks(API, login)
}

/// With a token service. The user `guest` gets a token that grants nothing.
fn with_tokens() -> Fake {
    let realm = format!("GET {AUTH}/token?service=registry.example.com");
    Fake::new(&[API, AUTH])
        .on(
            &realm,
            basic("scanner", PASSWORD),
            token("token", "granted"),
        )
        .on(
            &realm,
            basic("guest", PASSWORD),
            token("token", &empty_grant()),
        )
        .on(&realm, Nobody, token("token", "granted"))
        .on(&realm, Anyone, error(401, "UNAUTHORIZED"))
        .serves(API, bearer("granted"))
        .asks(API, BEARER)
}

/// With a token service that takes logins only as OAuth 2 has them.
fn with_post_only(status: u16) -> Fake {
    let form = &[
        ("grant_type", "password"),
        ("service", "registry.example.com"),
        ("client_id", "bowline"),
        ("scope", "repository:team/app:pull"),
        ("username", "scanner"),
        ("password", PASSWORD),
    ];
    with_tokens()
        .instead(format!("GET {AUTH}/token"), Anyone, Reply::status(status))
        .on(
            format!("POST {AUTH}/token"),
            Form(form),
            token("access_token", "granted"),
        )
        .on(
            format!("POST {AUTH}/token"),
            Anyone,
            error(401, "UNAUTHORIZED"),
        )
}

/// With a token service that takes the refresh token `refresh-me`.
fn with_refresh_token() -> Fake {
    let form = &[
        ("grant_type", "refresh_token"),
        ("refresh_token", "refresh-me"),
    ];
    with_tokens().on(
        format!("POST {AUTH}/token"),
        Form(form),
        token("access_token", "granted"),
    )
}

/// Takes the token `refresh-me` as Bearer, and its token service answers so to a refresh token.
fn with_own_tokens(status: u16) -> Fake {
    Fake::new(&[API, AUTH])
        .on(format!("POST {AUTH}/token"), Anyone, Reply::status(status))
        .serves(API, bearer("refresh-me"))
        .on(
            format!("GET {API}/v2/*"),
            bearer("guests"),
            insufficient(BEARER),
        )
        .instead(
            format!("GET {API}/v2/"),
            bearer("guests"),
            Reply::json("{}"),
        )
        .asks(API, BEARER)
}

/// With a catalog that answers so.
fn with_catalog(reply: Reply) -> Fake {
    with_tokens().instead(format!("GET {API}/v2/_catalog"), Anyone, reply)
}

/// The catalog continues at an absolute link.
fn with_absolute_link() -> Fake {
    let next = format!("<{API}/v2/_catalog?last=b&n=1>; rel=\"next\"");
    let page = Reply::json(r#"{"repositories":["other/app"]}"#).with("link", next);
    let last = Reply::json(r#"{"repositories":["team/app"]}"#);
    with_catalog(page).instead(format!("GET {API}/v2/_catalog?last=b&n=1"), Anyone, last)
}

pub fn cases() -> Vec<Case> {
    let at = |url, name, password| [("url", url), ("username", name), ("password", password)];
    let user = |name, password| at("registry.example.com", name, password);
    let right = user("scanner", PASSWORD);
    let in_team = at("registry.example.com/team", "scanner", PASSWORD);
    let oauth2 = |token| [("url", "registry.example.com"), ("token", token)];
    let nobody = [("url", "registry.example.com")];
    let several = r#"Negotiate, Bearer realm="/relative", Basic realm="registry", charset="UTF-8""#;
    let codeberg = r#"Bearer realm="https://auth.example.com/token",service="registry.example.com",scope="*",Basic realm="x""#;
    let pushing =
        jwt(r#"{"access":[{"type":"repository","name":"team/app","actions":["pull","push"]}]}"#);
    let mut cases = vec![
        case("right, Basic", with_basic(), "password", &right, Pulled(4)),
        case(
            "wrong, Basic",
            with_basic(),
            "password",
            &user("scanner", "wrong-one"),
            Problem(Code::AuthRejected),
        ),
        case(
            "a repository of others, Basic",
            with_basic(),
            "password",
            &right,
            Problem(Code::PermissionPullMissing),
        )
        .image("secret/app:1"),
        case(
            "several challenges in one header",
            with_challenge(several),
            "password",
            &right,
            Pulled(4),
        ),
        case(
            "right, Bearer",
            with_tokens(),
            "password",
            &right,
            Pulled(4),
        ),
        case(
            "wrong, Bearer",
            with_tokens(),
            "password",
            &user("scanner", "wrong-one"),
            Problem(Code::AuthRejected),
        ),
        case(
            "an empty grant",
            with_tokens(),
            "password",
            &user("guest", PASSWORD),
            Problem(Code::PermissionPullMissing),
        ),
        case(
            "two schemes in one header (Codeberg)",
            with_tokens().instead(format!("GET {API}/v2/"), Nobody, challenge(codeberg)),
            "password",
            &right,
            Pulled(4),
        ),
        case(
            "401 without a challenge for the manifest",
            with_tokens().instead(
                format!("GET {API}/v2/team/app/manifests/1"),
                Anyone,
                error(401, "UNAUTHORIZED"),
            ),
            "password",
            &right,
            Problem(Code::PermissionPullMissing),
        ),
        case(
            "a grant that tells",
            with_tokens()
                .instead(
                    format!("GET {AUTH}/token"),
                    basic("scanner", PASSWORD),
                    token("token", &pushing),
                )
                .serves(API, bearer(&pushing))
                .instead(
                    format!("GET {API}/v2/team/app/manifests/1"),
                    bearer(&pushing),
                    Reply::json(crate::registry::manifest()),
                )
                .instead(
                    format!(
                        "GET {API}/v2/team/app/blobs/{}",
                        crate::registry::digest(crate::registry::CONFIG)
                    ),
                    bearer(&pushing),
                    Reply::status(200).text(crate::registry::CONFIG),
                ),
            "password",
            &right,
            Pulled(5),
        ),
        case(
            "an absolute link",
            with_absolute_link(),
            "password",
            &in_team,
            Pulled(8),
        )
        .unnamed(),
        case(
            "right",
            with_tokens().on(
                format!("POST {AUTH}/token"),
                Form(&[("refresh_token", "refresh-me")]),
                token("access_token", "granted"),
            ),
            "oauth2",
            &oauth2("refresh-me"),
            Pulled(4),
        ),
        case(
            "wrong",
            with_own_tokens(401),
            "oauth2",
            &oauth2("wrong-one"),
            Problem(Code::AuthRejected),
        ),
        case(
            "no permission",
            with_own_tokens(401),
            "oauth2",
            &oauth2("guests"),
            Problem(Code::PermissionPullMissing),
        ),
        case(
            "an identity token",
            with_refresh_token(),
            "password",
            &user("<token>", "refresh-me"),
            Pulled(4),
        ),
        case("anyone", with_tokens(), "anonymous", &nobody, Pulled(4)),
    ];
    for status in [400, 401, 404, 405] {
        cases.push(case(
            "a token of the registry's own",
            with_own_tokens(status),
            "oauth2",
            &oauth2("refresh-me"),
            Pulled(5),
        ));
    }
    for status in [404, 405] {
        cases.push(case(
            "OAuth 2 alone, right",
            with_post_only(status),
            "password",
            &right,
            Pulled(5),
        ));
        cases.push(case(
            "OAuth 2 alone, wrong",
            with_post_only(status),
            "password",
            &user("scanner", "wrong-one"),
            Problem(Code::AuthRejected),
        ));
    }
    for status in [400, 401, 403, 404, 405] {
        let unlistable = LoggedIn(WarningCode::CatalogUnlistable);
        cases.push(
            case(
                "no catalog",
                with_catalog(error(status, "UNSUPPORTED")),
                "password",
                &right,
                unlistable,
            )
            .unnamed(),
        );
    }
    cases
}
