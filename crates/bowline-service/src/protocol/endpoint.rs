//! The endpoint of a form that does not contain it.

use serde::{Deserialize, Serialize};

use super::{PrivateOperation, PrivateRequest};

/// Asks the provider for the registry's endpoint.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EndpointRequest<F> {
    pub(crate) form: F,
}

impl<F> PrivateRequest for EndpointRequest<F> {
    const OPERATION: PrivateOperation = PrivateOperation::Endpoint;
    type Response = EndpointResponse;
}

/// The registry's address.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct EndpointResponse {
    pub(crate) endpoint: String,
}
