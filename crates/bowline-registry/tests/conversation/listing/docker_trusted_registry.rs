//! Docker Trusted Registry: its API where that is preferred, with the catalog behind it.

use bowline::form::ConnectionSpec;
use bowline_registry::{Operator, Tags, repositories};
use serde_json::json;

use super::{
    harbor::shown,
    product::{Product, array, numbered, split},
};
use crate::{
    double::{Reply, Sent},
    registry::{Fake, Login, PASSWORD, basic, spec},
};

const ORIGIN: &str = "https://registry.example.com";

pub fn product() -> Product {
    Product {
        spec: dtr("true"),
        registry: registry().instead(
            "GET https://registry.example.com/v2/_catalog",
            Reply::status(403),
        ),
        api,
        name: |number| format!("acme/app{number:06}"),
        per_page: 100,
        before: 2,
        trusted: &[ORIGIN],
        falls_back: true,
    }
}

fn dtr(prefer: &str) -> ConnectionSpec {
    let values = [
        ("url", "registry.example.com"),
        ("username", "scanner"),
        ("password", PASSWORD),
        ("preferDtrApi", prefer),
    ];
    spec("docker-trusted-registry", "password", &values, &[])
}

fn registry() -> Fake {
    Fake::new(Login::Bearer {
        realm: "https://registry.example.com/auth/token",
        grants: &["pull"],
    })
}

/// The next page starts with what a header names.
fn api(names: &[String], sent: &Sent) -> Option<Reply> {
    if sent.url.path() != "/api/v0/repositories" {
        return None;
    }
    if sent.authorization() != Some(&basic("scanner", PASSWORD)) {
        return Some(Reply::status(401));
    }
    let page = sent.query("pageStart").map_or(1, |start| {
        start.strip_prefix("0000-").unwrap().parse().unwrap()
    });
    assert_eq!(sent.query("pageSize").as_deref(), Some("100"));
    let (shown, more) = numbered(names, page, 100);
    let repositories = array(shown, |name| {
        let (namespace, name) = split(name);
        json!({ "namespace": namespace, "name": name, "visibility": "private" })
    });
    let next = if more {
        format!("0000-{}", page + 1)
    } else {
        String::new()
    };
    let answer = json!({ "repositories": repositories }).to_string();
    Some(Reply::json(answer).with("x-next-page-start", next))
}

#[tokio::test]
async fn the_catalog_is_asked_unless_the_api_is_preferred_and_answers() {
    // The switch, the status of the API, and the requests.
    let cases = [
        ("false", 200, vec!["/v2/", "/auth/token", "/v2/_catalog"]),
        (
            "true",
            500,
            vec![
                "/v2/",
                "/auth/token",
                "/api/v0/repositories",
                "/api/v0/repositories",
                "/api/v0/repositories",
                "/auth/token",
                "/v2/_catalog",
            ],
        ),
        (
            "true",
            404,
            vec![
                "/v2/",
                "/auth/token",
                "/api/v0/repositories",
                "/auth/token",
                "/v2/_catalog",
            ],
        ),
    ];
    for (prefer, status, expected) in cases {
        let fake = registry();
        let world = product().world(move |sent| match sent.url.path() {
            "/api/v0/repositories" => Reply::status(status),
            _ => fake.answer(sent),
        });
        let listing = repositories(&world, &Operator::default(), &dtr(prefer)).await;
        assert_eq!(listing.unwrap().items, ["team/app"], "{prefer} {status}");
        let sent = world.http.sent();
        let paths: Vec<&str> = sent.iter().map(|sent| sent.url.path()).collect();
        assert_eq!(paths, expected, "{prefer} {status}");
    }
}

#[tokio::test]
async fn tags_come_with_their_digest_and_times() {
    let digest = format!("sha256:{}", "c".repeat(64));
    let tags = json!([
        { "name": "1", "digest": digest, "createdAt": "2023-11-14T22:13:10Z", "updatedAt": "2023-11-14T22:13:20Z" },
    ])
    .to_string();
    let fake = registry();
    let world = product().world(move |sent| match sent.url.path() {
        "/api/v0/repositories/acme/app/tags" => Reply::json(tags.clone()),
        _ => fake.answer(sent),
    });
    let (operator, spec) = (Operator::default(), dtr("true"));
    let mut listing = Tags::open(&world, &operator, &spec, None, "acme/app", None)
        .await
        .unwrap();
    let page = listing.next_page().await.unwrap().unwrap();
    let times = (Some(1_699_999_990_000), Some(1_700_000_000_000));
    let expected = ("1", Some(digest.as_str()), times.0, times.1, None);
    assert_eq!(page.items.iter().map(shown).collect::<Vec<_>>(), [expected]);
}
