//! What this crate needs of an HTTP client.

use std::{fmt, future::Future, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, Method, Response};
use url::Url;

/// One request, whole. `Debug` shows its method and URL; headers and body may hold credentials.
pub struct Request {
    /// GET, HEAD, POST or PATCH.
    pub method: Method,
    /// Where to; the guard has allowed it. It never holds credentials.
    pub url: Url,
    /// The path and query to send: those of `url`, but where a redirect names the URL as they are written there. A signed URL
    /// is of use only unchanged, and a [`Url`] encodes some characters anew.
    pub target: String,
    /// What to send with it. `Host` and `Content-Length` are the client's to add.
    pub headers: HeaderMap,
    /// Empty for GET and HEAD.
    pub body: Bytes,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.url)
    }
}

/// Sends one request and gives one response.
///
/// # What an implementation owes
///
/// - **It judges the address that it dials.** The conversation decides which host names, ports and literal addresses may
///   be contacted, but it never resolves a name: a registry's owner can let any name resolve to `127.0.0.1` or to a
///   metadata service (server-side request forgery). So resolve the name, refuse every address that is not on the public
///   internet with [`SendError::Prohibited`], and connect to the very address that was judged, not to the name a second
///   time, because it may resolve to another one then. [`networks_are_blocked`](crate::networks_are_blocked) asks whether
///   that works. The example `axum` has such a resolver for reqwest.
/// - It sends [`Request::target`] as it is, and every header line as a line of its own. It reads at least 100 headers of an
///   answer; more are better.
/// - It follows no redirect, keeps no cookie, adds no credential, decodes no content encoding, uses no proxy of its
///   environment, and retries nothing.
/// - It is safe to drop the future at any time, and to have several under way at once.
pub trait HttpClient: Send + Sync {
    /// The body of its answers.
    type Body: ResponseBody;

    /// Sends `request` and waits for the head of the answer.
    ///
    /// `timeout` bounds connecting and, separately, waiting for the head.
    fn send(
        &self,
        request: Request,
        timeout: Duration,
    ) -> impl Future<Output = Result<Response<Self::Body>, SendError>> + Send;
}

/// The body of an answer, read piece by piece so that its reader can stop.
pub trait ResponseBody: Send {
    /// The next piece; `None` at the end. A body that ends early is [`SendError::Closed`].
    fn chunk(&mut self) -> impl Future<Output = Result<Option<Bytes>, SendError>> + Send;
}

/// Why there is no answer, or no more of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The name does not resolve, or resolving it failed or took too long.
    #[error("the host name can't be resolved")]
    Dns,
    /// The runtime does not allow this address (Spin: `DestinationIpProhibited`, `HttpRequestDenied`).
    #[error("the address isn't allowed")]
    Prohibited,
    /// Nothing listens there, or there is no way there.
    #[error("the connection was refused")]
    Refused,
    /// No connection came about in time.
    #[error("the connection timed out")]
    ConnectTimeout,
    /// The connection stood, and no (further) answer came in time.
    #[error("the response took too long")]
    ReadTimeout,
    /// The TLS handshake failed, and the runtime does not say why.
    #[error("the TLS handshake failed")]
    Tls,
    /// The server's certificate was not accepted.
    #[error("the certificate isn't trusted")]
    Certificate,
    /// The connection ended before the answer did.
    #[error("the connection was closed early")]
    Closed,
    /// The answer is not HTTP, or breaks its rules.
    #[error("the response isn't valid HTTP")]
    Malformed,
    /// The head of the answer is larger than the client takes.
    #[error("the response is too large")]
    TooLarge,
    /// The client itself failed.
    #[error("the HTTP client failed")]
    Internal,
}
