//! The HTTP client of the public service, for the private service and the token issuer's keys.

use std::fmt;

use bytes::Bytes;
use http_body::Body;

use crate::response::StreamError;

/// Sends requests to the private service and to the token issuer's key URL.
pub trait Outbound {
    /// The body of its answers; dropping it stops what makes it.
    type Body: Body<Data = Bytes, Error: Into<StreamError>> + 'static;

    /// Sends one request and returns the response once its head has arrived.
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> impl Future<Output = Result<http::Response<Self::Body>, Unreachable>>;
}

/// The error if the private service did not respond, with the runtime's reason.
#[derive(Clone, Debug)]
pub struct Unreachable(pub String);

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the private service didn't respond: {}", self.0)
    }
}
