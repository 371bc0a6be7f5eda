//! A running check as a stream of server-sent events.
//!
//! Reading the stream drives the check, and dropping the stream stops it, so a check ends when its caller leaves.

use std::{
    cell::RefCell,
    collections::VecDeque,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body, Frame};
use serde::Serialize;

use crate::response::StreamError;

/// The time without an event after which a comment says that the connection lives.
pub(crate) const SILENCE: Duration = Duration::from_secs(5);

/// A comment: readers of events ignore it, proxies see that something comes.
const COMMENT: Bytes = Bytes::from_static(b":\n\n");

type Local<T> = Pin<Box<dyn Future<Output = T>>>;

/// The events of a running check.
#[derive(Clone, Default)]
pub(crate) struct Events(Rc<RefCell<VecDeque<Bytes>>>);

impl Events {
    /// Adds an event with JSON data. JSON as `serde_json` writes it has no line breaks, so it is one line.
    pub(crate) fn push(&self, name: &str, data: &impl Serialize) {
        if let Ok(data) = serde_json::to_string(data) {
            self.0
                .borrow_mut()
                .push_back(Bytes::from(format!("event: {name}\ndata: {data}\n\n")));
        }
    }

    fn pop(&self) -> Option<Bytes> {
        self.0.borrow_mut().pop_front()
    }
}

/// The stream: the events that `work` puts into `events` until it ends, and comments in between.
pub(crate) struct EventStream {
    events: Events,
    work: Option<Local<()>>,
    sleep: Box<dyn Fn() -> Local<()>>,
    pause: Local<()>,
}

impl EventStream {
    /// `sleep` makes a future that is done after [`SILENCE`].
    pub(crate) fn new(
        events: Events,
        work: impl Future<Output = ()> + 'static,
        sleep: impl Fn() -> Local<()> + 'static,
    ) -> Self {
        let pause = sleep();
        Self {
            events,
            work: Some(Box::pin(work)),
            sleep: Box::new(sleep),
            pause,
        }
    }

    /// The next piece: an event that waits, or a comment when it was silent for too long.
    fn next(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if let Some(work) = &mut self.work
            && work.as_mut().poll(context).is_ready()
        {
            self.work = None;
        }
        let next = match self.events.pop() {
            Some(event) => event,
            None if self.work.is_none() => return Poll::Ready(None),
            None if self.pause.as_mut().poll(context).is_ready() => COMMENT,
            None => return Poll::Pending,
        };
        self.pause = (self.sleep)();
        Poll::Ready(Some(next))
    }
}

impl Body for EventStream {
    type Data = Bytes;
    type Error = StreamError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, StreamError>>> {
        self.get_mut()
            .next(context)
            .map(|next| next.map(|bytes| Ok(Frame::data(bytes))))
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use http_body_util::BodyExt;
    use serde_json::json;
    use tokio::sync::oneshot;

    use super::*;

    async fn next(stream: &mut EventStream) -> Option<String> {
        let frame = stream.frame().await?.unwrap();
        Some(String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap())
    }

    fn never() -> Local<()> {
        Box::pin(std::future::pending())
    }

    #[tokio::test]
    async fn events_come_as_they_are_put() {
        let events = Events::default();
        let (go_on, wait) = oneshot::channel::<()>();
        let inner = events.clone();
        let work = async move {
            inner.push("step", &json!({ "step": "reach", "detail": "a\nb" }));
            wait.await.unwrap();
            inner.push("step", &json!({ "step": "authenticate" }));
            inner.push("result", &json!({ "ok": true }));
        };
        let mut stream = EventStream::new(events, work, never);
        let first = next(&mut stream).await.unwrap();
        assert_eq!(
            first,
            "event: step\ndata: {\"detail\":\"a\\nb\",\"step\":\"reach\"}\n\n"
        );
        go_on.send(()).unwrap();
        assert_eq!(
            next(&mut stream).await.unwrap(),
            "event: step\ndata: {\"step\":\"authenticate\"}\n\n"
        );
        assert_eq!(
            next(&mut stream).await.unwrap(),
            "event: result\ndata: {\"ok\":true}\n\n"
        );
        assert_eq!(next(&mut stream).await, None);
    }

    #[tokio::test]
    async fn silence_is_broken_by_comments() {
        let pauses = Rc::new(Cell::new(0));
        let counted = Rc::clone(&pauses);
        let sleep = move || -> Local<()> {
            counted.set(counted.get() + 1);
            if counted.get() <= 2 {
                Box::pin(std::future::ready(()))
            } else {
                never()
            }
        };
        let (go_on, wait) = oneshot::channel::<()>();
        let mut stream =
            EventStream::new(Events::default(), async move { wait.await.unwrap() }, sleep);
        assert_eq!(next(&mut stream).await.unwrap(), ":\n\n");
        assert_eq!(next(&mut stream).await.unwrap(), ":\n\n");
        go_on.send(()).unwrap();
        assert_eq!(next(&mut stream).await, None);
        assert_eq!(pauses.get(), 3);
    }

    #[tokio::test]
    async fn dropping_the_stream_drops_the_work() {
        let (alive, gone) = oneshot::channel::<()>();
        let work = async move {
            let _alive = alive;
            std::future::pending::<()>().await;
        };
        let mut stream =
            EventStream::new(Events::default(), work, || Box::pin(std::future::ready(())));
        assert_eq!(next(&mut stream).await.unwrap(), ":\n\n");
        drop(stream);
        assert!(gone.await.is_err());
    }
}
