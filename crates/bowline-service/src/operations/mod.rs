//! The table of operations: one row for each method of each path of the API.
//!
//! Routing ([`crate::router`]), the methods of a path, authorization, the query, `Accept`, `If-Match`, the OpenAPI
//! document, and the access tests are derived from a row. A new route is a row here, an arm in the `match` of
//! [`crate::api::Service`], a schema in `openapi/schemas`, and a test.

mod browsing;
mod connections;
mod events;
mod forms;
mod inventory;
mod operating;
mod operation;
pub(crate) mod parameter;
pub(crate) mod path;
mod pulling;
pub(crate) mod response;
mod row;
mod scans;
#[cfg(test)]
pub(crate) mod tests;

#[cfg(test)]
pub(crate) use self::row::{Need, RequestBody};
pub(crate) use self::{
    operation::{Operation, PublicOperation},
    row::{Authorization, Counted, Row},
};

/// Every row, by subject. The methods of a path have the order of `Allow`.
static TABLE: [&[Row]; 8] = [
    forms::ROWS,
    connections::ROWS,
    browsing::ROWS,
    events::ROWS,
    inventory::ROWS,
    scans::ROWS,
    pulling::ROWS,
    operating::ROWS,
];

/// Every operation.
pub(crate) fn all() -> impl Iterator<Item = &'static Row> {
    TABLE.into_iter().flatten()
}
