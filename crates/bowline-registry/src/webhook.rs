//! Delivers a webhook: one guarded POST to a URL that a customer named.

use std::{pin::pin, task::Poll, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use url::Url;

use crate::{
    guard::{Guard, Target},
    http::{HttpClient, SendError},
    operator::Operator,
    transport::AGENT,
    world::{Clock, World},
};

/// The time in which a receiver has to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why a webhook got no response. Contains nothing that the receiver said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undelivered {
    /// The guard or the runtime does not allow this address.
    #[error("This service isn't allowed to contact that address.")]
    NotAllowed,
    /// The receiver did not respond in time.
    #[error("The receiver didn't respond within {} seconds.", PATIENCE.as_secs())]
    TimedOut,
    /// The request failed.
    #[error("The request failed: {0}.")]
    Failed(SendError),
}

/// Sends `body` as JSON to `url` with POST and `headers`, and returns the status of the response. Does not follow
/// redirects or read the rest of the response. Takes at most 5 seconds.
///
/// # Errors
/// The reason why there is no response.
pub async fn deliver_webhook<W: World>(
    world: &W,
    operator: &Operator,
    url: &Url,
    mut headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Undelivered> {
    let permit = Guard::of_operator(operator)
        .permit(url.clone(), Target::Receiver, true)
        .map_err(|_| Undelivered::NotAllowed)?;
    headers.insert(header::USER_AGENT, AGENT);
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    let request = permit
        .post(headers, None, body)
        .map_err(|_| Undelivered::NotAllowed)?;
    let mut answer = pin!(world.http().send(request, PATIENCE));
    let mut end = pin!(world.clock().sleep(PATIENCE));
    // The client bounds connecting and waiting, each; this bounds both together.
    let answer = std::future::poll_fn(|context| match answer.as_mut().poll(context) {
        Poll::Ready(answer) => Poll::Ready(Some(answer)),
        Poll::Pending => end.as_mut().poll(context).map(|()| None),
    });
    match answer.await {
        Some(Ok(answer)) => Ok(answer.status()),
        Some(Err(SendError::Prohibited)) => Err(Undelivered::NotAllowed),
        Some(Err(error)) => Err(Undelivered::Failed(error)),
        None => Err(Undelivered::TimedOut),
    }
}
