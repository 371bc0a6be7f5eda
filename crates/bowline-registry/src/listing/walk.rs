//! The position in a walk through a tree of repositories.

use serde::{Deserialize, Serialize};

use crate::image::Repository;

/// A place in the tree. Another instance asks again for the branches that this one knows to come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Walk {
    /// The path that was visited last.
    pub(crate) last: String,
    /// What comes next: for each level the paths that are left, the nearest last.
    #[serde(skip)]
    pub(crate) ahead: Vec<Vec<Repository>>,
}
