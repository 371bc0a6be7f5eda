//! Sends a notice to the URL that a project configured.

use bowline_registry::{Operator, World, deliver_webhook};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::{
    problem::{Problem, ProblemType},
    protocol::notice::{NoticeRequest, NoticeResponse},
};

/// Sends it once. That there was no answer is an answer, too.
///
/// Errors: `body.malformed` if the request is not a valid webhook.
pub(super) async fn send<W: World>(
    world: &W,
    operator: &Operator,
    request: NoticeRequest,
) -> Result<NoticeResponse, Problem> {
    let malformed = || Problem::from(ProblemType::BodyMalformed);
    let url = Url::parse(&request.url).map_err(|_| malformed())?;
    let timestamp = request.timestamp.to_string();
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("webhook-id", &request.id),
        ("webhook-timestamp", &timestamp),
        ("webhook-signature", &request.signature),
    ] {
        let value = HeaderValue::try_from(value).map_err(|_| malformed())?;
        headers.insert(HeaderName::from_static(name), value);
    }
    let sent = deliver_webhook(world, operator, &url, headers, Bytes::from(request.body)).await;
    Ok(NoticeResponse {
        status: sent.as_ref().ok().map(|status| status.as_u16()),
        problem: sent.err().map(|undelivered| undelivered.to_string()),
    })
}
