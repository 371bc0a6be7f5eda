//! The audit: every change, every hand-out of credentials and every refused permission, with its subject, time and
//! address.

use serde::Serialize;

use crate::{page::Cursor, timestamp::Timestamp};

/// A change of a connection, a hand-out of its credentials or a refusal, written by the statement that made it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    /// What was done: `create`, `update`, `credentials`, `delete`, `use`, `release`, `hand-out`, `events` or `reseal` of a
    /// connection, `settings`, `notices` or `external-id` of a project, or `refused` for want of a permission. A newer
    /// instance may have written others.
    pub action: String,
    /// The version that the connection, or the settings, had then.
    pub version: i64,
    /// The fields that changed, each `[before, after]`; secrets are none of them.
    pub changes: serde_json::Map<String, serde_json::Value>,
    /// When.
    pub at: Timestamp,
    /// The subject of the caller's token; `bowline` where the service did it by itself.
    pub subject: String,
    /// From which address, where it is known.
    pub from: Option<String>,
    /// In which request.
    pub request_id: String,
    #[serde(skip)]
    pub(crate) position: i64,
}

/// An entry in the audit of a whole project.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NumberedEntry {
    /// Its number: 1, 2, … without a gap.
    pub number: i64,
    /// The id of the connection; `null` where it is about the project.
    pub connection: Option<String>,
    /// The entry.
    #[serde(flatten)]
    pub entry: AuditEntry,
}

/// The end of a project's audit.
///
/// Whoever keeps it elsewhere can tell later that the rows up to `linked` are the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditHead {
    /// The number of the last row; 0 where there is none.
    pub number: i64,
    /// The number of the last row that is linked.
    pub linked: i64,
    /// The link of that row: a keyed hash of all rows up to it, in base64.
    pub link: Option<String>,
}

/// A page of the audit of a project, in the order of the numbers.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditExport {
    /// The entries.
    pub items: Vec<NumberedEntry>,
    /// The cursor of what comes after them. There always is one, so that the audit can be followed: at its end `items` is
    /// empty.
    pub next: Cursor,
    /// The end of the audit, whatever the page.
    pub head: AuditHead,
}

/// The outcome of verifying the audit of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditVerification {
    /// The number of rows that were read.
    pub rows: i64,
    /// The number of the last row that was forgotten because of its age; 0 where none was.
    pub forgotten: i64,
    /// The number of rows that are not linked yet, and so prove nothing.
    pub unlinked: i64,
    /// The number of rows whose link is under a key that the operator no longer lists.
    pub unknown_key: i64,
    /// The end of the audit.
    pub head: AuditHead,
    /// The first thing that is wrong.
    pub fault: Option<AuditFault>,
}

/// The first thing that is wrong with an audit. Numbers are those of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditFault {
    /// The row is not there.
    Missing(i64),
    /// The row, or its link, is not what the service wrote.
    Changed(i64),
    /// The row's link is not there, though later rows have theirs.
    Unlinked(i64),
    /// The link is sound, but another than the one that was kept elsewhere: everything was written anew.
    Rewritten(i64),
    /// The point up to which rows were forgotten is not what the service wrote.
    Checkpoint,
}

impl std::fmt::Display for AuditFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing(number) => write!(f, "row {number} is missing"),
            Self::Changed(number) => write!(f, "row {number} was changed"),
            Self::Unlinked(number) => write!(f, "the link of row {number} is missing"),
            Self::Rewritten(number) => {
                write!(
                    f,
                    "row {number} has another link than the head that was given"
                )
            }
            Self::Checkpoint => f.write_str("the checkpoint was changed"),
        }
    }
}
