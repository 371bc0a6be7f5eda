//! Docker Distribution's notifications: `{"events": […]}`. The registries of GitLab and OpenShift are Distribution, and
//! so are most others under another name.
//!
//! They include pulls, and pushes of blobs without a tag. The host is the one that the registry's client typed.
//! <https://distribution.github.io/distribution/about/notifications/>

use bowline::time::parse_rfc3339;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Event, Notification};
use crate::json::{List, or_default};

/// An event, as much of it as counts. Azure's is the same.
#[derive(Deserialize)]
pub(crate) struct Payload {
    pub(crate) action: String,
    timestamp: Option<String>,
    pub(crate) target: Target,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) request: Request,
}

#[derive(Deserialize)]
pub(crate) struct Target {
    pub(crate) repository: String,
    tag: Option<String>,
    digest: Option<String>,
}

#[derive(Default, Deserialize)]
pub(crate) struct Request {
    pub(crate) host: Option<String>,
}

impl Payload {
    /// When it happened.
    pub(crate) fn at(&self) -> Option<i64> {
        parse_rfc3339(self.timestamp.as_deref()?)
    }
}

impl Target {
    pub(crate) fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    pub(crate) fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }
}

/// Parses a notification; `None` if the body has another format.
pub(crate) fn read(body: &[u8]) -> Option<Notification> {
    #[derive(Deserialize)]
    struct Envelope<'a> {
        #[serde(borrow)]
        events: List<&'a RawValue>,
    }
    let told: Envelope<'_> = serde_json::from_slice(body).ok()?;
    Some(told.events.0.into_iter().map(event).collect())
}

fn event(event: &RawValue) -> Option<Event> {
    let told: Payload = serde_json::from_str(event.get()).ok()?;
    let target = &told.target;
    let (repository, tag, digest) = (&target.repository, target.tag(), target.digest());
    let event = match told.action.as_str() {
        "push" => Event::pushed(repository, tag, digest),
        "delete" => Event::removed(repository, tag, digest),
        _ => None,
    }?;
    Some(event.at(told.at()))
}
