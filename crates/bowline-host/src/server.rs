//! The listener: connections, limits, and graceful shutdown.

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt as _, Empty, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{
    collections::HashMap,
    convert::Infallible,
    io,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::{Duration, Instant},
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};
use wasmtime_wasi_http::{Error, WasiBody};

use crate::metrics::{Metrics, Present};

use self::{
    body_timeout::BodyTimeout,
    drain::DrainOnDrop,
    line_ends::{CheckedHeads, Framing},
    pool::{Membership, Pool},
    stall::Stall,
    write_timeout::WriteTimeout,
};

pub use self::{client::TrustedProxies, limits::Limits};

mod body_timeout;
mod client;
mod drain;
mod limits;
mod line_ends;
mod pool;
mod stall;
mod wait;
mod write_timeout;

/// The time that a client may take to send a request's head.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// The most bytes of a request's head, and of an answer that waits for its client.
const BUFFER: usize = 64 * 1024;
/// The time that requests in flight have at a shutdown.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(30);
/// The pause of the listener when the system refuses a connection, for example because files run out.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Handles requests: an application, or a test double.
pub trait Handler: Send + Sync + 'static {
    /// Returns the component for a path; empty if there is none. Each component has its own limit.
    fn component<'a>(&'a self, path: &'a str) -> &'a str;

    /// Handles a request from the peer `client`.
    fn handle(
        &self,
        request: Request<WasiBody>,
        client: SocketAddr,
    ) -> impl Future<Output = Response<WasiBody>> + Send;
}

/// Serves an application on a listener.
pub struct Server<A> {
    listener: TcpListener,
    shared: Arc<Shared<A>>,
}

/// The state that all connections share.
struct Shared<A> {
    app: Arc<A>,
    limits: Limits,
    proxies: TrustedProxies,
    connections: Arc<Pool>,
    /// The requests in flight, by component.
    requests: Mutex<HashMap<String, Arc<Pool>>>,
    metrics: Arc<Metrics>,
}

impl<A: Handler> Server<A> {
    /// Listens on `address`. `proxies` are the operator's proxies.
    pub async fn bind(
        address: SocketAddr,
        app: Arc<A>,
        limits: Limits,
        proxies: TrustedProxies,
    ) -> io::Result<Self> {
        let connections = Pool::new(limits.max_connections, limits.max_connections_per_client);
        Ok(Self {
            listener: TcpListener::bind(address).await?,
            shared: Arc::new(Shared {
                app,
                limits,
                proxies,
                connections,
                requests: Mutex::default(),
                metrics: Arc::default(),
            }),
        })
    }

    /// Returns the bound address with its actual port.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Returns the metrics.
    pub fn metrics(&self) -> Arc<Metrics> {
        self.shared.metrics.clone()
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
                        let stall = Arc::new(Stall::new(self.shared.limits.client_timeout));
                        let of = self.shared.proxies.peer(client.ip());
                        // Without a place for it the connection is closed.
                        if let Some(place) = self.shared.connections.enter_now(of, &stall) {
                            let open = self.shared.metrics.connection();
                            let connection = Connection {
                                client,
                                stall,
                                framing: Framing::default(),
                                shared: self.shared.clone(),
                            };
                            let closed = closed.clone();
                            connections.spawn(async move {
                                connection.serve(stream, closed).await;
                                drop((place, open));
                            });
                        } else {
                            self.shared.metrics.connection_refused();
                        }
                    }
                    Err(error) => {
                        eprintln!("cannot accept a connection: {error}");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                    }
                },
                Some(_) = connections.join_next() => {}
            }
        }
        drop(self.listener);
        // The receivers live in the connections; without any there is nobody to tell.
        let _ = closing.send(true);
        let finish = async { while connections.join_next().await.is_some() {} };
        if tokio::time::timeout(SHUTDOWN_TIMEOUT, finish)
            .await
            .is_err()
        {
            eprintln!(
                "requests in flight didn't finish within {} seconds",
                SHUTDOWN_TIMEOUT.as_secs()
            );
        }
    }
}

impl<A: Handler> Shared<A> {
    /// The requests in flight in a component.
    fn requests(&self, component: &str) -> Arc<Pool> {
        let mut pools = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pool) = pools.get(component) {
            return pool.clone();
        }
        let pool = Pool::new(
            self.limits.max_requests,
            self.limits.max_requests_per_client,
        );
        pools.insert(component.to_owned(), pool.clone());
        pool
    }
}

/// One connection of a client.
struct Connection<A> {
    client: SocketAddr,
    stall: Arc<Stall>,
    framing: Framing,
    shared: Arc<Shared<A>>,
}

impl<A: Handler> Connection<A> {
    /// Serves requests until the client goes, is cut off, or `closed` says that the host ends.
    async fn serve(&self, stream: TcpStream, mut closed: watch::Receiver<bool>) {
        if stream.set_nodelay(true).is_err() {
            return;
        }
        let stream = WriteTimeout::new(stream, self.stall.clone());
        let stream = CheckedHeads::new(stream, self.framing.clone());
        let service = service_fn(|request: Request<Incoming>| {
            // At once: what comes next on the connection is read accordingly.
            let length = request.body().size_hint().exact();
            self.framing.body(length);
            self.stall.request_begins();
            async move {
                let mut response = self.respond(request).await;
                if length.is_none() {
                    let close = HeaderValue::from_static("close");
                    response.headers_mut().insert(header::CONNECTION, close);
                }
                Ok::<_, Infallible>(response)
            }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIMEOUT)
            .max_buf_size(BUFFER)
            .serve_connection(TokioIo::new(stream), service);
        let mut connection = pin!(connection);
        // Errors here are the client's: gone, too slow, or not HTTP.
        tokio::select! {
            _ = connection.as_mut() => return,
            () = self.stall.is_cut_off() => return,
            _ = closed.wait_for(|closed| *closed) => {}
        }
        connection.as_mut().graceful_shutdown();
        tokio::select! {
            _ = connection => {}
            () = self.stall.is_cut_off() => {}
        }
    }

    /// Answers a request, and counts it.
    async fn respond(&self, request: Request<Incoming>) -> Response<WasiBody> {
        let metrics = &self.shared.metrics;
        let component = self.shared.app.component(request.uri().path()).to_owned();
        let (method, began) = (request.method().clone(), Instant::now());
        let in_flight = InFlight {
            stall: self.stall.clone(),
            _present: metrics.in_flight(&component),
        };
        let response = self.answer(request, &component, in_flight).await;
        metrics.answered(&component, &method, response.status(), began.elapsed());
        response
    }

    async fn answer(
        &self,
        request: Request<Incoming>,
        component: &str,
        in_flight: InFlight,
    ) -> Response<WasiBody> {
        let shared = &*self.shared;
        // Two readers could understand it differently.
        if request.headers().get_all(header::HOST).iter().count() > 1 {
            return counted(empty(StatusCode::BAD_REQUEST), in_flight, None);
        }
        let requests = shared.requests(component);
        let client = shared.proxies.client(self.client.ip(), request.headers());
        let Limits { stall, queue, .. } = shared.limits;
        let Some(place) = requests.enter(client, &self.stall, stall, queue).await else {
            return counted(service_unavailable(), in_flight, None);
        };
        // A client that waits for 100 Continue is answered without its body.
        let waits = request.headers().contains_key(header::EXPECT);
        let request = request.map(|body| {
            let body = BodyTimeout::new(body.map_err(Error::from), self.stall.clone());
            match waits {
                true => body.boxed_unsync(),
                false => DrainOnDrop::new(body).boxed_unsync(),
            }
        });
        // A component goes on when its client leaves. So does this task, and with it the request keeps its place.
        let (app, client) = (shared.app.clone(), self.client);
        let work = tokio::spawn(async move { (app.handle(request, client).await, place) });
        match work.await {
            Ok((response, place)) => counted(response, in_flight, Some(place)),
            Err(_) => counted(empty(StatusCode::INTERNAL_SERVER_ERROR), in_flight, None),
        }
    }
}

/// A response without a body.
fn empty(status: StatusCode) -> Response<WasiBody> {
    let mut response = Response::new(Empty::new().map_err(|never| match never {}).boxed_unsync());
    *response.status_mut() = status;
    response
}

/// The answer when there is no room for another request, as a problem (RFC 9457).
pub(crate) fn service_unavailable() -> Response<WasiBody> {
    const PROBLEM: &str = r#"{"type":"about:blank","title":"Service Unavailable","status":503,"detail":"Too many requests are in flight. Try again in a second."}"#;
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

/// A response whose request is in flight until its body is sent.
fn counted(
    response: Response<WasiBody>,
    in_flight: InFlight,
    place: Option<Membership>,
) -> Response<WasiBody> {
    response.map(|body| {
        Counted {
            body,
            _place: place,
            _in_flight: in_flight,
        }
        .boxed_unsync()
    })
}

/// A request that its connection works on; when it is dropped, the connection waits for its client again.
struct InFlight {
    stall: Arc<Stall>,
    _present: Present,
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.stall.request_ends();
    }
}

/// A response's body that counts as a request in flight until it is sent.
struct Counted {
    body: WasiBody,
    _place: Option<Membership>,
    _in_flight: InFlight,
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
