//! The ways to list.

use serde::{Deserialize, Serialize};

/// A way to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Way {
    /// The distribution API: `/v2/_catalog` and `/v2/<name>/tags/list`.
    Registry,
    /// The product's own API. Cursors of earlier versions name the product here.
    #[serde(other)]
    Own,
}

/// When another way is tried in place of the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fallback {
    /// Whatever is wrong: something is better than nothing.
    OnFailure,
    /// Only where the first is not for this login. It may list less than the first, and what is left out while that is
    /// down for a moment would seem to be gone.
    OnRefusal,
}
