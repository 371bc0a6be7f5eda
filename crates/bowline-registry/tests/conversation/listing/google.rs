//! Google: the tree below a project, by what the lists of tags tell of it; without a project, the catalog.

use bowline::form::ConnectionSpec;
use bowline_registry::{Operator, Tags, repositories};
use serde_json::json;

use super::{harbor::shown, product::Product};
use crate::{
    double::{Reply, Sent},
    registry::{Fake, Login, spec},
};

const TOKEN: &str = "ya29.not-a-token";
const ORIGIN: &str = "https://europe-docker.pkg.dev";

pub fn product() -> Product {
    Product {
        spec: google("acme-project"),
        registry: registry(),
        api,
        name: |number| format!("acme-project/images/app{number:06}"),
        per_page: 1,
        before: 4,
        trusted: &[ORIGIN],
        falls_back: true,
    }
}

fn google(namespace: &str) -> ConnectionSpec {
    let values = [
        ("region", "europe"),
        ("accessToken", TOKEN),
        ("namespace", namespace),
    ];
    spec("google", "access-token", &values, &[])
}

fn registry() -> Fake {
    Fake {
        origin: ORIGIN,
        username: "oauth2accesstoken",
        password: TOKEN,
        ..Fake::new(Login::Bearer {
            realm: "https://europe-docker.pkg.dev/v2/token",
            grants: &["pull"],
        })
    }
    .instead(
        "GET https://europe-docker.pkg.dev/v2/_catalog",
        Reply::status(403),
    )
}

/// The children of a path are what comes after it in the names; a path that is a name holds one image.
fn api(names: &[String], sent: &Sent) -> Option<Reply> {
    let path = sent
        .url
        .path()
        .strip_prefix("/v2/")?
        .strip_suffix("/tags/list")?;
    sent.authorization()?;
    if names
        .binary_search_by(|name| name.as_str().cmp(path))
        .is_ok()
    {
        // Without tags, so that nothing is drawn.
        let manifest = json!({ "sha256:odd": { "tag": [], "imageSizeBytes": "7" } });
        let answer = json!({ "name": path, "child": [], "manifest": manifest, "tags": [] });
        return Some(Reply::json(answer.to_string()));
    }
    let prefix = format!("{path}/");
    let mut children: Vec<&str> = names
        .iter()
        .filter_map(|name| name.strip_prefix(&prefix))
        .map(|rest| rest.split('/').next().unwrap())
        .collect();
    children.dedup();
    let answer = json!({ "name": path, "child": children, "manifest": {}, "tags": [] });
    Some(Reply::json(answer.to_string()))
}

#[tokio::test]
async fn images_may_lie_at_any_depth() {
    let names: Vec<String> = [
        "acme-project/a/app",
        "acme-project/a/app/web",
        "acme-project/b/c/d",
        "acme-project/b/e",
    ]
    .map(str::to_owned)
    .to_vec();
    let listed = names.clone();
    let fake = registry();
    let world = product().world(move |sent| {
        let Some(path) = sent.url.path().strip_suffix("/tags/list") else {
            return fake.answer(sent);
        };
        // `a/app` holds an image and has one below it.
        if path == "/v2/acme-project/a/app" {
            return Reply::json(r#"{"child":["web","..","b?c"],"manifest":{},"tags":["1"]}"#);
        }
        api(&listed, sent).unwrap()
    });
    let listing = repositories(&world, &Operator::default(), &google("acme-project")).await;
    assert_eq!(listing.unwrap().items, names);
    assert_eq!(world.http.lines().len(), 2 + 8, "one request a path");
}

#[tokio::test]
async fn without_a_project_the_catalog_is_asked() {
    let fake = Fake {
        instead: Vec::new(),
        ..registry()
    };
    let world = product().world(move |sent| fake.answer(sent));
    let listing = repositories(&world, &Operator::default(), &google("")).await;
    assert_eq!(listing.unwrap().items, ["team/app"]);
}

#[tokio::test]
async fn tags_come_with_digest_size_and_times() {
    let digest = format!("sha256:{}", "e".repeat(64));
    let answer = json!({
        "child": [], "tags": ["1", "latest", "other"],
        "manifest": { &digest: {
            "imageSizeBytes": "4711", "tag": ["1", "latest"],
            "timeCreatedMs": "1699999990000", "timeUploadedMs": 1_700_000_000_000_i64,
        } },
    })
    .to_string();
    let fake = registry();
    let world = product().world(move |sent| match sent.url.path() {
        "/v2/acme-project/a/app/tags/list" if sent.authorization().is_some() => {
            Reply::json(answer.clone())
        }
        _ => fake.answer(sent),
    });
    let (operator, spec) = (Operator::default(), google("acme-project"));
    let mut tags = Tags::open(&world, &operator, &spec, None, "acme-project/a/app", None)
        .await
        .unwrap();
    let page = tags.next_page().await.unwrap().unwrap();
    let of = |name| {
        let times = (Some(1_699_999_990_000), Some(1_700_000_000_000));
        (name, Some(digest.as_str()), times.0, times.1, Some(4711))
    };
    assert_eq!(
        page.items.iter().map(shown).collect::<Vec<_>>(),
        [of("1"), of("latest"), ("other", None, None, None, None)]
    );
}

#[tokio::test]
async fn children_that_stand_on_further_pages_are_walked() {
    let fake = registry();
    let world = product().world(move |sent| {
        match sent.url.path() {
            "/v2/acme-project/tags/list" => {}
            path if path.ends_with("/tags/list") => {
                return Reply::json(r#"{"child":[],"manifest":{},"tags":["1"]}"#);
            }
            _ => return fake.answer(sent),
        }
        match sent.query("last").as_deref() {
            None => Reply::json(r#"{"child":["a"],"manifest":{},"tags":[]}"#)
                .with("link", "</v2/acme-project/tags/list?last=a>; rel=next"),
            Some(_) => Reply::json(r#"{"child":["a","b"],"manifest":{},"tags":[]}"#),
        }
    });
    let listing = repositories(&world, &Operator::default(), &google("acme-project")).await;
    let listing = listing.unwrap();
    assert_eq!(listing.items, ["acme-project/a", "acme-project/b"]);
    assert!(listing.complete);
}
