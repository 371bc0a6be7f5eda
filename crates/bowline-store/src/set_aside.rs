//! Background work that failed several times in a row, and is set aside for that.

use serde::Serialize;

use crate::timestamp::Timestamp;

/// Background work of a connection that was begun three times in a row and never ended in order. It is tried again
/// less and less often, and at once when the connection is changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SetAside {
    /// Which work it is.
    pub work: BackgroundWork,
    /// The number of times that it was begun since it last ended in order.
    pub attempts: u32,
    /// The reason why it does not end, as far as that is known.
    pub reason: String,
    /// When it is tried again; `None` where only a change of the connection helps.
    pub next_at: Option<Timestamp>,
}

/// A kind of work that the service does for a connection when nobody asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum BackgroundWork {
    /// The pull policy is read, and the daily pull planned from it.
    Policy,
    /// A sync reads the registry.
    Sync,
    /// The connection is checked every day.
    Check,
    /// Tags that the registry announced are looked up.
    Events,
    /// Image streams are watched.
    Streams,
}

impl BackgroundWork {
    const ALL: [(Self, &str, &str); 5] = [
        (Self::Policy, "policy", "The pull policy cannot be read."),
        (Self::Sync, "sync", UNFINISHED),
        (Self::Check, "check", UNFINISHED),
        (
            Self::Events,
            "events",
            "The registry did not tell what the announced tags name.",
        ),
        (Self::Streams, "streams", UNFINISHED),
    ];

    /// The kind of this name, and the reason that is given where none is kept.
    pub(crate) fn parse(text: &str) -> Option<(Self, &'static str)> {
        let row = Self::ALL.into_iter().find(|(_, name, _)| *name == text);
        row.map(|(work, _, reason)| (work, reason))
    }
}

/// The reason of work during which the service itself stopped.
const UNFINISHED: &str = "The service stopped during this work.";
