//! Scaleway: the namespaces of a region, then the images of each, pages by their numbers
//! (the package scaleway 2.12.0, scaleway/registry/v1/api.py and types.py).

use bowline::form::ConnectionSpec;
use bowline_registry::{Operator, repositories};
use serde_json::json;

use super::{
    product::{Product, array, number, numbered, split},
    streaming::stream,
};
use crate::{
    double::{Reply, Sent},
    registry::{Fake, PASSWORD, spec},
};

const API: &str = "https://api.scaleway.com";
const ID: &str = "11111111-2222-3333-4444-555555555555";

pub fn product() -> Product {
    Product {
        spec: scaleway("acme"),
        registry: registry(),
        api,
        name: |number| format!("acme/app{number:06}"),
        per_page: 100,
        before: 3,
        trusted: &[API, "https://rg.nl-ams.scw.cloud"],
        falls_back: true,
    }
}

fn scaleway(namespace: &str) -> ConnectionSpec {
    let values = [
        ("region", "nl-ams"),
        ("password", PASSWORD),
        ("namespace", namespace),
    ];
    spec("scaleway", "password", &values, &[])
}

fn registry() -> Fake {
    Fake {
        origin: "https://rg.nl-ams.scw.cloud",
        username: "nologin",
        ..Fake::basic()
    }
    .instead(
        "GET https://rg.nl-ams.scw.cloud/v2/_catalog",
        Reply::status(404),
    )
}

fn api(names: &[String], sent: &Sent) -> Option<Reply> {
    let path = sent.url.as_str().strip_prefix(API)?;
    if sent
        .headers
        .get("x-auth-token")
        .is_none_or(|token| token != PASSWORD)
    {
        return Some(Reply::status(401).text(r#"{"type":"denied_authentication"}"#));
    }
    let path = path.split('?').next().unwrap();
    if path == "/registry/v1/regions/nl-ams/namespaces" {
        let body = json!({ "namespaces": [{ "id": ID, "name": "acme" }, { "id": "../x", "name": "odd" },
            { "id": "66666666-7777-8888-9999-000000000000", "name": "other" }], "total_count": 3 });
        return Some(Reply::json(body.to_string()));
    }
    assert_eq!(path, "/registry/v1/regions/nl-ams/images");
    if sent.query("namespace_id").as_deref() != Some(ID) {
        return Some(Reply::json(r#"{"images":[],"total_count":0}"#));
    }
    let (page, per_page) = (number(sent, "page"), number(sent, "page_size"));
    let (shown, _) = numbered(names, page, per_page);
    let images = array(
        shown,
        |name| json!({ "id": ID, "name": split(name).1, "namespace_id": ID, "updated_at": "2023-11-14T22:13:20Z" }),
    );
    Some(Reply::json(
        json!({ "images": images, "total_count": names.len() }).to_string(),
    ))
}

#[tokio::test]
async fn every_namespace_of_the_region_is_walked() {
    let world = product().with(1);
    let listing = repositories(&world, &Operator::default(), &scaleway("")).await;
    assert_eq!(listing.unwrap().items, ["acme/app000000"]);
    assert_eq!(world.http.lines().len(), 2 + 1 + 2);
}

#[tokio::test]
async fn a_region_of_thousands_of_namespaces_is_listed_whole() {
    /// Each namespace holds one image; its id ends in its number.
    fn api(names: &[String], sent: &Sent) -> Option<Reply> {
        let path = sent
            .url
            .path()
            .strip_prefix("/registry/v1/regions/nl-ams/")?;
        if path == "images" {
            let id = sent.query("namespace_id").unwrap();
            let name = format!("acme{}/app", id.get(30..).unwrap());
            names.binary_search(&name).unwrap();
            return Some(Reply::json(r#"{"images":[{"name":"app"}]}"#));
        }
        let (shown, _) = numbered(names, number(sent, "page"), number(sent, "page_size"));
        let namespaces = array(shown, |name| {
            let name = split(name).0;
            json!({ "name": name, "id": format!("11111111-2222-3333-4444-555555{}", name.get(4..).unwrap()) })
        });
        Some(Reply::json(json!({ "namespaces": namespaces }).to_string()))
    }
    let product = Product {
        spec: scaleway(""),
        api,
        name: |number| format!("acme{number:06}/app"),
        ..product()
    };
    for (count, anew) in [(0, false), (100, false), (2_101, false), (2_101, true)] {
        let world = product.with(count);
        let (names, _, _) = stream(&world, &product, anew).await;
        assert_eq!(names, product.names(count), "{count} {anew}");
    }
}
