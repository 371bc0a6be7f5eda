//! The way out of the public service: to the private one, and to where an issuer of tokens publishes its keys.

use std::fmt;

use bytes::Bytes;
use http_body::Body;

use crate::response::StreamError;

/// Sends a request to the private service, or for the keys that the issuer of tokens publishes.
pub trait Outbound {
    /// The body of its answers; dropping it stops what makes it.
    type Body: Body<Data = Bytes, Error: Into<StreamError>> + 'static;

    /// Sends one request and waits for the head of the answer.
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> impl Future<Output = Result<http::Response<Self::Body>, Unreachable>>;
}

/// The private service did not answer, and what the runtime says about it.
#[derive(Clone, Debug)]
pub struct Unreachable(pub String);

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the private service did not answer: {}", self.0)
    }
}
