//! Quay: an API for OAuth tokens, which names its pages itself; robots have the catalog, with tokens of no scope.

use bowline::form::ConnectionSpec;
use bowline_registry::{Code, Operator, Proved, Tags, WarningCode, repositories};
use serde_json::json;

use super::{
    harbor::shown,
    product::{Product, array, number, numbered, split},
};
use crate::{
    double::{FakeWorld, Reply, Sent},
    registry::{Fake, Login, PASSWORD, run, spec},
};

const ORIGIN: &str = "https://registry.example.com";
const TOKEN: &str = "fake-oauth-token";

pub fn product() -> Product {
    Product {
        spec: oauth(),
        registry: registry("$oauthtoken", TOKEN).instead(
            "GET https://registry.example.com/v2/_catalog",
            Reply::status(401),
        ),
        api,
        name: |number| format!("acme/app{number:06}"),
        per_page: 100,
        before: 2,
        trusted: &[ORIGIN],
        falls_back: true,
    }
}

fn oauth() -> ConnectionSpec {
    let values = [("url", "registry.example.com/acme"), ("token", TOKEN)];
    spec("quay", "oauth2", &values, &[])
}

fn registry(username: &'static str, password: &'static str) -> Fake {
    let login = Login::Bearer {
        realm: "https://registry.example.com/v2/auth",
        grants: &["pull"],
    };
    Fake {
        username,
        password,
        ..Fake::new(login)
    }
}

fn api(names: &[String], sent: &Sent) -> Option<Reply> {
    if sent.url.path() != "/api/v1/repository" {
        return None;
    }
    if sent.authorization() != Some(&format!("Bearer {TOKEN}")) {
        return Some(Reply::status(401).text(r#"{"error":"invalid_token"}"#));
    }
    assert_eq!(sent.query("namespace").as_deref(), Some("acme"));
    // The token of a page is opaque: here the number, with what a URL has to encode.
    let page = sent.query("next_page").map_or(1, |token| {
        token.strip_prefix("page+/=").unwrap().parse().unwrap()
    });
    let (shown, more) = numbered(names, page, 100);
    let repositories = array(shown, |name| {
        let (namespace, name) = split(name);
        json!({ "namespace": namespace, "name": name, "kind": "image", "is_public": false, "last_modified": 1_700_000_000 })
    });
    let mut answer = json!({ "repositories": repositories });
    if more {
        answer["next_page"] = json!(format!("page+/={}", page + 1));
    }
    Some(Reply::json(answer.to_string()))
}

#[tokio::test]
async fn applications_are_no_images() {
    let fake = registry("$oauthtoken", TOKEN);
    let world = product().world(move |sent| match sent.url.path() {
        "/api/v1/repository" => Reply::json(
            r#"{"repositories":[{"namespace":"acme","name":"a","kind":"application"},{"namespace":"acme","name":"b","kind":"image"}]}"#,
        ),
        _ => fake.answer(sent),
    });
    let listing = repositories(&world, &Operator::default(), &oauth()).await;
    assert_eq!(listing.unwrap().items, ["acme/b"]);
}

#[tokio::test]
async fn a_robot_has_the_catalog_with_a_token_of_no_scope() {
    let robot = "acme+scanner";
    let values = [
        ("url", "registry.example.com"),
        ("username", robot),
        ("password", PASSWORD),
    ];
    let spec = spec("quay", "password", &values, &[]);
    let world = product().world(move |sent| registry(robot, PASSWORD).answer(sent));
    let listing = repositories(&world, &Operator::default(), &spec).await;
    assert_eq!(listing.unwrap().items, ["team/app"]);
    assert_eq!(
        world.http.lines(),
        [
            "GET https://registry.example.com/v2/",
            "GET https://registry.example.com/v2/auth?service=registry.example.com",
            "GET https://registry.example.com/v2/_catalog?n=1000",
        ]
    );
}

#[tokio::test]
async fn tags_come_with_digest_size_and_push_time() {
    let digest = format!("sha256:{}", "b".repeat(64));
    let fake = registry("$oauthtoken", TOKEN);
    let known = digest.clone();
    let world = product().world(move |sent| {
        if sent.url.path() != "/api/v1/repository/acme/app/tag/" {
            return fake.answer(sent);
        }
        let page = number(sent, "page");
        Reply::json(
            json!({ "has_additional": page < 2, "page": page, "tags": [
                { "name": format!("v{page}"), "manifest_digest": known, "size": 12, "start_ts": 1_700_000_000 },
            ] })
            .to_string(),
        )
    });
    let (operator, spec) = (Operator::default(), oauth());
    let mut cursor = None;
    for name in ["v1", "v2"] {
        let mut tags = Tags::open(
            &world,
            &operator,
            &spec,
            None,
            "acme/app",
            cursor.as_deref(),
        )
        .await
        .unwrap();
        let page = tags.next_page().await.unwrap().unwrap();
        let expected = (
            name,
            Some(digest.as_str()),
            None,
            Some(1_700_000_000_000),
            Some(12),
        );
        assert_eq!(page.items.iter().map(shown).collect::<Vec<_>>(), [expected]);
        cursor = page.cursor;
    }
    assert_eq!(cursor, None);
}

/// Quay gives no token to who has neither a login nor a scope, by design.
fn without_login(namespace: &'static str) -> (ConnectionSpec, FakeWorld) {
    let url = format!("registry.example.com{namespace}");
    let spec = spec("quay", "anonymous", &[("url", &url)], &[]);
    let fake = registry("", "");
    let world = product().world(move |sent| {
        let repositories = r#"{"repositories":[{"namespace":"team","name":"app","kind":"image","is_public":true}]}"#;
        match sent.url.path() {
            "/v2/auth" if sent.query("scope").is_none() => {
                Reply::status(400).text(r#"{"error":"No scope and no login"}"#)
            }
            "/v2/_catalog" => Reply::status(401).text(r#"{"errors":[{"code":"UNAUTHORIZED"}]}"#),
            "/api/v1/repository" if sent.query("public").as_deref() == Some("true") => {
                Reply::json(repositories)
            }
            "/api/v1/repository/team/app/tag/" => {
                Reply::json(r#"{"tags":[{"name":"1"}],"has_additional":false}"#)
            }
            _ => fake.answer(sent),
        }
    });
    (spec, world)
}

#[tokio::test]
async fn without_a_login_a_namespace_is_listed_and_pulled_from() {
    let (spec, world) = without_login("/team");
    let operator = Operator::default();
    let check = run(&world, &operator, &spec, None).await;
    assert_eq!(
        (check.ok, check.proved),
        (true, Proved::Pull),
        "{:?}",
        check.problem
    );
    let listing = repositories(&world, &operator, &spec).await.unwrap();
    assert_eq!(listing.items, ["team/app"]);
    let mut tags = Tags::open(&world, &operator, &spec, None, "team/app", None)
        .await
        .unwrap();
    let page = tags.next_page().await.unwrap().unwrap();
    let names: Vec<&str> = page.items.iter().map(|tag| tag.name()).collect();
    assert_eq!(names, ["1"]);
}

#[tokio::test]
async fn without_a_login_and_a_namespace_nothing_can_be_listed() {
    let (spec, world) = without_login("");
    let check = run(&world, &Operator::default(), &spec, None).await;
    assert_eq!(
        (check.ok, check.proved),
        (true, Proved::Login),
        "{:?}",
        check.problem
    );
    assert_eq!(check.warnings[0].code, WarningCode::CatalogUnlistable);
    let listing = repositories(&world, &Operator::default(), &spec).await;
    assert_eq!(listing.unwrap_err().code, Code::PermissionCatalogMissing);
}
