//! Drains request bodies that a component does not read.
//!
//! An error response often comes before the whole request has arrived (413, 415, 401). Closing the connection would
//! then reset it, and the client could lose the response. Therefore, the rest is read and discarded (RFC 9112 section
//! 9.6), up to a limit.

use bytes::{Buf as _, Bytes};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;
use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::runtime::Handle;

/// The most bytes that are drained from one request.
const DRAIN_BYTES: usize = 16 << 20;
/// The longest time that takes.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);

/// A request's body whose rest is read when it is dropped.
pub(super) struct DrainOnDrop<B: Body<Data = Bytes> + Unpin + Send + 'static> {
    body: Option<B>,
    runtime: Handle,
}

impl<B: Body<Data = Bytes> + Unpin + Send + 'static> DrainOnDrop<B> {
    /// Within Tokio. It can be dropped anywhere.
    pub(super) fn new(body: B) -> Self {
        Self {
            body: Some(body),
            runtime: Handle::current(),
        }
    }
}

impl<B: Body<Data = Bytes> + Unpin + Send + 'static> Body for DrainOnDrop<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match &mut self.body {
            Some(body) => Pin::new(body).poll_frame(context),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map(Body::size_hint).unwrap_or_default()
    }
}

impl<B: Body<Data = Bytes> + Unpin + Send + 'static> Drop for DrainOnDrop<B> {
    fn drop(&mut self) {
        let Some(mut body) = self.body.take().filter(|body| !body.is_end_stream()) else {
            return;
        };
        let rest = async move {
            let mut left = DRAIN_BYTES;
            while let Some(Ok(frame)) = body.frame().await {
                let length = frame.data_ref().map_or(0, Bytes::remaining);
                match left.checked_sub(length) {
                    Some(rest) => left = rest,
                    None => break,
                }
            }
        };
        self.runtime
            .spawn(async { tokio::time::timeout(DRAIN_TIMEOUT, rest).await });
    }
}
