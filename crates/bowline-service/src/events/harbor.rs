//! Harbor's webhooks, in its own form (`type`, `event_data`) and as CloudEvents (`data`). A `tag` may be a digest, which
//! then counts as none. <https://goharbor.io/docs/main/working-with-projects/project-configuration/configure-webhooks/>

use bowline::time::parse_rfc3339;
use serde::Deserialize;
use serde_json::Value;

use super::{Event, Notification, event::Origin};

#[derive(Deserialize)]
struct Told<'a> {
    r#type: &'a str,
    /// In seconds since 1970; a CloudEvent has `time`.
    occur_at: Option<i64>,
    time: Option<&'a str>,
    #[serde(borrow, alias = "data")]
    event_data: EventData<'a>,
}

#[derive(Deserialize)]
struct EventData<'a> {
    #[serde(borrow)]
    repository: Repository<'a>,
    #[serde(default)]
    resources: Vec<Resource<'a>>,
}

#[derive(Deserialize)]
struct Repository<'a> {
    repo_full_name: &'a str,
}

#[derive(Deserialize)]
struct Resource<'a> {
    tag: Option<&'a str>,
    digest: Option<&'a str>,
    resource_url: Option<&'a str>,
}

pub(super) fn parse(body: &Value) -> Option<Notification> {
    let Told {
        r#type,
        occur_at,
        time,
        event_data,
    } = Told::deserialize(body).ok()?;
    let occurred = occur_at.and_then(|at| at.checked_mul(1000));
    let at = occurred.or(time.and_then(parse_rfc3339));
    let repository = event_data.repository.repo_full_name;
    let event = |resource: &Resource<'_>| {
        let Resource { tag, digest, .. } = *resource;
        let event = match r#type {
            "PUSH_ARTIFACT" | "harbor.artifact.pushed" => Event::pushed(repository, tag, digest),
            "DELETE_ARTIFACT" | "harbor.artifact.deleted" => {
                Event::removed(repository, tag, digest)
            }
            _ => None,
        }?;
        let event = event.at(at);
        // Without a scheme: `hub.example.com/library/debian:latest`.
        let host = resource.resource_url.and_then(|url| url.split('/').next());
        Some(match host {
            Some(host) if !host.is_empty() => event.told_by(Origin::Host(host.to_owned())),
            _ => event,
        })
    };
    Some(event_data.resources.iter().map(event).collect())
}
