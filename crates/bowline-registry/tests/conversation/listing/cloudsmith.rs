//! Cloudsmith: the repositories of an organization, then the packages of each, one a tag
//! (the package cloudsmith-api 2.0.42, repos_api.py and packages_api.py).

use bowline::form::ConnectionSpec;
use bowline_registry::{Code, Operator, repositories};
use serde_json::json;

use super::{
    product::{Product, array, number, numbered, split},
    streaming::stream,
};
use crate::{
    double::{Reply, Sent},
    registry::{Fake, PASSWORD, spec},
};

const API: &str = "https://api.cloudsmith.io";

pub fn product() -> Product {
    Product {
        spec: cloudsmith("acme/images", "scanner"),
        registry: registry("scanner"),
        api,
        name: |number| format!("acme/images/app{number:06}"),
        per_page: 100,
        before: 2,
        trusted: &[API, "https://docker.cloudsmith.io"],
        falls_back: true,
    }
}

fn cloudsmith(namespace: &str, username: &str) -> ConnectionSpec {
    let values = [
        ("username", username),
        ("password", PASSWORD),
        ("namespace", namespace),
    ];
    spec("cloudsmith", "password", &values, &[])
}

fn registry(username: &'static str) -> Fake {
    Fake {
        origin: "https://docker.cloudsmith.io",
        username,
        ..Fake::basic()
    }
    .instead(
        "GET https://docker.cloudsmith.io/v2/_catalog",
        Reply::status(404),
    )
}

fn api(names: &[String], sent: &Sent) -> Option<Reply> {
    if sent.url.host_str() != Some("api.cloudsmith.io") {
        return None;
    }
    if sent
        .headers
        .get("x-api-key")
        .is_none_or(|key| key != PASSWORD)
    {
        return Some(Reply::status(401).text(r#"{"detail":"Authentication failed"}"#));
    }
    match sent.url.path() {
        "/v1/repos/acme/" => Some(Reply::json(r#"[{"slug":"images"},{"slug":"../x"}]"#)),
        "/v1/packages/acme/images/" => {
            assert_eq!(sent.query("query").as_deref(), Some("format:docker"));
            let (shown, _) = numbered(names, number(sent, "page"), number(sent, "page_size"));
            let packages = array(shown, |name| {
                json!({ "name": split(name).1, "version": "1", "format": "docker",
                        "uploaded_at": "2023-11-14T22:13:20Z" })
            });
            Some(Reply::json(packages.to_string()))
        }
        other => panic!("nobody answers {other}"),
    }
}

#[tokio::test]
async fn every_repository_of_the_organization_is_walked() {
    let world = product().with(1);
    let listing = repositories(&world, &Operator::default(), &cloudsmith("acme", "scanner")).await;
    assert_eq!(listing.unwrap().items, ["acme/images/app000000"]);
    assert_eq!(world.http.lines().len(), 4);
}

#[tokio::test]
async fn the_tags_of_an_image_are_one_repository() {
    let fake = registry("scanner");
    let world = product().world(move |sent| match sent.url.host_str() {
        Some("api.cloudsmith.io") => Reply::json(
            r#"[{"name":"app","version":"1"},{"name":"app","version":"2"},{"name":"web","version":"1"}]"#,
        ),
        _ => fake.answer(sent),
    });
    let listing = repositories(&world, &Operator::default(), &product().spec).await;
    assert_eq!(
        listing.unwrap().items,
        ["acme/images/app", "acme/images/web"]
    );
}

#[tokio::test]
async fn an_entitlement_token_and_a_connection_without_an_organization_list_nothing() {
    for (namespace, username) in [("acme", "token"), ("", "scanner")] {
        let fake = registry(username);
        let world = product().world(move |sent| fake.answer(sent));
        let spec = cloudsmith(namespace, username);
        let problem = repositories(&world, &Operator::default(), &spec).await;
        assert_eq!(problem.unwrap_err().code, Code::PermissionCatalogMissing);
    }
}

#[tokio::test]
async fn an_organization_of_thousands_of_repositories_is_listed_whole() {
    /// Each repository holds one image. A page beyond the last is an error, as the headers tell.
    fn api(names: &[String], sent: &Sent) -> Option<Reply> {
        let path = sent.url.path().strip_prefix("/v1/")?;
        if let Some(repository) = path.strip_prefix("packages/") {
            let name = format!("{repository}app");
            let found = names
                .binary_search(&name)
                .map(|_| json!([{ "name": "app" }]));
            return Some(Reply::json(found.unwrap().to_string()));
        }
        let (page, size) = (number(sent, "page"), number(sent, "page_size"));
        let pages = names.len().div_ceil(size).max(1);
        if page > pages {
            return Some(Reply::status(404));
        }
        let (shown, _) = numbered(names, page, size);
        let slugs = array(shown, |name| json!({ "slug": name.split('/').nth(1) }));
        let answer = Reply::json(slugs.to_string()).with("x-pagination-page", page.to_string());
        Some(answer.with("x-pagination-pagetotal", pages.to_string()))
    }
    let product = Product {
        spec: cloudsmith("acme", "scanner"),
        api,
        name: |number| format!("acme/repository{number:06}/app"),
        ..product()
    };
    for (count, anew) in [(0, false), (100, false), (2_101, false), (2_101, true)] {
        let world = product.with(count);
        let (names, _, _) = stream(&world, &product, anew).await;
        assert_eq!(names, product.names(count), "{count} {anew}");
    }
}
