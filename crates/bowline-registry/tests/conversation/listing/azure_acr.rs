//! Azure Container Registry: the catalog works, with a relative `Link` and an order of its own in it.

use bowline_registry::{Operator, Tags};
use serde_json::json;

use super::product::Product;
use crate::{
    double::{FakeWorld, Reply, Sent},
    registry::{Fake, Login, PASSWORD, spec},
};

pub fn product() -> Product {
    let values = [
        ("url", "acmeregistry.azurecr.io"),
        ("username", "acmeregistry"),
        ("password", PASSWORD),
    ];
    Product {
        spec: spec("azure-acr", "password", &values, &[]),
        registry: Fake {
            origin: "https://acmeregistry.azurecr.io",
            username: "acmeregistry",
            ..Fake::new(Login::Bearer {
                realm: "https://acmeregistry.azurecr.io/oauth2/token",
                grants: &["pull"],
            })
        },
        api,
        name: |number| format!("acme/app{number:06}"),
        per_page: 1000,
        before: 2,
        trusted: &["https://acmeregistry.azurecr.io"],
        falls_back: false,
    }
}

fn api(names: &[String], sent: &Sent) -> Option<Reply> {
    if sent.url.path() != "/v2/_catalog" {
        return None;
    }
    sent.authorization()?;
    let last = sent.query("last").unwrap_or_default();
    let start = names.partition_point(|name| *name <= last);
    let count = sent.query("n").map_or(100, |n| n.parse().unwrap());
    let shown = &names[start..(start + count).min(names.len())];
    let reply = Reply::json(json!({ "repositories": shown }).to_string());
    Some(match shown.last() {
        Some(last) if start + count < names.len() => reply.with(
            "link",
            format!(r#"</v2/_catalog?last={last}&n={count}&orderby=>; rel="next""#),
        ),
        _ => reply,
    })
}

/// A registry whose token service grants `metadata_read` or not, and that has the tags `1` and `2` on two pages.
fn with_tags(grants: bool) -> FakeWorld {
    let registry = Fake {
        tags: vec!["1", "2"],
        ..product().registry
    };
    product().world(move |sent| {
        if !grants && sent.query("scope").is_some_and(|scope| scope.ends_with("metadata_read")) {
            return Reply::status(401);
        }
        let is_own = sent.url.path() == "/acr/v1/team/app/_tags";
        if !is_own || sent.authorization().is_none() {
            return registry.answer(sent);
        }
        let digest = format!("sha256:{}", "c".repeat(64));
        let tag = |name: &str| json!({ "name": name, "digest": digest, "createdTime": "2020-01-01T00:00:00.1Z",
            "lastUpdateTime": "2023-11-14T22:13:20.0936945Z", "signed": false });
        match sent.query("last") {
            None => Reply::json(json!({ "registry": "acmeregistry.azurecr.io", "imageName": "team/app", "tags": [tag("1")] }).to_string())
                .with("link", r#"</acr/v1/team/app/_tags?last=1&n=100&orderby=>; rel="next""#),
            Some(_) => Reply::json(json!({ "imageName": "team/app", "tags": [tag("2")] }).to_string()),
        }
    })
}

#[tokio::test]
async fn tags_come_with_digests_where_the_login_may_read_them() {
    let [metadata, pull] = ["metadata_read", "pull"].map(|it| format!("repository:team/app:{it}"));
    for (case, grants, asked) in [
        ("granted", true, vec![metadata.clone()]),
        ("not granted", false, vec![metadata, pull]),
    ] {
        let world = with_tags(grants);
        let (operator, product) = (Operator::default(), product());
        let mut tags = Tags::open(&world, &operator, &product.spec, None, "team/app", None)
            .await
            .unwrap();
        let mut names = Vec::new();
        while let Some(page) = tags.next_page().await.unwrap() {
            for tag in page.items {
                let known = (tag.digest.is_some(), tag.pushed_at);
                assert_eq!(
                    known,
                    (grants, grants.then_some(1_700_000_000_093)),
                    "{case}"
                );
                names.push(tag.name().to_owned());
            }
        }
        assert_eq!(names, ["1", "2"], "{case}");
        assert_eq!(tags.requests(), 5, "{case}");
        let scopes: Vec<String> = world
            .http
            .sent()
            .iter()
            .filter_map(|sent| sent.query("scope"))
            .collect();
        assert_eq!(scopes, asked, "{case}");
    }
}
