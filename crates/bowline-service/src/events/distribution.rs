//! Docker Distribution's notifications, which GitLab's registry and OpenShift's send too: `{"events": […]}`.
//!
//! Pulls are told, and pushes of blobs, which have no tag. The host is the one that the client of the registry typed.
//! <https://distribution.github.io/distribution/about/notifications/>

use bowline::time::parse_rfc3339;
use serde::Deserialize;
use serde_json::Value;

use super::{Event, Notification};

/// An event, as much of it as counts. Azure's is the same.
#[derive(Deserialize)]
pub(super) struct Told<'a> {
    pub(super) action: &'a str,
    timestamp: Option<&'a str>,
    #[serde(borrow)]
    pub(super) target: Target<'a>,
    #[serde(default)]
    pub(super) request: Request<'a>,
}

#[derive(Deserialize)]
pub(super) struct Target<'a> {
    pub(super) repository: &'a str,
    pub(super) tag: Option<&'a str>,
    pub(super) digest: Option<&'a str>,
}

#[derive(Default, Deserialize)]
pub(super) struct Request<'a> {
    pub(super) host: Option<&'a str>,
}

impl Told<'_> {
    /// When it happened.
    pub(super) fn at(&self) -> Option<i64> {
        parse_rfc3339(self.timestamp?)
    }
}

pub(super) fn parse(body: &Value) -> Option<Notification> {
    let events = body.get("events")?.as_array()?;
    Some(events.iter().map(event).collect())
}

fn event(event: &Value) -> Option<Event> {
    let told = Told::deserialize(event).ok()?;
    let target = &told.target;
    let event = match told.action {
        "push" => Event::pushed(target.repository, target.tag, target.digest),
        "delete" => Event::removed(target.repository, target.tag, target.digest),
        _ => None,
    }?;
    Some(event.at(told.at()))
}
