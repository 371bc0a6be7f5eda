//! A request's body that has to come in time: who sends slowly must not hold a place that others wait for.

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::time::{Sleep, sleep};
use wasmtime_wasi_http::Error;

/// How long is waited for a body in all, and how much longer for each KiB of it that has come.
const PATIENCE: Duration = Duration::from_secs(10);
const A_KIB_EARNS: Duration = Duration::from_millis(125);

/// A body that ends with an error when it takes too long.
pub(super) struct Timely<B> {
    body: B,
    patience: Duration,
    a_kib_earns: Duration,
    /// When the waiting ends; it begins when there is something to wait for.
    end: Option<Pin<Box<Sleep>>>,
}

impl<B> Timely<B> {
    /// A client's body.
    pub(super) fn new(body: B) -> Self {
        Self {
            body,
            patience: PATIENCE,
            a_kib_earns: A_KIB_EARNS,
            end: None,
        }
    }

    /// Lets the waiting end later, for what has come.
    fn earn(&mut self, bytes: usize) {
        let Some(end) = &mut self.end else { return };
        let earned = self.a_kib_earns.mul_f64(bytes as f64 / 1024.0);
        if let Some(later) = end.deadline().checked_add(earned) {
            end.as_mut().reset(later);
        }
    }
}

impl<B: Body<Data = Bytes, Error = Error> + Unpin> Body for Timely<B> {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            if let Some(Ok(frame)) = &frame {
                self.earn(frame.data_ref().map_or(0, Bytes::len));
            }
            return Poll::Ready(frame);
        }
        let patience = self.patience;
        let end = self.end.get_or_insert_with(|| Box::pin(sleep(patience)));
        ready!(end.as_mut().poll(context));
        Poll::Ready(Some(Err(Error::ConnectionReadTimeout)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::stream::{pending, unfold};
    use http_body_util::{BodyExt as _, StreamBody};

    /// A body of this many bytes, one each millisecond.
    fn dripping(bytes: u32) -> impl Body<Data = Bytes, Error = Error> + Unpin {
        let drops = unfold(bytes, |left| async move {
            sleep(Duration::from_millis(1)).await;
            let frame = Ok(Frame::data(Bytes::from_static(b".")));
            Some((frame, left.checked_sub(1)?))
        });
        StreamBody::new(Box::pin(drops))
    }

    async fn collected(
        body: impl Body<Data = Bytes, Error = Error> + Unpin,
        patience: u64,
        a_byte_earns: u64,
    ) -> Option<usize> {
        let body = Timely {
            body,
            patience: Duration::from_millis(patience),
            a_kib_earns: Duration::from_millis(a_byte_earns.saturating_mul(1024)),
            end: None,
        };
        match body.collect().await {
            Ok(body) => Some(body.to_bytes().len()),
            Err(Error::ConnectionReadTimeout) => None,
            Err(error) => panic!("{error}"),
        }
    }

    #[tokio::test]
    async fn a_body_has_to_come_in_time() {
        const LONG: u64 = 60_000;
        let silent = || StreamBody::new(pending());
        assert_eq!(collected(silent(), 5, 0).await, None, "nothing comes");
        assert_eq!(collected(dripping(30), LONG, 0).await, Some(30), "in time");
        assert_eq!(collected(dripping(9_999), 20, 0).await, None, "too slow");
        assert_eq!(
            collected(dripping(30), 20, LONG).await,
            Some(30),
            "slow, and all that comes earns more time"
        );
    }
}
