//! The HTTP client that the caller provides.

use std::{fmt, future::Future, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, Method, Response};
use url::Url;

/// A complete request. `Debug` shows only its method and URL, because headers and body may contain credentials.
pub struct Request {
    /// GET, HEAD, POST or PATCH.
    pub method: Method,
    /// The URL, which the guard has allowed. It never contains credentials.
    pub url: Url,
    /// The path and query to send. They equal those of `url`, except after a redirect, where they are as in `Location`:
    /// a signed URL works only unchanged, and a [`Url`] re-encodes some characters.
    pub target: String,
    /// The headers to send. The client adds `Host` and `Content-Length`.
    pub headers: HeaderMap,
    /// The body; empty for GET and HEAD.
    pub body: Bytes,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.url)
    }
}

/// An HTTP client: sends one request and returns one response.
///
/// # Requirements
///
/// - **Check the address before connecting.** This crate decides which host names, ports, and literal addresses are
///   allowed, but it never resolves a name. A registry's owner can let any name resolve to `127.0.0.1` or to a metadata
///   service (server-side request forgery). Resolve the name, refuse every address that is not on the public internet
///   with [`SendError::Prohibited`], and connect to the address that you checked. Do not resolve the name again,
///   because it may then resolve to another address. [`networks_are_blocked`](crate::networks_are_blocked) tests
///   whether this works. The example `axum` has such a resolver for reqwest.
/// - Send [`Request::target`] unchanged, and every header value as a separate line. Read at least 100 response headers,
///   and more if possible.
/// - Do not follow redirects, store cookies, add credentials, decode content encodings, use a proxy from the
///   environment, or retry.
/// - It must be safe to drop the future at any time and to run several at once.
pub trait HttpClient: Send + Sync {
    /// The body of its answers.
    type Body: ResponseBody;

    /// Sends `request` and returns the response once its head has arrived.
    ///
    /// `timeout` limits connecting and, separately, waiting for the head.
    fn send(
        &self,
        request: Request,
        timeout: Duration,
    ) -> impl Future<Output = Result<Response<Self::Body>, SendError>> + Send;
}

/// A response body that its reader can stop reading at any chunk.
pub trait ResponseBody: Send {
    /// Returns the next chunk; `None` at the end. If the body ends early, this is [`SendError::Closed`].
    fn chunk(&mut self) -> impl Future<Output = Result<Option<Bytes>, SendError>> + Send;
}

/// Why there is no response, or no more of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The name does not resolve, or resolving it failed or took too long.
    #[error("the host name can't be resolved")]
    Dns,
    /// The runtime does not allow this address (Spin: `DestinationIpProhibited`, `HttpRequestDenied`).
    #[error("the address isn't allowed")]
    Prohibited,
    /// Nothing listens there, or there is no route.
    #[error("the connection was refused")]
    Refused,
    /// The connection timed out.
    #[error("the connection timed out")]
    ConnectTimeout,
    /// The connection is open, but no (more) data arrived in time.
    #[error("the response took too long")]
    ReadTimeout,
    /// The TLS handshake failed, and the runtime does not report why.
    #[error("the TLS handshake failed")]
    Tls,
    /// The server's certificate was not accepted.
    #[error("the certificate isn't trusted")]
    Certificate,
    /// The connection ended before the response did.
    #[error("the connection was closed early")]
    Closed,
    /// The response is not valid HTTP.
    #[error("the response isn't valid HTTP")]
    Malformed,
    /// The head of the response is larger than the client accepts.
    #[error("the response is too large")]
    TooLarge,
    /// The client itself failed.
    #[error("the HTTP client failed")]
    Internal,
}
