//! A timeout for request bodies, so that a slow client does not block others.

use super::{stall::Stall, wait::Wait};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};
use wasmtime_wasi_http::Error;

/// A body that ends with an error when the client takes too long to send it.
pub(super) struct BodyTimeout<B> {
    body: B,
    wait: Wait,
}

impl<B> BodyTimeout<B> {
    /// `stall` is the allowance of the connection.
    pub(super) fn new(body: B, stall: Arc<Stall>) -> Self {
        Self {
            body,
            wait: Wait::new(stall),
        }
    }
}

impl<B: Body<Data = Bytes, Error = Error> + Unpin> Body for BodyTimeout<B> {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            let data = frame.as_ref().and_then(|frame| frame.as_ref().ok());
            let bytes = data.and_then(Frame::data_ref).map_or(0, Bytes::len);
            self.wait.moved(bytes);
            return Poll::Ready(frame);
        }
        ready!(self.wait.poll_end(context));
        Poll::Ready(Some(Err(Error::ConnectionReadTimeout)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<B> Drop for BodyTimeout<B> {
    fn drop(&mut self) {
        self.wait.moved(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::stream::{pending, unfold};
    use http_body_util::{BodyExt as _, StreamBody};
    use std::time::Duration;
    use tokio::time::{Instant, sleep};

    const ALLOWANCE: Duration = Duration::from_secs(10);

    /// A body of this many KiB that sends one at this interval in milliseconds.
    fn dripping(kib: u32, every: u64) -> impl Body<Data = Bytes, Error = Error> + Unpin {
        let drops = unfold(kib, move |left| async move {
            sleep(Duration::from_millis(every)).await;
            let frame = Ok(Frame::data(Bytes::from_static(&[b'.'; 1024])));
            Some((frame, left.checked_sub(1)?))
        });
        StreamBody::new(Box::pin(drops))
    }

    /// The number of KiB that arrive; `None` after a timeout.
    async fn collected(body: impl Body<Data = Bytes, Error = Error> + Unpin) -> Option<usize> {
        let stall = Arc::new(Stall::new(ALLOWANCE));
        stall.request_begins();
        match BodyTimeout::new(body, stall).collect().await {
            Ok(body) => Some(body.to_bytes().len() / 1024),
            Err(Error::ConnectionReadTimeout) => None,
            Err(error) => panic!("{error}"),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_has_to_arrive_in_time() {
        let silent = StreamBody::new(pending());
        assert_eq!(collected(silent).await, None, "nothing arrives");
        assert_eq!(collected(dripping(3, 2000)).await, Some(3), "in time");
        assert_eq!(collected(dripping(999, 200)).await, None, "too slow");
        let steady = collected(dripping(999, 100)).await;
        assert_eq!(steady, Some(999), "slow, and every KiB gives time back");
    }

    #[tokio::test]
    async fn a_body_that_nobody_wants_any_more_is_not_waited_for() {
        let stall = Arc::new(Stall::new(ALLOWANCE));
        stall.request_begins();
        let mut body = BodyTimeout::new(StreamBody::new(pending()), stall.clone());
        assert!(futures::poll!(body.frame()).is_pending());
        assert!(stall.waited(Instant::now()).is_some());
        drop(body);
        assert_eq!(stall.waited(Instant::now()), None);
    }
}
