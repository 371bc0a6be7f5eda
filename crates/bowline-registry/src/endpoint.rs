//! Finds a connection's registry.

use bowline::{endpoint::Endpoint, form::ConnectionSpec};

use crate::{
    operator::Operator,
    problem::{Failure, Problem},
    registry::Registry,
    world::World,
};

/// Returns the endpoint of a connection's registry. If the form has it, this sends no request. Otherwise (ECR without
/// an account id), it asks the provider's API.
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
/// The problem that a check would report; `endpoint.unresolved` if the provider does not return it.
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
