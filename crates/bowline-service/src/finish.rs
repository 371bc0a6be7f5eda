//! What every answer of a public service carries.

use http::{HeaderMap, HeaderValue};

use crate::{answer::Answer, cors::Origins, problem::Problem, request_id};

/// The answer to a request as it leaves: a problem told, under the request's id, and readable for pages of the listed
/// origins.
pub(crate) fn finish(
    outcome: Result<Answer, Problem>,
    request_id: &str,
    origins: Option<&Origins>,
    request: &HeaderMap,
) -> Answer {
    let mut answer = outcome.unwrap_or_else(|problem| problem.into_answer(request_id));
    if let Ok(id) = HeaderValue::try_from(request_id) {
        answer.headers_mut().insert(request_id::HEADER, id);
    }
    if let Some(origins) = origins {
        origins.allow(request, answer.headers_mut());
    }
    answer
}
