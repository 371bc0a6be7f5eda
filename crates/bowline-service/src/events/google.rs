//! Google's Artifact Registry and Container Registry, through the topic `gcr` of Pub/Sub: a message whose data is
//! base64 of `{"action", "digest", "tag"}`, both of them whole references.
//! <https://cloud.google.com/artifact-registry/docs/configure-notifications>

use base64::{Engine, prelude::BASE64_STANDARD};
use bowline::{reference::Reference, time::parse_rfc3339};
use serde::Deserialize;
use serde_json::Value;

use super::{Event, Notification, event::Origin};

#[derive(Deserialize)]
struct Told {
    action: String,
    digest: Option<String>,
    tag: Option<String>,
}

pub(super) fn parse(body: &Value) -> Option<Notification> {
    let message = body.get("message")?;
    let published = message.get("publishTime").and_then(Value::as_str);
    let at = published.and_then(parse_rfc3339);
    let event = event(message.get("data")?.as_str()?);
    Some([event.map(|event| event.at(at))].into_iter().collect())
}

fn event(data: &str) -> Option<Event> {
    let told: Told = serde_json::from_slice(&BASE64_STANDARD.decode(data).ok()?).ok()?;
    let digest = told.digest.and_then(|text| Reference::parse(&text).ok());
    let tagged = told.tag.and_then(|text| Reference::parse(&text).ok());
    let named = tagged.as_ref().or(digest.as_ref())?;
    let tag = tagged.as_ref().and_then(|named| named.tag.as_deref());
    let digest = digest.as_ref().and_then(|named| named.digest.as_deref());
    let event = match told.action.as_str() {
        "INSERT" => Event::pushed(&named.path, tag, digest),
        "DELETE" => Event::removed(&named.path, tag, digest),
        _ => None,
    }?;
    Some(event.told_by(Origin::Host(named.domain.clone())))
}
