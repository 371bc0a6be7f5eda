//! The listener: connections, the limit of requests at once, and an orderly end.

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt as _, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
};
use wasmtime_wasi_http::{Error, WasiBody};

use self::{timely::Timely, unread::Unread};

mod timely;
mod unread;

/// How long a client may take to send a request's head.
const HEAD: Duration = Duration::from_secs(10);
/// How long requests in flight have when the host is to end.
const FAREWELL: Duration = Duration::from_secs(30);
/// How long the listener rests when the system refuses a connection (as when files run out).
const BREATH: Duration = Duration::from_millis(100);

/// What answers requests: an application, or a double of one.
pub trait Answer: Send + Sync + 'static {
    /// Answers a request of the peer `client`.
    fn answer(
        &self,
        request: Request<WasiBody>,
        client: SocketAddr,
    ) -> impl Future<Output = Response<WasiBody>> + Send;
}

/// Serves an application on a listener.
pub struct Server<A> {
    listener: TcpListener,
    app: Arc<A>,
    room: Arc<Semaphore>,
}

impl<A: Answer> Server<A> {
    /// Listens on `address`; at most `requests` are in flight at once, further ones are answered 503.
    pub async fn bind(address: SocketAddr, app: Arc<A>, requests: usize) -> io::Result<Self> {
        Ok(Self {
            listener: TcpListener::bind(address).await?,
            app,
            room: Arc::new(Semaphore::new(requests)),
        })
    }

    /// The address that was bound, with its port when the system chose one.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Accepts connections until `stop` is ready, then lets requests in flight finish.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let (closing, closed) = watch::channel(false);
        let mut connections = JoinSet::new();
        let mut stop = pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => break,
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, client)) => {
                        connections.spawn(serve(stream, client, self.app.clone(), self.room.clone(), closed.clone()));
                    }
                    Err(error) => {
                        eprintln!("cannot accept a connection: {error}");
                        tokio::time::sleep(BREATH).await;
                    }
                },
                Some(_) = connections.join_next() => {}
            }
        }
        drop(self.listener);
        // The receivers live in the connections; without any there is nobody to tell.
        let _ = closing.send(true);
        let finish = async { while connections.join_next().await.is_some() {} };
        if tokio::time::timeout(FAREWELL, finish).await.is_err() {
            eprintln!(
                "requests in flight did not end in {} seconds",
                FAREWELL.as_secs()
            );
        }
    }
}

/// The answer when there is no room for another request, as a problem (RFC 9457).
pub(crate) fn busy() -> Response<WasiBody> {
    const PROBLEM: &str = r#"{"type":"about:blank","title":"Service Unavailable","status":503,"detail":"Too many requests are in flight. Come again in a second."}"#;
    let body = Full::new(Bytes::from_static(PROBLEM.as_bytes()));
    let mut response = Response::new(body.map_err(|never| match never {}).boxed_unsync());
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response.headers_mut().extend([
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::RETRY_AFTER, HeaderValue::from_static("1")),
    ]);
    response
}

async fn serve<A: Answer>(
    stream: TcpStream,
    client: SocketAddr,
    app: Arc<A>,
    room: Arc<Semaphore>,
    mut closed: watch::Receiver<bool>,
) {
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let service = service_fn(|request: Request<Incoming>| {
        let app = app.clone();
        let room = room.clone();
        async move {
            let Ok(permit) = room.try_acquire_owned() else {
                return Ok::<_, Infallible>(busy());
            };
            // Who waits for leave to send a body is answered without it.
            let waits = request.headers().contains_key(header::EXPECT);
            let request = request.map(|body| {
                let body = Timely::new(body.map_err(Error::from));
                match waits {
                    true => body.boxed_unsync(),
                    false => Unread::new(body).boxed_unsync(),
                }
            });
            let response = app.answer(request, client).await;
            Ok(response.map(|body| {
                Counted {
                    body,
                    _permit: permit,
                }
                .boxed_unsync()
            }))
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    // Errors here are the client's: gone, too slow, or not HTTP.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = closed.wait_for(|closed| *closed) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

/// A response's body that counts as a request in flight until it is sent.
struct Counted {
    body: WasiBody,
    _permit: OwnedSemaphorePermit,
}

impl Body for Counted {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests;
