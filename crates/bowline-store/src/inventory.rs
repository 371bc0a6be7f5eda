//! What is known of the images of a connection's registry.

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

/// What an event says is gone from a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removed<'a> {
    /// A tag.
    Tag(&'a str),
    /// A manifest, with all tags that name it.
    Digest(&'a str),
    /// The whole repository.
    Repository,
}

/// What a digest stands for. It never changes, so it is read once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ManifestDetails {
    /// The manifest's digest.
    pub digest: String,
    /// When the image was built, in milliseconds since 1970; `None` where that cannot be known.
    pub created_at: Option<i64>,
    /// How many bytes its layers have.
    pub size: Option<i64>,
    /// The artifact's type, where it is no image.
    pub artifact_type: String,
    /// Why the registry does not tell it: a check's code.
    pub problem: Option<String>,
    /// Whether it may tell it another time.
    pub ask_again: bool,
}

/// An image of the inventory as a policy judges it, and what was decided about it before.
#[derive(Clone, Debug)]
pub struct KnownImage {
    /// The image.
    pub image: Image,
    /// How it stands.
    pub state: ImageState,
    /// Whether it is shown: it is one of those that the project keeps.
    pub kept: bool,
    /// When the last scan of its digest ended.
    pub scanned_at: Option<Timestamp>,
    /// Why the registry does not tell what its digest stands for: a check's code.
    pub problem: Option<String>,
    /// What was decided; `None` where nothing was.
    pub decided: Option<Decided>,
}

/// What a policy decided about an image, with the pattern in full: the policy may change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Decided {
    /// Whether it is due.
    pub selected: bool,
    /// What decided.
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

/// How an image stands since it was last looked at.
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
    /// The manifest's digest.
    pub digest: String,
    /// When it was built, where that is known.
    pub created_at: Option<Timestamp>,
    /// When it was pushed, where the registry tells.
    pub pushed_at: Option<Timestamp>,
    /// How many bytes it has, where that is known.
    pub size: Option<i64>,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// When it was last seen.
    pub last_seen: Timestamp,
    /// How it stands since the last look.
    pub state: ImageState,
    /// When it was found gone.
    pub gone_at: Option<Timestamp>,
    /// Whether the policy selects it; `None` where nothing was decided yet.
    pub selected: Option<bool>,
    /// What decided: `never`, `include`, `condition`, `always` or `artifact`.
    pub decided_by: Option<String>,
    /// The pattern that decided, where one did.
    pub pattern: Option<String>,
    /// Why the registry does not tell what its digest stands for: a check's code. `manifest.unsupported` is no image that
    /// anybody could scan; one with `digest.mismatch` is not queued before the registry has what it says.
    pub problem: Option<String>,
    /// How its scan stands; where none is unfinished, how the last one ended.
    pub scan: Option<ShownScan>,
}

/// How a scan of an image stands, and since when.
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
