//! Syncs: reading a connection's whole registry into its inventory.

use serde::{Deserialize, Serialize};

use crate::{
    id::{ConnectionId, SyncId},
    timestamp::Timestamp,
};

/// A sync of a connection, as the HTTP API shows it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Sync {
    /// Its id.
    pub id: SyncId,
    /// Why it was started.
    pub origin: SyncOrigin,
    /// Whether it has ended, and how.
    pub state: SyncState,
    /// When it was started.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// How far it is.
    pub phase: SyncPhase,
    /// What it found.
    #[serde(flatten)]
    pub outcome: SyncOutcome,
    /// How many requests to the registry it took.
    pub requests: i64,
    /// Whether it has read all that there is.
    pub complete: bool,
    /// Why it failed, or why the last step of one that is running did.
    pub problem: Option<SyncProblem>,
}

/// What a sync found, as far as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SyncOutcome {
    /// The repositories.
    pub repositories: RepositoryCounts,
    /// The images of those that were read.
    pub images: ImageCounts,
    /// What the policy left out, by what decided: those that left out the most, at most a hundred.
    pub skipped: Vec<Skipped>,
    /// How many scans were queued.
    pub queued: i64,
}

/// How many repositories there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RepositoryCounts {
    /// In the registry's listing.
    pub listed: i64,
    /// Done with; those that the policy excludes whole are not asked for their tags.
    pub read: i64,
    /// That could not be read. Their images stay as they were.
    pub failed: i64,
}

/// How many images there are. What is skipped is also one of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ImageCounts {
    /// Whose tag was not there before.
    pub new: i64,
    /// Whose tag named another digest before.
    pub replaced: i64,
    /// That are as they were.
    pub unchanged: i64,
    /// That are not there any more.
    pub gone: i64,
    /// That the policy does not select.
    pub skipped: i64,
}

/// Images that the policy does not select, and what decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Skipped {
    /// `never`, `include`, `condition` or `artifact`.
    pub list: String,
    /// The pattern of that list, where one decided.
    pub pattern: Option<String>,
    /// How many repositories were not asked for their tags because of it.
    pub repositories: i64,
    /// How many images.
    pub images: i64,
}

/// Why a sync or a step of it failed, in the words of a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SyncProblem {
    /// The stable code.
    pub code: String,
    /// What happened, in a few words.
    pub title: String,
    /// What it was here.
    #[serde(default)]
    pub detail: String,
    /// What helps.
    #[serde(default)]
    pub hint: String,
}

/// The sync of a connection that is running, and the last that ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Syncs {
    /// The one that has not ended.
    pub running: Option<Sync>,
    /// The one that ended last.
    pub last: Option<Sync>,
}

/// The right to go on with a sync. Another may take it when its time is over; then nothing is done with it any more.
#[derive(Clone, Debug)]
pub struct HeldSync {
    /// The sync.
    pub id: SyncId,
    /// Whose images.
    pub connection: ConnectionId,
    /// How far it is.
    pub phase: SyncPhase,
    /// Where the listing of repositories goes on.
    pub cursor: Option<String>,
    /// How many steps in a row have failed without getting ahead.
    pub failures: u32,
    /// When it was started.
    pub started_at: Timestamp,
    pub(crate) token: String,
}

/// Where the listing of repositories goes on after a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListedTo<'a> {
    /// At this cursor.
    Cursor(&'a str),
    /// It was the last page, and with it the list is whole.
    End,
    /// It was the last page, but for this reason the list is not known to be whole.
    Cut(&'a SyncProblem),
}

/// A repository that a sync has to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadRepository {
    /// Its path.
    pub repository: String,
    /// Whether the registry listed it; if not, the inventory knows it from before.
    pub listed: bool,
    /// Where the listing of its tags goes on.
    pub cursor: Option<String>,
    /// How many times it could not be read.
    pub failures: u32,
}

/// What the inventory knows of a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownTag {
    /// The tag.
    pub tag: String,
    /// The digest that it named last.
    pub digest: String,
    /// Whether this sync has seen it.
    pub seen: bool,
}

/// How a repository was done with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RepositoryOutcome {
    /// Why it could not be read.
    pub problem: Option<SyncProblem>,
    /// How many scans were queued.
    pub queued: usize,
    /// What the policy left out.
    pub skipped: Vec<Skipped>,
}

macro_rules! names {
    ($(#[$about:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(rename_all = "kebab-case")]
        pub enum $name {
            $($(#[$of])* $variant,)+
        }

        impl $name {
            /// As it is kept and shown.
            pub(crate) fn text(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }

            pub(crate) fn parse(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

names! {
    /// Why a sync was started.
    SyncOrigin {
        /// Somebody asked for it.
        Request = "request",
        /// The policy's time had come.
        Schedule = "schedule",
    }
}

names! {
    /// Whether a sync has ended, and how.
    SyncState {
        /// It has not.
        Running = "running",
        /// With an outcome.
        Done = "done",
        /// With a problem.
        Failed = "failed",
    }
}

names! {
    /// How far a sync is.
    SyncPhase {
        /// It lists the repositories.
        Repositories = "repositories",
        /// It reads them one after the other.
        Images = "images",
        /// It has ended.
        Done = "done",
    }
}
