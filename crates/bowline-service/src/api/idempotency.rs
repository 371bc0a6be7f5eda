//! The header `Idempotency-Key`, which every POST accepts: a repeated request runs only once.

use bowline_registry::Clock;
use bowline_store::{Claim, ConnectionId, Database, KeptAnswer, RequestKey};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, StatusCode, header, request::Parts};

use super::service::{Random, Service};
use crate::{
    caller::Caller,
    client::Outbound,
    context::RequestContext,
    negotiation::Form,
    problem::{Problem, ProblemType},
    response::{self, HoldsSecret, Response},
};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The headers that are stored with a response.
const KEPT_HEADERS: [HeaderName; 3] = [header::CONTENT_TYPE, header::ETAG, header::LOCATION];

/// The maximum size of a stored body: that of a request, and so of the response to a change.
const LARGEST: usize = 64 * 1024;

/// A caller's name for a request that must not be done twice: 1 to 255 visible ASCII characters.
pub(super) struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The key of a POST, or `None` without one. Other methods can be sent again as they are.
    pub(super) fn read(head: &Parts) -> Result<Option<Self>, Problem> {
        if head.method != Method::POST {
            return Ok(None);
        }
        let mut values = head.headers.get_all(IDEMPOTENCY_KEY).iter();
        let Some(value) = values.next() else {
            return Ok(None);
        };
        let text = value.to_str().unwrap_or_default();
        let sound = (1..=255).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if !sound || values.next().is_some() {
            return Err(ProblemType::IdempotencyKeyMalformed.into());
        }
        Ok(Some(Self(text.to_owned())))
    }
}

impl<D, O, C, R> Service<D, O, C, R>
where
    D: Database + 'static,
    O: Outbound,
    C: Clock,
    R: Random + Clone + 'static,
{
    /// Runs `act` once and returns the stored response for a repeated request. `act` gets the id for what it creates,
    /// and gets the same id again after an interruption. `request` is the project, which can be empty, and the key.
    ///
    /// A response that [`kept`] excludes is not stored, so a repeated request runs again, even at once. The key stays
    /// bound to this body.
    pub(super) async fn idempotent(
        &self,
        context: &RequestContext,
        caller: &Caller,
        request: (&str, &IdempotencyKey),
        body: &[u8],
        act: impl AsyncFnOnce(ConnectionId) -> Result<Response, Problem>,
    ) -> Result<Response, Problem> {
        let (project, IdempotencyKey(key)) = request;
        let request = RequestKey {
            project,
            route: context.head.uri.path(),
            key,
        };
        let query = context.head.uri.query().unwrap_or_default();
        let (store, change) = (self.store(context).await?, context.change(caller));
        let mut content = vec![query.as_bytes(), body];
        if context.accept == Form::Events {
            content.push(b"text/event-stream");
        }
        let lease = match store.claim(&change, request, &content).await? {
            Claim::Ours(lease) => lease,
            Claim::Done(kept) => return replayed(kept),
            Claim::OtherContent => return Err(ProblemType::IdempotencyKeyReused.into()),
            Claim::InProgress(until) => {
                let left = until.0.saturating_sub(context.now).max(1);
                let seconds = left.saturating_add(999).div_euclid(1000);
                return Err(Problem::from(ProblemType::IdempotencyKeyInProgress)
                    .header(header::RETRY_AFTER, HeaderValue::from(seconds)));
            }
        };
        let answer = act(lease.id).await;
        let answer = answer.unwrap_or_else(|problem| problem.into_response(&context.request_id));
        // It is done, whether that can be kept or not: who sends it again after the lease finds what was made.
        _ = match kept(&answer) {
            Some(kept) => store.keep_answer(&change, request, &lease, &kept).await,
            None => store.release(&change, request, &lease).await,
        };
        Ok(answer)
    }
}

/// Returns the part of a response to store: of successes, and of errors that the request itself causes. Other failures
/// may not recur. Streams, secrets, and very long responses are not stored.
fn kept(answer: &Response) -> Option<KeptAnswer> {
    let (status, body) = (answer.status(), answer.body().as_bytes()?);
    let is_refusal = matches!(
        status,
        StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY
    );
    let holds_secret = answer.extensions().get::<HoldsSecret>().is_some();
    if !(status.is_success() || is_refusal) || holds_secret || body.len() > LARGEST {
        return None;
    }
    let text = |value: &HeaderValue| value.to_str().ok().map(str::to_owned);
    let header = |name: &HeaderName| {
        let value = answer.headers().get(name).and_then(text)?;
        Some((name.to_string(), value))
    };
    Some(KeptAnswer {
        status: status.as_u16().into(),
        headers: KEPT_HEADERS.iter().filter_map(header).collect(),
        body: String::from_utf8(body.to_vec()).ok()?,
    })
}

/// Returns a stored response.
fn replayed(kept: KeptAnswer) -> Result<Response, Problem> {
    let KeptAnswer {
        status,
        headers,
        body,
    } = kept;
    let status = u16::try_from(status).map_err(Problem::internal)?;
    let status = StatusCode::from_u16(status).map_err(Problem::internal)?;
    let json = HeaderValue::from_static("application/json");
    let mut answer = response::full(status, json, Bytes::from(body));
    for (name, value) in &headers {
        let name = HeaderName::try_from(name).map_err(Problem::internal)?;
        let value = HeaderValue::try_from(value).map_err(Problem::internal)?;
        answer.headers_mut().insert(name, value);
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::response::ResponseBody;

    #[test]
    fn what_is_kept() {
        let plain = |status| response::json(status, &json!({ "a": 1 })).unwrap();
        let stream = response::events(Box::pin(ResponseBody::Full(None)));
        let cases = [
            ("done", plain(StatusCode::CREATED), true),
            ("begun", plain(StatusCode::ACCEPTED), true),
            ("a conflict", plain(StatusCode::CONFLICT), true),
            ("not valid", plain(StatusCode::UNPROCESSABLE_ENTITY), true),
            ("malformed", plain(StatusCode::BAD_REQUEST), false),
            ("not there yet", plain(StatusCode::NOT_FOUND), false),
            ("too many", plain(StatusCode::TOO_MANY_REQUESTS), false),
            ("failed", plain(StatusCode::BAD_GATEWAY), false),
            (
                "a secret",
                response::secret_json(StatusCode::OK, &json!({})).unwrap(),
                false,
            ),
            (
                "as long as may be",
                response::json(StatusCode::OK, &"x".repeat(LARGEST - 2)).unwrap(),
                true,
            ),
            (
                "too long",
                response::json(StatusCode::OK, &"x".repeat(LARGEST - 1)).unwrap(),
                false,
            ),
            ("a stream", stream, false),
        ];
        for (name, answer, expected) in cases {
            assert_eq!(kept(&answer).is_some(), expected, "{name}");
        }
    }
}
