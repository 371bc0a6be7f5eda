//! Quay's `repo_push`: the tags that were updated, without digests. The `name` of its example is not the repository's.
//! <https://docs.projectquay.io/use_quay.html#repository-events>

use serde::Deserialize;
use serde_json::Value;

use super::{Event, Notification, event::Origin};

#[derive(Deserialize)]
struct Told<'a> {
    repository: &'a str,
    docker_url: &'a str,
    #[serde(borrow)]
    updated_tags: Vec<&'a str>,
}

pub(super) fn parse(body: &Value) -> Option<Notification> {
    body.get("docker_url")?;
    // Builds, mirrors and vulnerabilities have no updated tags.
    let Ok(told) = Told::deserialize(body) else {
        return Some(Notification::unknown());
    };
    let host = told.docker_url.split('/').next().unwrap_or_default();
    let pushed = |tag: &&str| {
        let pushed = Event::pushed(told.repository, Some(tag), None)?;
        Some(pushed.told_by(Origin::Host(host.to_owned())))
    };
    Some(told.updated_tags.iter().map(pushed).collect())
}
