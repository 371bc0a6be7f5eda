//! What registries tell of pushes and removals, each in its vendor's format.
//!
//! A format is a function that takes the JSON of a body and gives its [`Notification`], or `None` where the body is
//! none of its own. Whatever a body holds, reading it never fails: what is not understood is counted.
//!
//! Nothing that is read here is believed. It says which tags are worth a question to the registry.

mod azure;
mod distribution;
mod docker_hub;
mod docker_trusted;
mod ecr;
mod event;
mod github;
mod google;
mod harbor;
mod jfrog;
mod quay;
#[cfg(test)]
mod tests;

use serde_json::Value;

pub(crate) use self::event::{Event, Kind};

/// The most bytes that a notification may have. Distribution puts up to some hundred events into one.
pub(crate) const LARGEST: usize = 1024 * 1024;

/// The most events of a notification that are seen to. A sync finds what the others tell.
pub(crate) const MOST: usize = 1000;

/// What a body tells.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Notification {
    /// What happened to images.
    pub(crate) events: Vec<Event>,
    /// How many things it tells beside: pulls, blobs, scans, and what is not understood.
    pub(crate) ignored: usize,
}

type Format = fn(&Value) -> Option<Notification>;

/// Whose connections get which format. GitLab's registry and OpenShift's are Distribution's own, and so are most that
/// run under another name.
const FORMATS: [(&str, Format); 9] = [
    ("azure-acr", azure::parse),
    ("docker-hub", docker_hub::parse),
    ("docker-trusted-registry", docker_trusted::parse),
    ("harbor", harbor::parse),
    ("quay", quay::parse),
    ("amazon-ecr", ecr::parse),
    ("google", google::parse),
    ("github", github::parse),
    ("jfrog-artifactory", jfrog::parse),
];

/// What a body tells that was sent for a connection of this provider.
///
/// A provider without a format of its own sends Distribution's; what its connection gets may be any product's, so the
/// first format that knows the body counts.
pub(crate) fn read(provider: &str, body: &[u8]) -> Notification {
    // Nesting is bounded by the parser.
    let Ok(body) = serde_json::from_slice(body) else {
        return Notification::unknown();
    };
    let own = FORMATS.iter().find(|(id, _)| *id == provider);
    let told = match own {
        Some((_, format)) => format(&body),
        None => distribution::parse(&body)
            .or_else(|| FORMATS.iter().find_map(|(_, format)| format(&body))),
    };
    told.unwrap_or_else(Notification::unknown)
}

impl Notification {
    /// Of something that is not understood.
    fn unknown() -> Self {
        Self {
            events: Vec::new(),
            ignored: 1,
        }
    }
}

/// The things that a body tells, in order: events of images, and others.
impl FromIterator<Option<Event>> for Notification {
    fn from_iter<I: IntoIterator<Item = Option<Event>>>(told: I) -> Self {
        let mut notification = Self::default();
        for event in told {
            match event {
                Some(event) => notification.events.push(event),
                None => notification.ignored = notification.ignored.saturating_add(1),
            }
        }
        notification
    }
}
