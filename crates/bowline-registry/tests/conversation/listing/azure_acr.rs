//! Azure Container Registry: the catalog works, with a relative `Link` and an order of its own in it.

use serde_json::json;

use super::product::Product;
use crate::{
    double::{Reply, Sent},
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
