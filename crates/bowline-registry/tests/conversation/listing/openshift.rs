//! OpenShift: image streams by the API server, where that is given; else the catalog.

use bowline::form::ConnectionSpec;
use bowline_registry::{Operator, repositories};
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
