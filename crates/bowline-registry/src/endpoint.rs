//! Where a connection's registry is.

use bowline::{endpoint::Endpoint, form::ConnectionSpec};

use crate::{
    operator::Operator,
    problem::{Failure, Problem},
    registry::Registry,
    world::World,
};

/// The registry of a connection. Where the form tells, nothing is sent; where only the provider's API can (ECR without
/// an account id), that is asked.
///
///
/// ```
/// use bowline::form::ConnectionSpec;
/// use bowline_registry::{Operator, Problem, World, resolve_endpoint};
///
/// async fn host<W: World>(world: &W, spec: &ConnectionSpec) -> Result<String, Problem> {
///     let endpoint = resolve_endpoint(world, &Operator::default(), spec).await?;
///     Ok(endpoint.host().to_owned())
/// }
/// ```
/// # Errors
/// What a check would name; `endpoint.unresolved` where the provider does not tell either.
pub async fn resolve_endpoint<W: World>(
    world: &W,
    operator: &Operator,
    spec: &ConnectionSpec,
) -> Result<Endpoint, Problem> {
    let opened = Registry::open(world, operator, spec).await;
    opened
        .map(|registry| registry.endpoint)
        .map_err(|failure: Failure| failure.explain(spec, operator))
}
