//! Huawei Cloud SWR: all repositories of the account in one answer, by Basic on the registry's own host
//! (goharbor/harbor, src/pkg/reg/adapter/huawei/image_registry.go).

use serde_json::json;

use super::product::{Product, array, split};
use crate::{
    double::{Reply, Sent},
    registry::{Fake, PASSWORD, basic, spec},
};

const ORIGIN: &str = "https://swr.ap-southeast-3.myhuaweicloud.com";
const USER: &str = "ap-southeast-3@AK123";

pub fn product() -> Product {
    let values = [
        ("url", "swr.ap-southeast-3.myhuaweicloud.com/acme"),
        ("username", USER),
        ("password", PASSWORD),
    ];
    Product {
        spec: spec("huawei-swr", "password", &values, &[]),
        registry: Fake {
            origin: ORIGIN,
            username: USER,
            ..Fake::basic()
        }
        .instead(
            "GET https://swr.ap-southeast-3.myhuaweicloud.com/v2/_catalog",
            Reply::status(404),
        ),
        api,
        name: |number| format!("acme/app{number:06}"),
        per_page: 1000,
        before: 2,
        trusted: &[ORIGIN],
        falls_back: true,
    }
}

fn api(names: &[String], sent: &Sent) -> Option<Reply> {
    if sent.url.path() != "/dockyard/v2/repositories" {
        return None;
    }
    assert_eq!(sent.query("filter").as_deref(), Some("center::self"));
    if sent.authorization() != Some(&basic(USER, PASSWORD)) {
        return Some(Reply::status(401).text(r#"{"errors":[{"errorCode":"SVCSTG.SWR.4010000"}]}"#));
    }
    let entries = array(names, |name| {
        let (namespace, name) = split(name);
        json!({ "name": name, "namespace": namespace, "tags": ["1"], "updated_at": "2023-11-14T22:13:20Z" })
    });
    Some(Reply::json(entries.to_string()))
}
