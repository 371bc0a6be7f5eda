//! OpenShift: image streams by the API server, where that is given; else the catalog.

use bowline::form::ConnectionSpec;
use bowline_registry::{Code, Operator, Tags, repositories};
use serde_json::json;

use super::product::{Product, array, numbered, split};
use crate::{
    double::{Reply, Sent},
    registry::{Fake, Login, PASSWORD, spec},
};

const API: &str = "https://api.example.net:6443";

pub fn product() -> Product {
    Product {
        spec: openshift(API, "acme"),
        registry: registry().instead(
            "GET https://registry.example.com/v2/_catalog",
            Reply::status(401),
        ),
        api,
        name: |number| format!("acme/app{number:06}"),
        per_page: 500,
        before: 2,
        trusted: &[API, "https://registry.example.com"],
        falls_back: true,
    }
}

fn openshift(api: &str, project: &str) -> ConnectionSpec {
    let values = [
        ("url", "registry.example.com"),
        ("token", PASSWORD),
        ("apiUrl", api),
        ("namespace", project),
    ];
    spec("openshift", "token", &values, &[])
}

fn registry() -> Fake {
    Fake {
        username: "openshift",
        ..Fake::new(Login::Bearer {
            realm: "https://registry.example.com/openshift/token",
            grants: &["pull"],
        })
    }
}

fn api(names: &[String], sent: &Sent) -> Option<Reply> {
    if sent.url.origin().ascii_serialization() != API {
        return None;
    }
    assert!(matches!(
        sent.url.path(),
        "/apis/image.openshift.io/v1/namespaces/acme/imagestreams"
            | "/apis/image.openshift.io/v1/imagestreams"
    ));
    assert_eq!(sent.authorization(), Some(&*format!("Bearer {PASSWORD}")));
    assert_eq!(sent.query("limit").as_deref(), Some("500"));
    let page = sent.query("continue").map_or(1, |token| {
        token.strip_prefix("page=").unwrap().parse().unwrap()
    });
    let (shown, more) = numbered(names, page, 500);
    let items = array(shown, |name| {
        let (namespace, name) = split(name);
        json!({ "metadata": { "namespace": namespace, "name": name } })
    });
    let next = if more {
        format!("page={}", page + 1)
    } else {
        String::new()
    };
    let answer =
        json!({ "kind": "ImageStreamList", "metadata": { "continue": next }, "items": items });
    Some(Reply::json(answer.to_string()))
}

#[tokio::test]
async fn without_an_api_server_the_catalog_is_asked() {
    let world = product().world(|sent| registry().answer(sent));
    let listing = repositories(&world, &Operator::default(), &openshift("", "")).await;
    assert_eq!(listing.unwrap().items, ["team/app"]);
    let last = world.http.lines().pop();
    assert_eq!(
        last.as_deref(),
        Some("GET https://registry.example.com/v2/_catalog?n=1000")
    );
}

#[tokio::test]
async fn without_a_project_the_image_streams_of_all_are_listed() {
    let world = product().with(1);
    let listing = repositories(&world, &Operator::default(), &openshift(API, "")).await;
    assert_eq!(listing.unwrap().items, ["acme/app000000"]);
    assert_eq!(
        world.http.sent()[2].url.path(),
        "/apis/image.openshift.io/v1/imagestreams"
    );
}

#[tokio::test]
async fn the_tags_of_an_image_stream_come_with_digests() {
    let digest = |fill: &str| format!("sha256:{}", fill.repeat(64));
    let event = |fill: &str| json!({ "created": "2023-11-14T22:13:20Z", "image": digest(fill) });
    let stream = json!({ "kind": "ImageStream", "metadata": { "namespace": "acme", "name": "app" }, "status": { "tags": [
        { "tag": "1", "items": [event("b"), event("a")] },
        { "tag": "imported-not-yet", "items": null },
        { "tag": "../x", "items": [event("a")] },
    ] } });
    let bare = json!({ "metadata": { "namespace": "acme", "name": "app" }, "status": {} });
    let found = |text: &serde_json::Value| Reply::json(text.to_string());
    let cases = [
        (
            "an image stream",
            found(&stream),
            Ok(vec![("1", Some(digest("b")))]),
            3,
        ),
        ("without tags", found(&bare), Ok(vec![]), 3),
        ("not allowed", Reply::status(403), Ok(vec![("1", None)]), 5),
        (
            "not there, but in the registry",
            Reply::status(404),
            Ok(vec![("1", None)]),
            5,
        ),
        (
            "something else",
            Reply::json("{}"),
            Ok(vec![("1", None)]),
            5,
        ),
        ("down", Reply::status(503), Err(Code::ServerError), 5),
    ];
    for (case, reply, expected, requests) in cases {
        let registry = registry();
        let world = product().world(move |sent| match sent.url.path() {
            "/apis/image.openshift.io/v1/namespaces/acme/imagestreams/app" => reply.clone(),
            "/v2/acme/app/tags/list" if sent.authorization().is_some() => {
                Reply::json(r#"{"tags":["1"]}"#)
            }
            _ => registry.answer(sent),
        });
        let (operator, spec) = (Operator::default(), openshift(API, "acme"));
        let mut tags = Tags::open(&world, &operator, &spec, None, "acme/app", None)
            .await
            .unwrap();
        let page = tags.next_page().await.map(Option::unwrap);
        let listed: Result<Vec<_>, Code> = match &page {
            Ok(page) => {
                let known = page.items.iter();
                Ok(known.map(|tag| (tag.name(), tag.digest.clone())).collect())
            }
            Err(problem) => Err(problem.code),
        };
        assert_eq!(listed, expected, "{case}");
        assert_eq!(tags.requests(), requests, "{case}");
    }
}
