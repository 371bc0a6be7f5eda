//! Harbor: API 2.0 with Basic, pages by `Link`; the catalog is for administrators.

use bowline_registry::{ListedTag, Operator, Tags};
use serde_json::json;

use super::product::{Product, array, number, numbered};
use crate::{
    double::{Reply, Sent},
    registry::{Fake, Login, PASSWORD, basic, spec},
};

const ORIGIN: &str = "https://registry.example.com";
const ROBOT: &str = "robot$acme+scanner";

pub fn product() -> Product {
    Product {
        spec: harbor("registry.example.com/acme"),
        registry: registry(),
        api,
        name: |number| format!("acme/app{number:06}"),
        per_page: 100,
        before: 2,
        trusted: &[ORIGIN],
        falls_back: true,
    }
}

fn harbor(url: &str) -> bowline::form::ConnectionSpec {
    let values = [("url", url), ("username", ROBOT), ("password", PASSWORD)];
    spec("harbor", "password", &values, &[])
}

/// Whoever asks with a login, and everybody for the catalog, is told to use Basic.
fn registry() -> Fake {
    let login = Login::Bearer {
        realm: "https://registry.example.com/service/token",
        grants: &["pull"],
    };
    Fake {
        username: ROBOT,
        ..Fake::new(login)
    }
    .instead(
        "GET https://registry.example.com/v2/_catalog",
        Reply::status(401)
            .with("www-authenticate", r#"Basic realm="harbor""#)
            .text(
                r#"{"errors":[{"code":"UNAUTHORIZED","message":"unauthorized to list catalog"}]}"#,
            ),
    )
}

fn api(names: &[String], sent: &Sent) -> Option<Reply> {
    let path = sent.url.path().strip_prefix("/api/v2.0/")?;
    assert!(matches!(
        path,
        "projects/acme/repositories" | "repositories"
    ));
    if sent.authorization() != Some(&basic(ROBOT, PASSWORD)) {
        return Some(Reply::status(401).text(r#"{"errors":[{"code":"UNAUTHORIZED"}]}"#));
    }
    let page = number(sent, "page");
    let per_page = number(sent, "page_size");
    assert!(per_page <= 100, "Harbor answers 422 to more");
    let (shown, more) = numbered(names, page, per_page);
    let reply = Reply::json(
        array(shown, |name| json!({ "id": 1, "name": name, "artifact_count": 1, "update_time": "2023-11-14T22:13:20.000Z" }))
            .to_string(),
    )
    .with("x-total-count", names.len().to_string());
    let next = page + 1;
    Some(if more {
        reply.with(
            "link",
            format!(r#"</api/v2.0/{path}?page={next}&page_size={per_page}>; rel="next""#),
        )
    } else {
        reply
    })
}

#[tokio::test]
async fn a_project_bounds_what_is_asked() {
    for (url, first) in [
        (
            "registry.example.com/acme",
            "/api/v2.0/projects/acme/repositories?page=1&page_size=100",
        ),
        (
            "registry.example.com",
            "/api/v2.0/repositories?page=1&page_size=100",
        ),
    ] {
        let world = product().with(1);
        let listing =
            bowline_registry::repositories(&world, &Operator::default(), &harbor(url)).await;
        assert_eq!(listing.unwrap().items, ["acme/app000000"]);
        assert_eq!(world.http.lines()[2], format!("GET {ORIGIN}{first}"));
        assert_eq!(world.http.lines().len(), 3);
    }
}

#[tokio::test]
async fn an_administrator_without_the_api_has_the_catalog_by_basic() {
    let fake = Fake {
        username: ROBOT,
        ..Fake::basic()
    };
    let gone = Reply::status(404);
    let world = product().world(move |sent| match sent.url.path() {
        path if path.starts_with("/api/") => gone.clone(),
        _ => fake.answer(sent),
    });
    let spec = harbor("registry.example.com");
    let listing = bowline_registry::repositories(&world, &Operator::default(), &spec).await;
    assert_eq!(listing.unwrap().items, ["team/app"]);
}

#[tokio::test]
async fn tags_come_with_digest_size_and_times() {
    let digest = format!("sha256:{}", "a".repeat(64));
    let artifacts = json!([
        { "type": "IMAGE", "digest": digest, "size": 4711, "push_time": "2023-11-14T22:13:20.000Z",
          "extra_attrs": { "created": "2023-11-14T22:13:10Z" },
          "tags": [ { "name": "1", "push_time": "2023-11-14T22:13:30.000Z" }, { "name": "latest" }, { "name": "no/tag" } ] },
        { "type": "CHART", "digest": digest, "tags": [ { "name": "chart" } ] },
        { "type": "IMAGE", "digest": "sha256:odd", "tags": null },
    ])
    .to_string();
    let fake = registry();
    let world = product().world(move |sent| match sent.url.path() {
        "/api/v2.0/projects/acme/repositories/team%252Fapp/artifacts" => {
            Reply::json(artifacts.clone())
        }
        _ => fake.answer(sent),
    });
    let (operator, spec) = (Operator::default(), harbor("registry.example.com"));
    let mut tags = Tags::open(&world, &operator, &spec, None, "acme/team/app", None)
        .await
        .unwrap();
    let page = tags.next_page().await.unwrap().unwrap();
    let shown: Vec<_> = page.items.iter().map(shown).collect();
    let image = (Some(digest.as_str()), Some(1_699_999_990_000), Some(4711));
    assert_eq!(
        shown,
        [
            ("1", image.0, image.1, Some(1_700_000_010_000), image.2),
            ("latest", image.0, image.1, Some(1_700_000_000_000), image.2),
        ]
    );
    assert_eq!(page.cursor, None);
    assert!(tags.next_page().await.unwrap().is_none());
}

type Shown<'a> = (
    &'a str,
    Option<&'a str>,
    Option<i64>,
    Option<i64>,
    Option<u64>,
);

/// Name, digest, creation, push and size.
pub fn shown(tag: &ListedTag) -> Shown<'_> {
    (
        tag.name(),
        tag.digest.as_deref(),
        tag.created_at,
        tag.pushed_at,
        tag.size,
    )
}
