//! DigitalOcean: the registries of the account, then the repositories of each, with the next page in the body
//! (docs.digitalocean.com/reference/api/reference/container-registries).

use bowline::form::ConnectionSpec;
use bowline_registry::{Operator, repositories};
use serde_json::json;

use super::product::{Product, array, number, numbered, split};
use crate::{
    double::{Reply, Sent},
    registry::{Fake, PASSWORD, spec},
};

const API: &str = "https://api.digitalocean.com";

pub fn product() -> Product {
    Product {
        spec: digitalocean("acme"),
        registry: registry(),
        api,
        name: |number| format!("acme/app{number:06}"),
        per_page: 100,
        before: 2,
        trusted: &[API, "https://registry.digitalocean.com"],
        falls_back: true,
    }
}

fn digitalocean(namespace: &str) -> ConnectionSpec {
    let values = [("password", PASSWORD), ("namespace", namespace)];
    spec("digitalocean", "password", &values, &[])
}

fn registry() -> Fake {
    Fake {
        origin: "https://registry.digitalocean.com",
        username: PASSWORD,
        ..Fake::basic()
    }
    .instead(
        "GET https://registry.digitalocean.com/v2/_catalog",
        Reply::status(404),
    )
}

fn api(names: &[String], sent: &Sent) -> Option<Reply> {
    if sent.url.host_str() != Some("api.digitalocean.com") {
        return None;
    }
    if sent.authorization() != Some(&format!("Bearer {PASSWORD}")) {
        return Some(Reply::status(401).text(r#"{"id":"Unauthorized"}"#));
    }
    if sent.url.path() == "/v2/registries" {
        return Some(Reply::json(
            r#"{"registries":[{"name":"acme","region":"fra1"},{"name":"../x"}]}"#,
        ));
    }
    assert_eq!(sent.url.path(), "/v2/registries/acme/repositoriesV2");
    let (page, per_page) = (number(sent, "page"), number(sent, "per_page"));
    assert!(per_page <= 200, "the most that a page can have");
    let (shown, more) = numbered(names, page, per_page);
    let repositories = array(shown, |name| {
        let (registry, name) = split(name);
        json!({ "registry_name": registry, "name": name, "tag_count": 1,
                "latest_manifest": { "updated_at": "2023-11-14T22:13:20Z" } })
    });
    let next = format!(
        "{API}/v2/registries/acme/repositoriesV2?page={}&per_page={per_page}",
        page + 1
    );
    let links = match more {
        true => json!({ "pages": { "next": next } }),
        false => json!({}),
    };
    let body =
        json!({ "repositories": repositories, "meta": { "total": names.len() }, "links": links });
    Some(Reply::json(body.to_string()))
}

#[tokio::test]
async fn every_registry_of_the_account_is_walked() {
    let world = product().with(1);
    let listing = repositories(&world, &Operator::default(), &digitalocean("")).await;
    assert_eq!(listing.unwrap().items, ["acme/app000000"]);
    assert_eq!(world.http.lines().len(), 4);
}
