//! Responses with a complete body or a stream.

use std::{
    error::Error,
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use http_body::{Body, Frame, SizeHint};
use serde::Serialize;
use serde_json::Value;

pub use crate::problem::Cause;
use crate::{
    body,
    problem::{Particulars, Problem},
};

/// A response of the service.
pub type Response = http::Response<ResponseBody>;

/// The error that ends a stream early.
pub type StreamError = Box<dyn Error + Send + Sync>;

/// Marks a body with a secret, which must not be stored. An extension of the response.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HoldsSecret;

/// A stream of bytes from another component or a running check. Dropping it stops the source.
pub type ByteStream = Pin<Box<dyn Body<Data = Bytes, Error = StreamError>>>;

/// A response body.
pub enum ResponseBody {
    /// The complete body; `None` after it was read.
    Full(Option<Bytes>),
    /// A stream.
    Stream(ByteStream),
}

impl ResponseBody {
    /// Returns the complete body; `None` for a stream.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Full(bytes) => Some(bytes.as_deref().unwrap_or_default()),
            Self::Stream(_) => None,
        }
    }
}

/// Returns a response of known length that caches must not store.
pub fn full(status: StatusCode, content_type: HeaderValue, body: Bytes) -> Response {
    let length = HeaderValue::from(body.len());
    let mut answer = http::Response::new(ResponseBody::Full(Some(body)));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, content_type);
    headers.insert(header::CONTENT_LENGTH, length);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// Room for a connection in JSON.
const USUAL: usize = 1024;

/// Returns a JSON response.
pub fn json(status: StatusCode, value: &impl Serialize) -> Result<Response, Problem> {
    let mut body = Vec::with_capacity(USUAL);
    serde_json::to_writer(&mut body, value).map_err(Problem::internal)?;
    Ok(full(
        status,
        HeaderValue::from_static("application/json"),
        Bytes::from(body),
    ))
}

/// Returns a JSON response with a secret: its buffer is erased after the last use, and it is marked [`HoldsSecret`].
pub fn secret_json(status: StatusCode, value: &impl Serialize) -> Result<Response, Problem> {
    let body = Bytes::from_owner(body::secret_json(value)?);
    let mut answer = full(status, HeaderValue::from_static("application/json"), body);
    answer.extensions_mut().insert(HoldsSecret);
    Ok(answer)
}

/// An answer in JSON that is written already.
pub(crate) fn json_text(text: &'static str) -> Response {
    full(
        StatusCode::OK,
        HeaderValue::from_static("application/json"),
        Bytes::from_static(text.as_bytes()),
    )
}

/// Returns 204 without a body.
pub fn empty() -> Response {
    let mut answer = http::Response::new(ResponseBody::Full(None));
    *answer.status_mut() = StatusCode::NO_CONTENT;
    answer
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// Returns a stream of server-sent events.
pub fn events(stream: ByteStream) -> Response {
    let mut answer = http::Response::new(ResponseBody::Stream(stream));
    let headers = answer.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/event-stream"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

impl Problem {
    /// Returns the response: `application/problem+json`.
    pub fn into_response(self, request_id: &str) -> Response {
        let failure = self.problem_type();
        let code = failure.code();
        let title = self.title().to_owned();
        let Particulars {
            title: _,
            detail,
            field,
            members: mut body,
            headers,
            cause,
        } = *self.particulars;
        body.insert(
            "type".to_owned(),
            format!("urn:bowline:problem:{code}").into(),
        );
        body.insert("title".to_owned(), title.into());
        body.insert("status".to_owned(), failure.status().as_u16().into());
        body.insert(
            "detail".to_owned(),
            detail.unwrap_or_else(|| failure.detail()).into(),
        );
        body.insert("code".to_owned(), code.into());
        if let Some(field) = field {
            body.insert("field".to_owned(), field.into());
        }
        body.insert("requestId".to_owned(), request_id.into());
        let body = Bytes::from(Value::Object(body).to_string());
        let mut answer = full(
            failure.status(),
            HeaderValue::from_static("application/problem+json"),
            body,
        );
        answer.headers_mut().extend(headers);
        if let Some(cause) = cause {
            answer.extensions_mut().insert(cause);
        }
        answer
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = StreamError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, StreamError>>> {
        match self.get_mut() {
            Self::Full(bytes) => Poll::Ready(
                bytes
                    .take()
                    .filter(|b| !b.is_empty())
                    .map(|b| Ok(Frame::data(b))),
            ),
            Self::Stream(stream) => stream.as_mut().poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Full(bytes) => bytes.as_ref().is_none_or(Bytes::is_empty),
            Self::Stream(stream) => stream.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Full(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |b| b.len() as u64)),
            Self::Stream(stream) => stream.size_hint(),
        }
    }
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full(bytes) => write!(f, "Full({} bytes)", bytes.as_ref().map_or(0, Bytes::len)),
            Self::Stream(_) => f.write_str("Stream"),
        }
    }
}
