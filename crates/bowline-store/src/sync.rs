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
    /// Its origin.
    pub origin: SyncOrigin,
    /// Its state.
    pub state: SyncState,
    /// When it was started.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Its phase.
    pub phase: SyncPhase,
    /// Its outcome so far.
    #[serde(flatten)]
    pub outcome: SyncOutcome,
    /// The number of requests that it made to the registry.
    pub requests: i64,
    /// True if it has read everything.
    pub complete: bool,
    /// The problem that it failed with or, while it runs, that its last step failed with.
    pub problem: Option<SyncProblem>,
}

/// The outcome of a sync so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SyncOutcome {
    /// The repositories.
    pub repositories: RepositoryCounts,
    /// The images of those that were read.
    pub images: ImageCounts,
    /// The images that the policy left out, by the list that decided: the hundred that left out the most.
    pub skipped: Vec<Skipped>,
    /// The number of scans that were queued.
    pub queued: i64,
}

/// Numbers of repositories.
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

/// Numbers of images. A skipped image is also one of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ImageCounts {
    /// Images with a tag that was not there before.
    pub new: i64,
    /// Images with a tag that named another digest before.
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
    /// The number of repositories that were not asked for their tags because of it.
    pub repositories: i64,
    /// The number of images.
    pub images: i64,
}

/// The problem of a sync or of one of its steps, in the words of a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SyncProblem {
    /// The stable code.
    pub code: String,
    /// The title: what happened, in a few words.
    pub title: String,
    /// The details of this case.
    #[serde(default)]
    pub detail: String,
    /// A hint: what to do about it.
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
    /// The connection that it reads.
    pub connection: ConnectionId,
    /// Its phase.
    pub phase: SyncPhase,
    /// The cursor of the next page of repositories.
    pub cursor: Option<String>,
    /// The number of steps in a row that failed without progress.
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
    /// True if the registry listed it. If not, the inventory knows it from before.
    pub listed: bool,
    /// The cursor of the next page of its tags.
    pub cursor: Option<String>,
    /// The number of times that it could not be read.
    pub failures: u32,
}

/// A tag that the inventory knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownTag {
    /// The tag.
    pub tag: String,
    /// The digest that it named last.
    pub digest: String,
    /// True if this sync has seen it.
    pub seen: bool,
}

/// The outcome of a repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RepositoryOutcome {
    /// The reason why it could not be read.
    pub problem: Option<SyncProblem>,
    /// The number of scans that were queued.
    pub queued: usize,
    /// The images that the policy left out.
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
    /// The origin of a sync.
    SyncOrigin {
        /// Somebody asked for it.
        Request = "request",
        /// The policy's time had come.
        Schedule = "schedule",
    }
}

names! {
    /// The state of a sync.
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
    /// The phase of a sync.
    SyncPhase {
        /// It lists the repositories.
        Repositories = "repositories",
        /// It reads them one after the other.
        Images = "images",
        /// It has ended.
        Done = "done",
    }
}
