//! What holds for all connections of a project.

use serde::Serialize;

use crate::timestamp::Timestamp;

/// How long a scan may take where neither the policy nor the project says it.
const USUAL_SCAN_SECONDS: u32 = 3600;

/// A project's settings, as the HTTP API shows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// What the project set.
    #[serde(flatten)]
    pub defaults: Defaults,
    /// The external id that the service takes on the project's AWS roles with. Issued once, never changed.
    pub aws_external_id: String,
    /// 1 at first, one more with each change.
    pub version: i64,
    /// When they were last changed.
    pub updated_at: Timestamp,
}

/// What applies where a policy says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Defaults {
    /// How long a scan may take.
    pub scan_timeout_seconds: u32,
    /// How many images of a repository are kept; `None` keeps all.
    pub keep_newest: Option<u32>,
}

impl Default for Defaults {
    fn default() -> Self {
        Self {
            scan_timeout_seconds: USUAL_SCAN_SECONDS,
            keep_newest: None,
        }
    }
}
