//! Docker Trusted Registry and Mirantis Secure Registry: pushes and removals of tags, and removals of manifests, which
//! have no tag. <https://docs.mirantis.com/msr/3.1/ops/manage-webhooks.html>

use bowline::time::parse_rfc3339;
use serde::Deserialize;
use serde_json::Value;

use super::{Event, Notification};

#[derive(Deserialize)]
struct Told<'a> {
    r#type: &'a str,
    #[serde(rename = "createdAt")]
    created_at: Option<&'a str>,
    #[serde(borrow)]
    contents: Contents<'a>,
}

#[derive(Deserialize)]
struct Contents<'a> {
    namespace: &'a str,
    repository: &'a str,
    tag: Option<&'a str>,
    digest: Option<&'a str>,
}

pub(super) fn parse(body: &Value) -> Option<Notification> {
    let Told {
        r#type,
        created_at,
        contents,
    } = Told::deserialize(body).ok()?;
    let at = created_at.and_then(parse_rfc3339);
    let repository = format!("{}/{}", contents.namespace, contents.repository);
    let event = match r#type {
        "TAG_PUSH" => Event::pushed(&repository, contents.tag, contents.digest),
        "TAG_DELETE" | "MANIFEST_DELETE" => {
            Event::removed(&repository, contents.tag, contents.digest)
        }
        _ => None,
    };
    Some([event.map(|event| event.at(at))].into_iter().collect())
}
