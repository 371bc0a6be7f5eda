//! Listing what a connection reaches.

use bowline::form::ConnectionSpec;

use crate::{
    http::HttpClient,
    operator::Operator,
    problem::{Code, Failure, Problem},
    world::{Clock, Random, World},
};

/// What a listing found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Names of repositories, or tags, in the registry's order.
    pub items: Vec<String>,
    /// Whether that is all of them; a listing stops after a stated number of pages.
    pub complete: bool,
}

/// The repositories that the connection reaches, within its namespace.
///
/// # Errors
/// What a check would name; `permission.catalog_missing` where this login may not list, or the registry offers no
/// listing.
pub async fn repositories<H: HttpClient, C: Clock, R: Random>(
    world: &World<H, C, R>,
    operator: &Operator,
    spec: &ConnectionSpec,
) -> Result<Listing, Problem> {
    let _ = world;
    Err(Failure::new(Code::EndpointUnresolved, "There is no endpoint.").explain(spec, operator))
}

/// The tags of a repository.
///
/// # Errors
/// What a check would name; `image.unknown` where there is no such repository.
pub async fn tags<H: HttpClient, C: Clock, R: Random>(
    world: &World<H, C, R>,
    operator: &Operator,
    spec: &ConnectionSpec,
    repository: &str,
) -> Result<Listing, Problem> {
    let _ = (world, repository);
    Err(Failure::new(Code::EndpointUnresolved, "There is no endpoint.").explain(spec, operator))
}
