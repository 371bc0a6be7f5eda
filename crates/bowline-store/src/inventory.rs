//! The inventory: the images of a connection's registry, as far as they are known.

use bowline::selection::{DecidedBy, Decision, Image};
use serde::{Serialize, Serializer};

use crate::timestamp::Timestamp;

/// A tag and the digest that it names, as a registry tells them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SeenImage {
    /// The repository's path, without the host.
    pub repository: String,
    /// The tag.
    pub tag: String,
    /// The manifest's digest.
    pub digest: String,
    /// When it was pushed, by the registry's clock, in milliseconds since 1970; where it says so.
    pub pushed_at: Option<i64>,
}

/// A removal that an event announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removed<'a> {
    /// A tag.
    Tag(&'a str),
    /// A manifest, with all tags that name it.
    Digest(&'a str),
    /// The whole repository.
    Repository,
}

/// The facts about a digest. They never change, so they are read once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ManifestDetails {
    /// The manifest's digest.
    pub digest: String,
    /// When the image was built, in milliseconds since 1970; `None` where that cannot be known.
    pub created_at: Option<i64>,
    /// The size of its layers, in bytes.
    pub size: Option<i64>,
    /// The artifact's type, where it is no image.
    pub artifact_type: String,
    /// The reason why the registry does not tell it: a check's code.
    pub problem: Option<String>,
    /// True if it may tell it another time.
    pub ask_again: bool,
}

/// An image of the inventory as a policy judges it, and what was decided about it before.
#[derive(Clone, Debug)]
pub struct KnownImage {
    /// The image.
    pub image: Image,
    /// Its state.
    pub state: ImageState,
    /// True if it is shown: it is one of those that the project keeps.
    pub kept: bool,
    /// When the last scan of its digest ended.
    pub scanned_at: Option<Timestamp>,
    /// The reason why the registry does not tell the facts about its digest: a check's code.
    pub problem: Option<String>,
    /// The policy's decision; `None` before there is one.
    pub decided: Option<Decided>,
}

/// The decision of a policy about an image, with the pattern in full: the policy may change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Decided {
    /// True if the policy selects it.
    pub selected: bool,
    /// The list or condition that decided.
    #[serde(serialize_with = "by_name")]
    pub decided_by: DecidedBy,
    /// The pattern that decided, where one did.
    pub pattern: Option<String>,
}

impl Decided {
    /// The decision with the pattern that it names; `pattern` gives it by its place in the list that decided.
    pub fn of(
        decision: Decision,
        pattern: impl FnOnce(DecidedBy, usize) -> Option<String>,
    ) -> Self {
        Self {
            selected: decision.selected,
            decided_by: decision.by,
            pattern: decision.pattern.and_then(|at| pattern(decision.by, at)),
        }
    }
}

/// The state of an image since the last sync or event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ImageState {
    /// Its tag was not there before.
    New,
    /// Its tag named another digest before.
    Replaced,
    /// It is as it was.
    Unchanged,
    /// It is not in the registry any more.
    Gone,
}

impl ImageState {
    const ALL: [Self; 4] = [Self::New, Self::Replaced, Self::Unchanged, Self::Gone];

    /// As it is kept and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Replaced => "replaced",
            Self::Unchanged => "unchanged",
            Self::Gone => "gone",
        }
    }

    /// The state of this name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// An image of the inventory, as the HTTP API shows it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct InventoryImage {
    /// The repository's path, without the host.
    pub repository: String,
    /// The tag.
    pub tag: String,
    /// The manifest's digest; `repository:tag` where the registry lists the tag and refuses to serve it (`problem`).
    pub digest: String,
    /// When it was built, where that is known.
    pub created_at: Option<Timestamp>,
    /// When it was pushed, where the registry tells.
    pub pushed_at: Option<Timestamp>,
    /// Its size in bytes, if known.
    pub size: Option<i64>,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// When it was last seen.
    pub last_seen: Timestamp,
    /// Its state since the last sync or event.
    pub state: ImageState,
    /// When it was found gone.
    pub gone_at: Option<Timestamp>,
    /// True if the policy selects it; `None` before there is a decision.
    pub selected: Option<bool>,
    /// The list or condition that decided: `never`, `include`, `condition`, `always` or `artifact`.
    pub decided_by: Option<String>,
    /// The pattern that decided, where one did.
    pub pattern: Option<String>,
    /// Why the registry does not tell what its digest stands for: a check's code. `manifest.unsupported` is no image that
    /// anybody could scan; one with `digest.mismatch` is not queued before the registry has what it says.
    pub problem: Option<String>,
    /// Its unfinished scan or, if there is none, its last one.
    pub scan: Option<ShownScan>,
}

/// The state of a scan of an image, and its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ShownScan {
    /// `queued`, `leased`, `passed` or `failed`.
    pub state: String,
    /// When it was queued or leased, or ended.
    pub at: Timestamp,
}

fn by_name<S: Serializer>(by: &DecidedBy, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(by.as_str())
}
