//! Images to be scanned, and what came of it.

use bowline::endpoint::Endpoint;
use serde::{Deserialize, Serialize};

use crate::{
    id::{ConnectionId, ScanId},
    timestamp::Timestamp,
};

/// A scan of an image: queued, at work or done. It serializes to the scan of the HTTP API.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Scan {
    /// Its id.
    pub id: ScanId,
    /// The project that it belongs to.
    pub project: String,
    /// The connection that the image is pulled with.
    pub connection: ConnectionId,
    /// The image's repository.
    pub repository: String,
    /// The tag under which the image was found; there may be others. `None` where it was named by its digest.
    pub tag: Option<String>,
    /// The image's digest; `None` in a registry of Docker's version 1, which knows none: there the tag is the image.
    pub digest: Option<String>,
    /// The reference to pull: `registry.example.com/team/app@sha256:…`.
    pub image: String,
    /// Its state.
    pub state: ScanState,
    /// Its origin.
    pub origin: Origin,
    /// The number of times that a scanner took it.
    pub attempts: u32,
    /// When it was queued, or queued again.
    pub queued_at: Timestamp,
    /// When a scanner last took it.
    pub leased_at: Option<Timestamp>,
    /// Until when a scanner has it; `None` where none does.
    pub deadline: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// The scanner that has it or had it last.
    pub scanner: Option<String>,
    /// The scanner's reason, or the reason why the image was queued again or set aside.
    pub reason: Option<String>,
    /// The image is not released yet, because the registry refused or could not be reached; tried again by itself.
    pub release: Option<PendingRelease>,
}

/// A release that is still to be tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PendingRelease {
    /// The number of tries.
    pub attempts: u32,
    /// When it is tried next.
    pub next_at: Timestamp,
    /// The reason why the last try failed.
    pub problem: Option<String>,
}

/// The state of a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ScanState {
    /// It waits for a scanner.
    Queued,
    /// A scanner is at it.
    Leased,
    /// The image passed.
    Passed,
    /// The image did not pass.
    Failed,
    /// It was tried as often as it may, or its image has gone.
    SetAside,
}

/// The origin of a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// A sync found it.
    Sync,
    /// The registry announced it.
    Event,
    /// Somebody asked for it.
    Request,
}

/// The outcome of a scan, as its scanner reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The image passed.
    Passed,
    /// The image did not pass.
    Failed,
    /// It could not be scanned.
    Error,
}

/// An image to queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedScan {
    /// Its repository.
    pub repository: String,
    /// A tag of it; `None` where only the digest is known.
    pub tag: Option<String>,
    /// Its digest; `None` only where the registry knows none.
    pub digest: Option<String>,
}

/// A scan that a scanner has until its deadline.
#[derive(Clone, Debug, PartialEq)]
pub struct Leased {
    /// The scan.
    pub scan: Scan,
    /// The token that the scanner sends with the result: it proves the lease.
    pub lease: String,
}

/// A scanner that asked for images of a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Scanner {
    /// The name that it gives itself, and that a policy can name.
    pub name: String,
    /// When it last asked, to the minute.
    pub last_seen: Timestamp,
    /// The subject of the token that asked first under the name, who alone gets images that a policy gives to it by name.
    pub subject: Option<String>,
}

/// A scanner's request for images.
#[derive(Clone, Copy, Debug)]
pub struct LeaseRequest<'a> {
    /// The name of the scanner.
    pub scanner: &'a str,
    /// The subject of its token.
    pub subject: &'a str,
    /// The projects whose images it may have.
    pub projects: &'a [String],
    /// The most images that it takes.
    pub most: u32,
}

/// A scanner's result for an image that it took.
#[derive(Clone, Copy, Debug)]
pub struct ScanResult<'a> {
    /// The token of the lease.
    pub lease: &'a str,
    /// The outcome.
    pub outcome: Outcome,
    /// The reason, in the scanner's words; may be empty.
    pub reason: &'a str,
}

/// The leases that had passed their deadline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Lapsed {
    /// The number of images that were queued again.
    pub requeued: usize,
    /// The number of images that were set aside after too many tries.
    pub set_aside: usize,
}

/// An image that its registry withholds until it is told that the image passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// The project of the connection.
    pub project: String,
    /// The connection to the registry.
    pub connection: ConnectionId,
    /// The repository of the image.
    pub repository: String,
    /// The image's digest.
    pub digest: String,
}

impl ScanState {
    const ALL: [Self; 5] = [
        Self::Queued,
        Self::Leased,
        Self::Passed,
        Self::Failed,
        Self::SetAside,
    ];

    /// The state of this name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.text() == text)
    }

    /// As it is kept and shown.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Leased => "leased",
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::SetAside => "set-aside",
        }
    }
}

impl Origin {
    const ALL: [Self; 3] = [Self::Sync, Self::Event, Self::Request];

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|origin| origin.text() == text)
    }

    /// As it is kept and shown.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Sync => "sync",
            Self::Event => "event",
            Self::Request => "request",
        }
    }
}

impl Outcome {
    /// The state that a scan has then; `None` where it is tried again.
    pub(crate) fn state(self) -> Option<ScanState> {
        match self {
            Self::Passed => Some(ScanState::Passed),
            Self::Failed => Some(ScanState::Failed),
            Self::Error => None,
        }
    }

    /// True if a scan that ended in this state had this outcome.
    pub(crate) fn is(self, ended: ScanState) -> bool {
        self.state().unwrap_or(ScanState::SetAside) == ended
    }
}

/// The reference to pull: the registry of `endpoint`, as it is shown, with its base path, and in it the image. Written
/// so, the image leads back to its connection.
pub(crate) fn image(
    endpoint: &str,
    repository: &str,
    tag: Option<&str>,
    digest: Option<&str>,
) -> Option<String> {
    let endpoint = Endpoint::parse(endpoint).ok()?;
    let (registry, base_path) = (endpoint.authority(), endpoint.base_path());
    let version = match (digest, tag) {
        (Some(digest), _) => format!("@{digest}"),
        (None, Some(tag)) => format!(":{tag}"),
        (None, None) => return None,
    };
    Some(format!("{registry}{base_path}/{repository}{version}"))
}

#[cfg(test)]
mod tests {
    use super::{Origin, ScanState, image};

    #[test]
    fn what_is_kept_is_what_is_shown() {
        for state in ScanState::ALL {
            assert_eq!(serde_json::to_value(state).unwrap(), state.text());
        }
        for origin in Origin::ALL {
            assert_eq!(serde_json::to_value(origin).unwrap(), origin.text());
        }
    }

    #[test]
    fn an_image_is_pulled_from_its_registry() {
        let cases = [
            ("docker.io/acme", "acme/app", "docker.io/acme/app@sha256:0"),
            (
                "https://registry.example.com:5000/team",
                "team/app",
                "registry.example.com:5000/team/app@sha256:0",
            ),
            (
                "https://registry.example.com/repository/docker",
                "app",
                "registry.example.com/repository/docker/app@sha256:0",
            ),
        ];
        for (endpoint, repository, expected) in cases {
            let found = image(endpoint, repository, Some("1"), Some("sha256:0"));
            assert_eq!(found.as_deref(), Some(expected), "{endpoint}");
        }
        let tagged = image("https://registry.example.com", "app", Some("1"), None);
        assert_eq!(tagged.as_deref(), Some("registry.example.com/app:1"));
    }
}
