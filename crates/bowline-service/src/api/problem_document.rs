//! A problem as a member of a response.

use serde::Deserialize;

use crate::{
    problem::{Problem, ProblemType},
    response::{Cause, Response},
};

/// A stored problem.
#[derive(Debug, Deserialize)]
pub(super) struct ProblemDocument {
    pub(super) code: String,
    title: String,
    #[serde(default)]
    detail: String,
    /// For the log.
    #[serde(skip)]
    pub(super) cause: Option<Cause>,
}

impl ProblemDocument {
    /// The problem that the private service answered.
    pub(super) fn answered(answer: &Response) -> Self {
        let body = answer.body().as_bytes().unwrap_or_default();
        serde_json::from_slice(body)
            .map(|refusal| Self {
                cause: answer.extensions().get().cloned(),
                ..refusal
            })
            .unwrap_or_else(|error| Self::ours(Problem::internal(error)))
    }

    /// A problem of this service.
    pub(super) fn ours(problem: Problem) -> Self {
        let answer = problem.into_response("");
        let body = answer.body().as_bytes().unwrap_or_default();
        let told = serde_json::from_slice(body).ok();
        Self {
            cause: answer.extensions().get().cloned(),
            ..told.unwrap_or_else(|| Self {
                code: ProblemType::Internal.code(),
                title: ProblemType::Internal.title().to_owned(),
                detail: String::new(),
                cause: None,
            })
        }
    }

    /// The problem in words, for people.
    pub(super) fn sentence(&self) -> String {
        format!("{}. {}", self.title, self.detail)
            .trim_end()
            .to_owned()
    }
}
