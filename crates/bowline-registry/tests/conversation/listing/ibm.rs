//! IBM Cloud: all images of the account in one answer, for an access token of IAM.

use bowline::form::ConnectionSpec;
use bowline_registry::{Code, Operator, repositories};
use serde_json::json;

use super::product::{Product, array};
use crate::{
    double::{Reply, Sent},
    registry::{Fake, Login, PASSWORD, spec},
};

const ACCOUNT: &str = "0123456789abcdef0123456789abcdef";

pub fn product() -> Product {
    Product {
        spec: ibm("iamapikey"),
        registry: registry("iamapikey"),
        api,
        name: |number| format!("acme/app{number:06}"),
        per_page: 1000,
        before: 3,
        trusted: &["https://de.icr.io", "https://iam.cloud.ibm.com"],
        falls_back: true,
    }
}

fn ibm(username: &str) -> ConnectionSpec {
    let values = [
        ("region", "eu-de"),
        ("accountId", ACCOUNT),
        ("username", username),
        ("password", PASSWORD),
        ("namespace", "acme"),
    ];
    spec("ibm", "password", &values, &[])
}

fn registry(username: &'static str) -> Fake {
    Fake {
        origin: "https://de.icr.io",
        username,
        ..Fake::new(Login::Bearer {
            realm: "https://de.icr.io/oauth/token",
            grants: &["pull"],
        })
    }
    .instead("GET https://de.icr.io/v2/_catalog", Reply::status(404))
}

fn api(names: &[String], sent: &Sent) -> Option<Reply> {
    if sent.url.as_str() == "https://iam.cloud.ibm.com/identity/token" {
        assert_eq!(
            sent.body,
            format!(
                "grant_type=urn%3Aibm%3Aparams%3Aoauth%3Agrant-type%3Aapikey&apikey={PASSWORD}"
            )
        );
        return Some(Reply::json(r#"{"access_token":"iam","expires_in":3600}"#));
    }
    if sent.url.path() != "/api/v1/images" {
        return None;
    }
    let token = sent.authorization()?;
    assert!(
        matches!(token, "Bearer iam" | "Bearer correct-horse"),
        "{token}"
    );
    assert_eq!(sent.headers["account"], ACCOUNT);
    assert_eq!(sent.query("namespace").as_deref(), Some("acme"));
    if sent.query("includeManifestLists").as_deref() != Some("true") {
        // Images of several platforms are not shown unless they are asked for.
        return Some(Reply::json("[]"));
    }
    let images = array(names, |name| {
        json!({ "Id": "sha256:0", "Created": 1_700_000_000, "Size": 1,
                "RepoTags": [format!("de.icr.io/{name}:1"), format!("de.icr.io/{name}:2")],
                "RepoDigests": [format!("de.icr.io/{name}@sha256:0")] })
    });
    Some(Reply::json(images.to_string()))
}

#[tokio::test]
async fn an_access_token_is_used_as_it_is_and_a_refresh_token_buys_none() {
    for (username, expected) in [
        ("iambearer", Ok(vec!["acme/app000000".to_owned()])),
        ("iamrefresh", Err(Code::PermissionCatalogMissing)),
    ] {
        let fake = registry(username);
        let names = product().names(1);
        let world =
            product().world(move |sent| api(&names, sent).unwrap_or_else(|| fake.answer(sent)));
        let listing = repositories(&world, &Operator::default(), &ibm(username)).await;
        let listing = listing.map(|listing| listing.items);
        assert_eq!(listing.map_err(|problem| problem.code), expected);
    }
}

#[tokio::test]
async fn more_than_an_answer_may_hold_is_named() {
    let world = product().with(100_000);
    let problem = repositories(&world, &Operator::default(), &product().spec)
        .await
        .unwrap_err();
    assert_eq!(problem.code, Code::PermissionCatalogMissing);
    assert!(problem.detail.contains("larger than"), "{}", problem.detail);
}
