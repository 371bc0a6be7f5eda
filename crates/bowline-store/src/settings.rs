//! Settings of a project, which hold for all its connections.

use serde::Serialize;

use crate::timestamp::Timestamp;

/// The time that a scan may take if neither the policy nor the project says it.
const USUAL_SCAN_SECONDS: u32 = 3600;

/// A project's settings, as the HTTP API shows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// The values that the project set.
    #[serde(flatten)]
    pub defaults: Defaults,
    /// The external id that the service takes on the project's AWS roles with. Issued once, never changed.
    pub aws_external_id: String,
    /// 1 at first, one more with each change.
    pub version: i64,
    /// When they were last changed.
    pub updated_at: Timestamp,
}

/// The defaults for what a policy does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Defaults {
    /// The time that a scan may take.
    pub scan_timeout_seconds: u32,
    /// The number of images of a repository that are kept; `None` keeps all.
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
