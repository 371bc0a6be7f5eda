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

/// When to try another way after the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fallback {
    /// Whatever is wrong: something is better than nothing.
    OnFailure,
    /// Only if the first refuses this login. Another way may list less, and images that it omits while the first is
    /// down would seem to be gone.
    OnRefusal,
}
