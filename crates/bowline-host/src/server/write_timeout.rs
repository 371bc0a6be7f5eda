//! A connection that ends when its client does not read.

use super::{stall::Stall, wait::Wait};
use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A stream with a time limit for what is written to it.
pub(super) struct WriteTimeout<S> {
    stream: S,
    wait: Wait,
}

impl<S> WriteTimeout<S> {
    /// `stall` is the allowance of the connection.
    pub(super) fn new(stream: S, stall: Arc<Stall>) -> Self {
        Self {
            stream,
            wait: Wait::new(stall),
        }
    }

    /// The result of a write, with the allowance counted.
    fn limit(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        let Poll::Ready(written) = written else {
            ready!(self.wait.poll_end(context));
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        };
        self.wait.moved(*written.as_ref().unwrap_or(&0));
        Poll::Ready(written)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for WriteTimeout<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for WriteTimeout<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.limit(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.limit(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _, duplex},
        time::{Instant, sleep},
    };

    const ALLOWANCE: Duration = Duration::from_secs(10);
    const KIB: usize = 1024;

    /// A stream whose other end holds a KiB, and that end.
    fn connection() -> (
        WriteTimeout<tokio::io::DuplexStream>,
        tokio::io::DuplexStream,
    ) {
        let (near, far) = duplex(KIB);
        let stall = Arc::new(Stall::new(ALLOWANCE));
        stall.request_begins();
        (WriteTimeout::new(near, stall), far)
    }

    #[tokio::test(start_paused = true)]
    async fn who_does_not_read_is_given_up() {
        let (mut near, _far) = connection();
        let start = Instant::now();
        let error = near.write_all(&[0; 2 * KIB]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(start.elapsed(), ALLOWANCE);
    }

    #[tokio::test(start_paused = true)]
    async fn who_reads_too_slowly_is_given_up_and_who_reads_fast_enough_is_not() {
        // An allowance of ten seconds lets nobody stay below 8 KiB a second.
        for (wait, whole) in [(100, true), (200, false)] {
            let (mut near, mut far) = connection();
            let read = tokio::spawn(async move {
                let mut buffer = [0; KIB];
                loop {
                    sleep(Duration::from_millis(wait)).await;
                    if far.read_exact(&mut buffer).await.is_err() {
                        return;
                    }
                }
            });
            let outcome = near.write_all(&[0; 400 * KIB]).await;
            assert_eq!(outcome.is_ok(), whole, "a KiB every {wait} ms");
            read.abort();
        }
    }
}
