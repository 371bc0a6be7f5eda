//! Relays an event stream and stores its result before the caller sees it.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use bowline_registry::Check;
use bytes::Bytes;
use http_body::{Body, Frame};

use crate::response::{ResponseBody, StreamError};

/// The maximum size of an event to read. A longer one is passed on but not stored.
const LARGEST: usize = 256 * 1024;

const RESULT: &[u8] = b"event: result\ndata: ";

type Keeping = Pin<Box<dyn Future<Output = ()>>>;

/// The stream. Its bytes are passed on unchanged as they arrive. The chunk that ends the result is held until the
/// result is stored, so that a caller who has seen it finds it in the next list.
pub(super) struct CheckStream<F> {
    inner: ResponseBody,
    /// The beginning of an event that has not ended.
    event: Vec<u8>,
    keep: Option<F>,
    held: Option<(Keeping, Bytes)>,
}

impl<F, K> CheckStream<F>
where
    F: FnOnce(Check) -> K + Unpin + 'static,
    K: Future<Output = ()> + 'static,
{
    /// The body `inner`, of which `keep` gets the result.
    pub(super) fn around(inner: ResponseBody, keep: F) -> ResponseBody {
        ResponseBody::Stream(Box::pin(Self {
            inner,
            event: Vec::new(),
            keep: Some(keep),
            held: None,
        }))
    }

    /// The result, if it ends in these bytes.
    fn result(&mut self, bytes: &[u8]) -> Option<Check> {
        let mut found = None;
        for &byte in bytes {
            if self.event.len() < LARGEST {
                self.event.push(byte);
            }
            if self.event.ends_with(b"\n\n") {
                let data = self.event.strip_prefix(RESULT);
                found = found.or_else(|| serde_json::from_slice(data?).ok());
                self.event.clear();
            }
        }
        found
    }

    fn poll_held(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let Some((keeping, _)) = &mut self.held else {
            return Poll::Ready(None);
        };
        ready!(keeping.as_mut().poll(context));
        Poll::Ready(self.held.take().map(|(_, bytes)| bytes))
    }
}

impl<F, K> Body for CheckStream<F>
where
    F: FnOnce(Check) -> K + Unpin + 'static,
    K: Future<Output = ()> + 'static,
{
    type Data = Bytes;
    type Error = StreamError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, StreamError>>> {
        let this = self.get_mut();
        loop {
            if let Some(bytes) = ready!(this.poll_held(context)) {
                return Poll::Ready(Some(Ok(Frame::data(bytes))));
            }
            let bytes = match ready!(Pin::new(&mut this.inner).poll_frame(context)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(bytes) => bytes,
                    Err(_) => continue,
                },
                end => return Poll::Ready(end),
            };
            let check = this.result(&bytes);
            match check.and_then(|check| Some((this.keep.take()?, check))) {
                Some((keep, check)) => this.held = Some((Box::pin(keep(check)), bytes)),
                None => return Poll::Ready(Some(Ok(Frame::data(bytes)))),
            }
        }
    }
}
