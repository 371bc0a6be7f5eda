//! Reads a response within its limits.

use http::{
    HeaderMap,
    header::{CONTENT_ENCODING, CONTENT_LENGTH},
};
use zeroize::Zeroizing;

use crate::{
    guard::Permit,
    http::{HttpClient, ResponseBody, SendError},
    problem::{Code, Failure},
    transport::{PATIENCE, Transport, deadline_exceeded, response::Response},
    world::World,
};

/// The largest body of an error that is read.
const ERROR_BYTES: usize = 64 * 1024;

impl<W: World> Transport<'_, W> {
    /// Reads an answer; one to HEAD has no `limit` and no body.
    pub(super) async fn read(
        &self,
        permit: Permit,
        response: http::Response<<W::Http as HttpClient>::Body>,
        what: &'static str,
        limit: Option<usize>,
    ) -> Result<Response, Failure> {
        let (head, mut stream) = response.into_parts();
        let success = head.status.is_success();
        let body = match limit {
            None => Ok(Zeroizing::default()),
            Some(_) if is_encoded(&head.headers) => Err(Failure::new(
                Code::AnswerEncoded,
                format!("The response for {what} is compressed."),
            )),
            Some(limit) => {
                let limit = if success { limit } else { ERROR_BYTES };
                if content_length(&head.headers).is_some_and(|length| length > limit) {
                    Err(too_large(what, limit))
                } else {
                    self.read_body(&permit, &mut stream, what, limit).await
                }
            }
        };
        let body = match body {
            // What an error says is only for the detail, so its status counts even where its body cannot be read.
            Err(_) if !success => Zeroizing::default(),
            body => body?,
        };
        Ok(Response {
            permit,
            status: head.status,
            headers: head.headers,
            body,
        })
    }

    async fn read_body(
        &self,
        permit: &Permit,
        stream: &mut <W::Http as HttpClient>::Body,
        what: &'static str,
        limit: usize,
    ) -> Result<Zeroizing<Vec<u8>>, Failure> {
        // A token is in a small answer; grown later this would leave a copy of it behind.
        let mut body = Zeroizing::new(Vec::with_capacity(limit.min(ERROR_BYTES)));
        loop {
            let remaining = self.remaining();
            if remaining.is_zero() {
                return Err(deadline_exceeded());
            }
            let patience = PATIENCE.min(remaining);
            match self.within(patience, stream.chunk()).await {
                Some(Ok(None)) => return Ok(body),
                Some(Ok(Some(chunk))) if chunk.len() > limit.saturating_sub(body.len()) => {
                    return Err(too_large(what, limit));
                }
                Some(Ok(Some(chunk))) => body.extend_from_slice(&chunk),
                Some(Err(error)) => return Err(self.failed(error, permit)),
                None => return Err(self.failed(SendError::ReadTimeout, permit)),
            }
        }
    }
}

fn too_large(what: &str, limit: usize) -> Failure {
    Failure::new(
        Code::AnswerTooLarge,
        format!("The response for {what} is larger than {limit} bytes."),
    )
}

/// Tells whether a body is in a coding (RFC 9110 section 8.4.1). Object stores also write words there that name none, such as
/// `aws-chunked`, and send the plain body.
fn is_encoded(headers: &HeaderMap) -> bool {
    const CODINGS: [&str; 7] = [
        "gzip",
        "x-gzip",
        "deflate",
        "br",
        "zstd",
        "compress",
        "x-compress",
    ];
    let values = headers.get_all(CONTENT_ENCODING).iter();
    let texts = values.filter_map(|value| value.to_str().ok());
    texts.flat_map(|text| text.split(',')).any(|word| {
        CODINGS
            .iter()
            .any(|coding| word.trim().eq_ignore_ascii_case(coding))
    })
}

fn content_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
