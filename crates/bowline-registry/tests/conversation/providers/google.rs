//! Google's registries: an access token is a password, and a key file becomes an access token first.

use super::{Case, Expected::Problem, Expected::Pulled, case, fake::*};
use crate::{double::Reply, registry::spec};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bowline_registry::{Code, Operator, pull_credentials};

const API: &str = "https://europe-west3-docker.pkg.dev";
const GOOGLE: &str = "https://oauth2.googleapis.com";
const USER: &str = "oauth2accesstoken";
const TOKEN: &str = "access-token-of-tests";

fn fake() -> Fake {
    let realm = format!("GET {API}/v2/token?service=europe-west3-docker.pkg.dev");
    let login = format!(r#"Bearer realm="{API}/v2/token",service="europe-west3-docker.pkg.dev""#);
    Fake::new(&[API, GOOGLE])
        .repository("my-project/team/app")
        .on(&realm, basic(USER, TOKEN), token("token", "granted"))
        .on(
            &realm,
            basic("_json_key", &key_file("other.example")),
            token("token", "granted"),
        )
        .on(&realm, basic(USER, "of-a-guest"), token("token", "empty"))
        .on(&realm, Anyone, error(401, "UNAUTHORIZED"))
        .serves(API, bearer("granted"))
        .on(
            format!("GET {API}/v2/*"),
            bearer("empty"),
            error(403, "DENIED"),
        )
        // The challenge is on `/v2/` only.
        .on(format!("GET {API}/v2/"), Nobody, challenge(login))
}

/// The same, and Google's token service answers so to assertions.
fn with_assertions(reply: Reply) -> Fake {
    let grant = Form(&[("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")]);
    fake().on(format!("POST {GOOGLE}/token"), grant, reply)
}

/// A key file with the example key of RFC 7515, of this cloud. Its token service is not to be believed.
fn key_file(universe: &str) -> String {
    serde_json::json!({
        "type": "service_account",
        "project_id": "my-project",
        "private_key_id": "1",
        "private_key": crate::assertion::pem(),
        "client_email": "scanner@my-project.iam.gserviceaccount.com",
        "token_uri": "https://evil.example.net/token",
        "universe_domain": universe,
    })
    .to_string()
}

#[tokio::test]
async fn a_job_pulls_with_an_access_token() {
    let file = key_file("googleapis.com");
    let values = [
        ("region", "europe-west3"),
        ("serviceAccountKey", file.as_str()),
    ];
    let spec = spec("google", "service-account-key", &values, &[]);
    let answer = format!(r#"{{"access_token":"{TOKEN}","expires_in":3599}}"#);
    let world = with_assertions(Reply::json(answer)).world();
    let given = pull_credentials(&world, &Operator::default(), &spec).await;
    let given = given.unwrap().unwrap();
    assert_eq!(
        (given.username.as_str(), given.password.expose()),
        (USER, TOKEN)
    );
    assert_eq!(given.expires_at, Some(1_700_003_599_000));
}

pub fn cases() -> Vec<Case> {
    let with = |token| [("region", "europe-west3"), ("accessToken", token)];
    let file = key_file("googleapis.com");
    let encoded = BASE64_STANDARD.encode(&file);
    let key = |key| [("region", "europe-west3"), ("serviceAccountKey", key)];
    let granted = || {
        with_assertions(Reply::json(format!(
            r#"{{"access_token":"{TOKEN}","expires_in":3599}}"#
        )))
    };
    let guest = || with_assertions(token("access_token", "of-a-guest"));
    let refused = with_assertions(
        Reply::status(400)
            .text(r#"{"error":"invalid_grant","error_description":"Invalid JWT Signature."}"#),
    );
    let down = with_assertions(Reply::status(503)).instead(
        format!("GET {API}/v2/token"),
        basic("_json_key", &file),
        token("token", "granted"),
    );
    let denied = Code::PermissionPullMissing;
    vec![
        case("right", fake(), "access-token", &with(TOKEN), Pulled(4)),
        case(
            "a token that has ended",
            fake(),
            "access-token",
            &with("ended"),
            Problem(Code::AuthRejected),
        ),
        case(
            "no Reader role",
            fake(),
            "access-token",
            &with("of-a-guest"),
            Problem(denied),
        ),
        case(
            "right",
            granted(),
            "service-account-key",
            &key(&file),
            Pulled(5),
        ),
        case(
            "right, in base64",
            granted(),
            "service-account-key",
            &key(&encoded),
            Pulled(5),
        ),
        case(
            "a deleted key",
            refused,
            "service-account-key",
            &key(&file),
            Problem(Code::AuthRejected),
        ),
        case(
            "no Reader role",
            guest(),
            "service-account-key",
            &key(&file),
            Problem(denied),
        ),
        case(
            "Google's token service is down",
            down,
            "service-account-key",
            &key(&file),
            Pulled(5),
        ),
        case(
            "another cloud's key",
            fake(),
            "service-account-key",
            &key(&key_file("other.example")),
            Pulled(4),
        ),
        case(
            "a key file without a key",
            fake(),
            "service-account-key",
            &key(r#"{"type":"service_account"}"#),
            Problem(Code::AuthRejected),
        ),
        case(
            "a public repository",
            fake().instead(
                format!("GET {API}/v2/token?service=europe-west3-docker.pkg.dev"),
                Nobody,
                token("token", "granted"),
            ),
            "anonymous",
            &[("region", "europe-west3")],
            Pulled(4),
        ),
    ]
}
