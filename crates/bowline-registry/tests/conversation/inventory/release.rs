//! The end of a quarantine, at Azure Container Registry: a double of what
//! <https://github.com/Azure/acr/tree/main/docs/preview/quarantine> describes. A token for `pull,push` is got at
//! `/oauth2/token` with the password, and a PATCH of `/acr/v1/<image>/_manifests/<digest>` says how the scan ended, with
//! details that are JSON in a text. What it answers with is not described: 2xx counts.

use bowline::form::ConnectionSpec;
use bowline_registry::{Operator, release};

use super::gave;
use crate::{
    double::Reply,
    providers::fake::{Anyone, Fake, basic, bearer, challenge, error, token},
    registry::{PASSWORD, digest, password, spec},
};

const ACR: &str = "https://contoso.azurecr.io";

fn acr() -> ConnectionSpec {
    let values = [
        ("url", "contoso.azurecr.io"),
        ("username", "contoso"),
        ("password", PASSWORD),
    ];
    spec("azure-acr", "password", &values, &[])
}

/// A registry that gives a token for pushing, and answers so to it.
fn registry(reply: Reply) -> Fake {
    let login =
        r#"Bearer realm="https://contoso.azurecr.io/oauth2/token",service="contoso.azurecr.io""#;
    let manifest = format!("{ACR}/acr/v1/team/app/_manifests/{}", digest("image"));
    Fake::new(&[ACR])
        .on(
            format!("GET {ACR}/oauth2/token?service=contoso.azurecr.io&scope=repository:team/app:pull,push"),
            basic("contoso", PASSWORD),
            token("access_token", "granted"),
        )
        .on(format!("PATCH {manifest}"), bearer("granted"), reply)
        .on(format!("GET {ACR}/v2/"), Anyone, challenge(login))
}

#[tokio::test]
async fn an_image_that_passed_leaves_its_quarantine() {
    let wait = || Reply::status(503);
    let away = Reply::status(307).with("location", "https://contoso.azurecr.io/else");
    let cases = [
        ("done", Reply::json("{}"), Ok(()), 3),
        ("done, without a word", Reply::status(204), Ok(()), 3),
        (
            "not allowed",
            error(401, "UNAUTHORIZED"),
            Err("permission.push_missing"),
            3,
        ),
        (
            "forbidden",
            error(403, "DENIED"),
            Err("permission.push_missing"),
            3,
        ),
        (
            "no such image",
            error(404, "MANIFEST_UNKNOWN"),
            Err("image.unknown"),
            3,
        ),
        (
            "too often",
            error(429, "TOOMANYREQUESTS"),
            Err("rate.limited"),
            3,
        ),
        ("not now", wait(), Err("server.error"), 5),
        ("elsewhere", away, Err("redirect.not_allowed"), 3),
    ];
    for (name, reply, expected, requests) in cases {
        let world = registry(reply).world();
        let operator = Operator::default();
        let told = release(&world, &operator, &acr(), "team/app", &digest("image")).await;
        assert_eq!(gave(&world, told), expected, "{name}");
        let sent = world.http.sent();
        assert_eq!(sent.len(), requests, "{name}");
        let last = sent.last().unwrap();
        assert_eq!(last.headers["content-type"], "application/json");
        let body: serde_json::Value = serde_json::from_str(&last.body).unwrap();
        assert_eq!(body["quarantineState"], "Passed");
        // JSON in a text.
        let details = body["quarantineDetails"].as_str().unwrap();
        assert!(serde_json::from_str::<serde_json::Value>(details).is_ok());
    }
}

#[tokio::test]
async fn what_has_no_quarantine_is_not_told() {
    let good = digest("image");
    let cases = [
        ("another product", password(), "team/app", good.as_str()),
        ("no repository", acr(), "Team/App", &good),
        ("no digest", acr(), "team/app", "sha256:1"),
    ];
    for (name, spec, repository, digest) in cases {
        let world = Fake::new(&[]).world();
        let told = release(&world, &Operator::default(), &spec, repository, digest).await;
        assert_eq!(gave(&world, told), Err("image.unknown"), "{name}");
        assert!(world.http.sent().is_empty(), "{name}");
    }
}
