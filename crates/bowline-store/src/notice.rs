//! What a project is told by itself: where, of what, and what is on its way.

use bowline::secret::Secret;
use serde::{Deserialize, Serialize};

use crate::timestamp::Timestamp;

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal,)+) => {
        /// A kind of notice.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum NoticeKind {
            $($(#[doc = $doc])+ #[serde(rename = $name)] $variant,)+
        }

        impl NoticeKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name, as notices have it in `type`.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

kinds! {
    /// A check of a connection failed, and the one before it had not.
    ConnectionFailing = "connection.failing",
    /// A check of a connection passed after others that failed.
    ConnectionRecovered = "connection.recovered",
    /// The credentials of a connection end within two weeks, or have ended.
    CredentialsExpiring = "credentials.expiring",
    /// The credentials of a connection were not replaced for 90 days.
    CredentialsOld = "credentials.old",
    /// A sync of a connection failed.
    SyncFailed = "sync.failed",
    /// A scan was tried as often as it may be, and is not tried again.
    ScanSetAside = "scan.set_aside",
}

impl NoticeKind {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
    }
}

/// Where a project is told, and how that goes. It serializes to the answer of the HTTP API.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct NoticeEndpoint {
    /// The address that notices are sent to; `None` where the project is not told.
    pub url: Option<String>,
    /// The kinds that it is told of.
    pub kinds: Vec<NoticeKind>,
    /// When it was last changed.
    pub updated_at: Option<Timestamp>,
    /// When a notice was last delivered.
    pub last_delivered_at: Option<Timestamp>,
    /// The reason why the last try failed; `None` where it did not.
    pub problem: Option<String>,
    /// The number of notices that are still to be delivered.
    pub pending: i64,
    /// The number of notices that could not be delivered for a day, of the last week.
    pub set_aside: i64,
}

/// A notice to deliver now.
#[derive(Clone, Debug)]
pub struct DueNotice {
    /// The project.
    pub project: String,
    /// The id: the same at every try.
    pub id: String,
    /// The kind.
    pub kind: NoticeKind,
    /// When it happened.
    pub at: Timestamp,
    /// What happened, as JSON.
    pub data: serde_json::Value,
    /// Where to.
    pub url: String,
    /// The secret that signs it: `whsec_` and base64, as Standard Webhooks writes it.
    pub secret: Secret,
}

/// The outcome of a try to deliver a notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The receiver took it.
    Delivered,
    /// It did not, for this reason; it is tried again until a day has passed.
    Failed(String),
    /// It does not want it, for this reason; it is not tried again.
    Refused(String),
}
