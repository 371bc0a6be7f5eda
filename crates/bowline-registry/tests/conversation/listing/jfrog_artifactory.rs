//! Artifactory: the keys that hold images, and the catalog of each; an address of one key has just its catalog.

use bowline::form::ConnectionSpec;
use bowline_registry::{Operator, Repositories, repositories};
use serde_json::json;

use super::product::Product;
use crate::{
    double::{FakeWorld, Reply, Sent},
    registry::{Fake, PASSWORD, basic, spec},
};

const ORIGIN: &str = "https://registry.example.com";

pub fn product() -> Product {
    Product {
        spec: artifactory("registry.example.com/docker-local"),
        registry: registry(),
        api,
        name: |number| format!("docker-local/acme/app{number:06}"),
        per_page: 1000,
        before: 3,
        trusted: &[ORIGIN],
        falls_back: true,
    }
}

fn artifactory(url: &str) -> ConnectionSpec {
    let values = [
        ("url", url),
        ("username", "scanner"),
        ("password", PASSWORD),
    ];
    spec("jfrog-artifactory", "password", &values, &[])
}

fn registry() -> Fake {
    Fake::basic().instead(
        "GET https://registry.example.com/v2/_catalog",
        Reply::status(404),
    )
}

/// The `Link` lacks the path to the key, as that of virtual repositories does.
fn api(names: &[String], sent: &Sent) -> Option<Reply> {
    if sent.url.path() != "/artifactory/api/docker/docker-local/v2/_catalog" {
        return None;
    }
    if sent.authorization() != Some(&basic("scanner", PASSWORD)) {
        return Some(Reply::status(401));
    }
    let names: Vec<&str> = names
        .iter()
        .map(|name| name.strip_prefix("docker-local/").unwrap())
        .collect();
    let last = sent.query("last").unwrap_or_default();
    let start = names.partition_point(|name| *name <= last.as_str());
    let shown = &names[start..(start + 1000).min(names.len())];
    let reply = Reply::json(json!({ "repositories": shown }).to_string());
    Some(match shown.last() {
        Some(last) if start + 1000 < names.len() => reply.with(
            "link",
            format!(r#"</v2/_catalog?last={last}&n=1000>; rel="next""#),
        ),
        _ => reply,
    })
}

/// Two keys with images, two without, one that no path could hold. The server leaves out what the query does not ask for,
/// and has the keys of the two package types under paths of their own.
fn keys() -> FakeWorld {
    let fake = registry();
    product().world(move |sent| match sent.url.path() {
        "/artifactory/api/repositories" if sent.query("packageType").is_some() => Reply::json(
            r#"[{"key":"b-local","type":"LOCAL","packageType":"Docker"}]"#,
        ),
        "/artifactory/api/repositories" => Reply::json(
            r#"[{"key":"b-local","type":"LOCAL","packageType":"Docker"},{"key":"maven","packageType":"Maven"},
                {"key":"../x","packageType":"Docker"},{"key":"a-virtual","packageType":"OCI"},{"key":"npm","packageType":"Npm"}]"#,
        ),
        "/artifactory/api/oci/a-virtual/v2/_catalog" => {
            Reply::json(r#"{"repositories":["app"]}"#)
        }
        "/artifactory/api/docker/a-virtual/v2/_catalog" => Reply::status(404),
        "/artifactory/api/docker/b-local/v2/_catalog" => {
            Reply::json(r#"{"repositories":["app","team/web"]}"#)
        }
        _ => fake.answer(sent),
    })
}

#[tokio::test]
async fn the_keys_that_hold_images_are_walked() {
    let (operator, spec) = (Operator::default(), artifactory("registry.example.com"));
    let world = keys();
    let expected = ["a-virtual/app", "b-local/app", "b-local/team/web"];
    let listing = repositories(&world, &operator, &spec).await.unwrap();
    assert_eq!(listing.items, expected);
    assert_eq!(world.http.lines().len(), 3 + 1 + 2);

    let mut names = Vec::new();
    let mut cursor = None;
    for _ in 0..3 {
        let mut listing = Repositories::open(&world, &operator, &spec, None, cursor.as_deref())
            .await
            .unwrap();
        let Some(page) = listing.next_page().await.unwrap() else {
            break;
        };
        names.extend(page.items.iter().map(|entry| entry.name().to_owned()));
        cursor = page.cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(names, expected, "another instance for each page");
}

#[tokio::test]
async fn a_key_of_the_other_package_type_is_found_by_its_name() {
    let spec = artifactory("registry.example.com/a-virtual");
    let listing = repositories(&keys(), &Operator::default(), &spec).await;
    assert_eq!(listing.unwrap().items, ["a-virtual/app"]);
}

/// JFrog's template for a proxy leads `/v2/` on such a host to the key, and `/artifactory/` to the whole.
#[tokio::test]
async fn the_host_of_one_key_has_names_without_it() {
    let fake = Fake::basic();
    let world = product().world(move |sent| match sent.url.path() {
        "/artifactory/api/repositories" => {
            Reply::json(r#"[{"key":"docker-local","packageType":"Docker"}]"#)
        }
        _ => fake.answer(sent),
    });
    let (operator, spec) = (Operator::default(), artifactory("registry.example.com"));
    let listing = repositories(&world, &operator, &spec).await.unwrap();
    assert_eq!(
        (listing.items, listing.complete),
        (vec!["team/app".to_owned()], true)
    );
    assert_eq!(world.http.lines().len(), 3);
}

#[tokio::test]
async fn an_address_of_one_key_has_its_catalog() {
    let fake = Fake::basic();
    let moved = product().world(move |sent| {
        let mut sent = sent.clone();
        let path = sent.url.path().strip_prefix("/artifactory/api/docker/key");
        let path = path.expect("everything is below the key").to_owned();
        sent.url.set_path(&path);
        fake.answer(&sent)
    });
    let spec = artifactory("https://registry.example.com/artifactory/api/docker/key");
    let listing = repositories(&moved, &Operator::default(), &spec).await;
    assert_eq!(listing.unwrap().items, ["team/app"]);
    assert_eq!(moved.http.lines().len(), 3);
}
