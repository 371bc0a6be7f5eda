//! JFrog Artifactory's webhooks of the domain `docker`, with their `data` in an envelope as they are sent, or bare as
//! the vendor's page shows them. The origin is the platform's address, which images need not be pulled from.
//! <https://docs.jfrog.com/administration/docs/event-types>

use serde::Deserialize;
use serde_json::Value;

use super::{Event, Notification, event::Origin};

#[derive(Deserialize)]
struct Data<'a> {
    repo_key: &'a str,
    image_name: &'a str,
    tag: Option<&'a str>,
    sha256: Option<&'a str>,
}

pub(super) fn parse(body: &Value) -> Option<Notification> {
    let action = body.get("event_type")?.as_str()?;
    let data = body.get("data").unwrap_or(body);
    let event = Data::deserialize(data)
        .ok()
        .and_then(|data| event(action, &data));
    Some([event].into_iter().collect())
}

fn event(action: &str, data: &Data<'_>) -> Option<Event> {
    let repository = format!("{}/{}", data.repo_key, data.image_name);
    let digest = data.sha256.map(|hex| format!("sha256:{hex}"));
    let event = match action {
        "pushed" | "promoted" => Event::pushed(&repository, data.tag, digest.as_deref()),
        "deleted" => Event::removed(&repository, data.tag, digest.as_deref()),
        _ => None,
    }?;
    Some(event.told_by(Origin::ArtifactoryKey(data.repo_key.to_owned())))
}
