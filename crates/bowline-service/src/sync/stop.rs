//! The reasons why a step of a sync stops early.

use bowline_store::{StoreError, SyncProblem};

use crate::problem::Problem;

/// The reason why a step stops.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Its time is over.
    Late,
    /// Another took over.
    Lost,
    /// The registry refused, or failed.
    Registry(SyncProblem),
    /// We failed.
    Ours(Problem),
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Ours(problem)
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Ours(error.into())
    }
}
