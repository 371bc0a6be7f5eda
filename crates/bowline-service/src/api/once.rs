//! Requests that are done once, however often they are sent: the header `Idempotency-Key`.

use bowline_registry::Clock;
use bowline_store::{Claim, ConnectionId, Database, KeptAnswer, RequestKey};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use super::{Asked, Outbound, Random, Service};
use crate::{
    answer::{self, Answer},
    caller::Caller,
    problem::{Failure, Problem},
};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The headers of an answer that are kept with it.
const KEPT_HEADERS: [HeaderName; 3] = [header::CONTENT_TYPE, header::ETAG, header::LOCATION];

/// What a caller calls a request that must not be done twice: 1 to 255 visible ASCII characters.
pub(super) struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The key of the header, or `None` without one.
    pub(super) fn read(headers: &HeaderMap) -> Result<Option<Self>, Problem> {
        let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
        let Some(value) = values.next() else {
            return Ok(None);
        };
        let text = value.to_str().unwrap_or_default();
        let sound = (1..=255).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if !sound || values.next().is_some() {
            return Err(Failure::IdempotencyKeyMalformed.into());
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
    /// Does what `act` does, unless it was done, and answers the same again. `act` gets the id for what it creates; done
    /// again after an interruption it gets the same one.
    ///
    /// What may be other the next time is not kept: too many requests, and failures of the service. Then the key stays
    /// with this body, and the request can be sent again at once.
    pub(super) async fn once(
        &self,
        asked: &Asked,
        caller: &Caller,
        request: (&str, &IdempotencyKey),
        body: &[u8],
        act: impl AsyncFnOnce(ConnectionId) -> Result<Answer, Problem>,
    ) -> Result<Answer, Problem> {
        let (project, IdempotencyKey(key)) = request;
        let request = RequestKey {
            project,
            route: asked.head.uri.path(),
            key,
        };
        let query = asked.head.uri.query().unwrap_or_default();
        let (store, change) = (self.store(asked).await?, asked.change(caller));
        let content = [query.as_bytes(), body];
        let lease = match store.claim(&change, request, &content).await? {
            Claim::Ours(lease) => lease,
            Claim::Done(kept) => return replayed(kept),
            Claim::OtherContent => return Err(Failure::IdempotencyKeyReused.into()),
            Claim::InProgress(until) => {
                let left = until.0.saturating_sub(asked.now).max(1);
                let seconds = left.saturating_add(999).div_euclid(1000);
                return Err(Problem::from(Failure::IdempotencyKeyInProgress)
                    .header(header::RETRY_AFTER, HeaderValue::from(seconds)));
            }
        };
        let answer = act(lease.id).await;
        let answer = answer.unwrap_or_else(|problem| problem.into_answer(&asked.request_id));
        // It is done, whether that can be kept or not: who sends it again after the lease finds what was made.
        _ = match kept(&answer) {
            Some(kept) => store.keep_answer(&change, request, &lease, &kept).await,
            None => store.release(&change, request, &lease).await,
        };
        Ok(answer)
    }
}

/// What is kept of an answer, where it is one to keep.
fn kept(answer: &Answer) -> Option<KeptAnswer> {
    let status = answer.status();
    if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
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
        body: String::from_utf8(answer.body().as_bytes()?.to_vec()).ok()?,
    })
}

/// An answer that was kept, given again.
fn replayed(kept: KeptAnswer) -> Result<Answer, Problem> {
    let KeptAnswer {
        status,
        headers,
        body,
    } = kept;
    let status = u16::try_from(status).map_err(Problem::internal)?;
    let status = StatusCode::from_u16(status).map_err(Problem::internal)?;
    let json = HeaderValue::from_static("application/json");
    let mut answer = answer::full(status, json, Bytes::from(body));
    for (name, value) in &headers {
        let name = HeaderName::try_from(name).map_err(Problem::internal)?;
        let value = HeaderValue::try_from(value).map_err(Problem::internal)?;
        answer.headers_mut().insert(name, value);
    }
    Ok(answer)
}
