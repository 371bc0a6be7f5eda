//! The description of the API: OpenAPI 3.1, committed as `openapi.json` in this crate.
//!
//! The tests generate it from the code and compare it: operations from [`crate::operations`]; problems, codes, and
//! permissions from their tables; responses from the serialized types. The component contains only the text.

use crate::response::{self, Response};

/// The document, as it is served.
pub(crate) const DOCUMENT: &str = include_str!("../openapi.json");

/// `GET /v1/openapi.json`.
pub(crate) fn description() -> Response {
    response::json_text(DOCUMENT)
}

#[cfg(test)]
pub(crate) mod contract;
#[cfg(test)]
mod document;
#[cfg(test)]
mod parameters;
#[cfg(test)]
mod schemas;
#[cfg(test)]
mod tests;
