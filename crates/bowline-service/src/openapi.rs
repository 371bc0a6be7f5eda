//! The description of the API: OpenAPI 3.1, checked into `docs/openapi.json`.
//!
//! It is made from the code, by the tests: the operations from [`operations`], which the routes and every answer of the
//! tests are held against; problems, codes and permissions from their tables; what is answered from the types that are
//! serialised. The component only carries the text.

use http::request::Parts;

use crate::{
    answer::{self, Answer},
    negotiation,
    parameters::Parameters,
    problem::Problem,
};

/// The document, as it is served.
pub(crate) const DOCUMENT: &str = include_str!("../../../docs/openapi.json");

/// `GET /v1/openapi.json`.
pub(crate) fn description(head: &Parts) -> Result<Answer, Problem> {
    Parameters::read(head.uri.query(), &[])?;
    negotiation::json_accepted(&head.headers)?;
    Ok(answer::json_text(DOCUMENT))
}

#[cfg(test)]
pub(crate) mod contract;
#[cfg(test)]
mod document;
#[cfg(test)]
mod operations;
#[cfg(test)]
mod parameters;
#[cfg(test)]
mod schemas;
#[cfg(test)]
mod tests;
