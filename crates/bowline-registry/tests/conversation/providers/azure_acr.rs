//! Azure Container Registry: tokens as `access_token` alone, a catalog that continues at a relative link, and
//! applications of Entra.

use super::{Case, Expected::Problem, Expected::Pulled, case, fake::*};
use crate::{
    double::Reply,
    registry::{PASSWORD, run, spec},
};
use bowline_registry::{Code, Operator, Proved, pull_credentials};

const API: &str = "https://contoso.azurecr.io";
const ENTRA: &str = "https://login.microsoftonline.com";
const TENANT: &str = "11111111-2222-3333-4444-555555555555";
const CLIENT: &str = "66666666-7777-8888-9999-000000000000";

/// A registry that gives a token to the admin user and to the token `ci-pull`, and an empty one to the token `ci-push`.
fn fake() -> Fake {
    let realm = format!("GET {API}/oauth2/token?service=contoso.azurecr.io");
    Fake::new(&[API, ENTRA])
        .on(&realm, basic("contoso", PASSWORD), token("access_token", "granted"))
        .on(&realm, basic("ci-pull", PASSWORD), token("access_token", "granted"))
        .on(&realm, basic(CLIENT, PASSWORD), token("access_token", "granted"))
        .on(&realm, basic("ci-push", PASSWORD), token("access_token", &empty_grant()))
        .on(&realm, Anyone, error(401, "UNAUTHORIZED"))
        .serves(API, bearer("granted"))
        .asks(API, r#"Bearer realm="https://contoso.azurecr.io/oauth2/token",service="contoso.azurecr.io""#)
}

/// The same, and Entra knows the application with `secret`; the registry's token service does not.
fn with_entra(secret: &'static [(&'static str, &'static str)]) -> Fake {
    let entra = format!("POST {ENTRA}/{TENANT}/oauth2/v2.0/token");
    let wrong = Reply::status(401).text(
        r#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided.","error_codes":[7000215]}"#,
    );
    fake()
        .on(&entra, Form(secret), token("access_token", "of-entra"))
        .on(&entra, Anyone, wrong)
        .on(
            format!("POST {API}/oauth2/exchange"),
            Form(&[
                ("grant_type", "access_token"),
                ("service", "contoso.azurecr.io"),
                ("tenant", TENANT),
                ("access_token", "of-entra"),
            ]),
            token("refresh_token", "refresh"),
        )
        .on(
            format!("POST {API}/oauth2/token"),
            Form(&[
                ("grant_type", "refresh_token"),
                ("service", "contoso.azurecr.io"),
                ("scope", "repository:team/app:pull"),
                ("refresh_token", "refresh"),
            ]),
            token("access_token", "granted"),
        )
}

/// What Entra gets of the application.
const APPLICATION: &[(&str, &str)] = &[
    ("grant_type", "client_credentials"),
    ("client_id", CLIENT),
    ("client_secret", "secret-of-entra"),
    ("scope", "https://containerregistry.azure.net/.default"),
];

/// The catalog continues at a relative link with a parameter of its own; the repository is on the second page.
fn paged() -> Fake {
    let next = "</v2/_catalog?last=other%2fapp&n=2&orderby=>; rel=\"next\"";
    fake()
        .instead(
            format!("GET {API}/v2/_catalog"),
            bearer("granted"),
            Reply::json(r#"{"repositories":["other/app"]}"#).with("link", next),
        )
        .instead(
            format!("GET {API}/v2/_catalog?last=other/app&n=2&orderby="),
            bearer("granted"),
            Reply::json(r#"{"repositories":["team/app"]}"#),
        )
}

const URL: (&str, &str) = ("url", "contoso.azurecr.io");

fn application(secret: &str) -> [(&'static str, &str); 5] {
    [
        URL,
        ("clientId", CLIENT),
        ("clientSecret", secret),
        ("tenantId", TENANT),
        ("subscriptionId", TENANT),
    ]
}

#[tokio::test]
async fn a_job_pulls_with_a_refresh_token() {
    let values = application("secret-of-entra");
    let spec = spec("azure-acr", "service-principal", &values, &[]);
    let world = with_entra(APPLICATION).world();
    let given = pull_credentials(&world, &Operator::default(), &spec).await;
    let given = given.unwrap().unwrap();
    assert_eq!(
        (given.username.as_str(), given.password.expose()),
        ("00000000-0000-0000-0000-000000000000", "refresh")
    );
    let in_three_hours = 1_700_000_000_000 + 3 * 60 * 60 * 1000;
    assert_eq!(given.expires_at, Some(in_three_hours));
}

#[tokio::test]
async fn a_sovereign_cloud_has_its_own_entra() {
    let clouds = [
        (
            "https://contoso.azurecr.us",
            "https://login.microsoftonline.us",
        ),
        (
            "https://contoso.azurecr.cn",
            "https://login.chinacloudapi.cn",
        ),
    ];
    for (api, entra) in clouds {
        let realm = format!("{api}/oauth2/token");
        let fake = Fake::new(&[api, entra])
            .on(format!("GET {realm}"), Anyone, error(401, "UNAUTHORIZED"))
            .on(
                format!("POST {entra}/{TENANT}/oauth2/v2.0/token"),
                Form(APPLICATION),
                token("access_token", "of-entra"),
            )
            .on(
                format!("POST {api}/oauth2/exchange"),
                Form(&[("access_token", "of-entra")]),
                token("refresh_token", "refresh"),
            )
            .on(
                format!("POST {realm}"),
                Form(&[("refresh_token", "refresh")]),
                token("access_token", "granted"),
            )
            .serves(api, bearer("granted"))
            .asks(api, &format!(r#"Bearer realm="{realm}""#));
        let mut values = application("secret-of-entra");
        values[0] = ("url", api);
        let spec = spec("azure-acr", "service-principal", &values, &[]);
        let check = run(
            &fake.world(),
            &Operator::default(),
            &spec,
            Some("team/app:1"),
        )
        .await;
        assert_eq!(check.proved, Proved::Pull, "{api}: {:?}", check.problem);
    }
}

pub fn cases() -> Vec<Case> {
    let user = |name, password| [URL, ("username", name), ("password", password)];
    let named = |name, password| [URL, ("tokenName", name), ("password", password)];
    let in_team = [
        ("url", "contoso.azurecr.io/team"),
        ("username", "contoso"),
        ("password", PASSWORD),
    ];
    let entra = || with_entra(APPLICATION);
    let unknown = entra().instead(
        format!("POST {API}/oauth2/exchange"),
        Anyone,
        error(401, "UNAUTHORIZED"),
    );
    let denied = entra().instead(
        format!("POST {API}/oauth2/token"),
        Anyone,
        error(401, "UNAUTHORIZED"),
    );
    let unreachable = entra().instead(format!("POST {ENTRA}/*"), Anyone, Reply::status(503));
    let ended = entra().instead(
        format!("POST {ENTRA}/*"),
        Anyone,
        Reply::status(401).text(
            r#"{"error":"invalid_client","error_description":"AADSTS7000222: The provided client secret keys are expired.","error_codes":[7000222]}"#,
        ),
    );
    vec![
        case(
            "right",
            fake(),
            "password",
            &user("contoso", PASSWORD),
            Pulled(4),
        ),
        case(
            "wrong",
            fake(),
            "password",
            &user("contoso", "wrong-one"),
            Problem(Code::AuthRejected),
        ),
        case(
            "no role",
            fake(),
            "password",
            &user("ci-push", PASSWORD),
            Problem(Code::PermissionPullMissing),
        ),
        case("a relative link", paged(), "password", &in_team, Pulled(8)).unnamed(),
        case(
            "right",
            fake(),
            "repository-token",
            &named("ci-pull", PASSWORD),
            Pulled(4),
        ),
        case(
            "wrong",
            fake(),
            "repository-token",
            &named("ci-pull", "wrong-one"),
            Problem(Code::AuthRejected),
        ),
        case(
            "no scope map",
            fake(),
            "repository-token",
            &named("ci-push", PASSWORD),
            Problem(Code::PermissionPullMissing),
        ),
        case(
            "right, directly",
            entra(),
            "service-principal",
            &application(PASSWORD),
            Pulled(4),
        ),
        case(
            "right, by Entra alone",
            entra(),
            "service-principal",
            &application("secret-of-entra"),
            Pulled(7),
        ),
        case(
            "wrong",
            entra(),
            "service-principal",
            &application("wrong-one"),
            Problem(Code::AuthRejected),
        ),
        case(
            "wrong, without Entra",
            unreachable,
            "service-principal",
            &application("wrong-one"),
            Problem(Code::AuthRejected),
        ),
        case(
            "ended",
            ended,
            "service-principal",
            &application("wrong-one"),
            Problem(Code::AuthExpired),
        ),
        case(
            "no role",
            unknown,
            "service-principal",
            &application("secret-of-entra"),
            Problem(Code::PermissionPullMissing),
        ),
        case(
            "no role here",
            denied,
            "service-principal",
            &application("secret-of-entra"),
            Problem(Code::PermissionPullMissing),
        ),
        case(
            "anonymous pull is on",
            fake().instead(
                format!("GET {API}/oauth2/token?service=contoso.azurecr.io"),
                Nobody,
                token("access_token", "granted"),
            ),
            "anonymous",
            &[URL],
            Pulled(4),
        ),
        case(
            "anonymous pull is off",
            fake(),
            "anonymous",
            &[URL],
            Problem(Code::AuthRejected),
        ),
    ]
}
