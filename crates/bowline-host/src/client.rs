//! An HTTP/1.1 client over checked connections. It uses the timeouts from WASI's request options, follows no redirects,
//! and keeps connections open for a few seconds for the next request to the same server.

use crate::{
    dial::{Connection, Connector, DialError},
    tls::TlsRoots,
};
use bytes::Bytes;
use futures::FutureExt as _;
use http::{Request, Response, Uri, uri::Scheme};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use std::{
    collections::HashMap,
    error::Error as _,
    io,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};
use tokio::time::{Sleep, timeout};
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody};

/// Spin's default timeout.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(600);
/// The time that a connection waits for its next request: shorter than servers commonly keep one.
const IDLE: Duration = Duration::from_secs(10);
/// The most connections that wait for one server.
const IDLE_PER_SERVER: usize = 8;

/// Sends the requests of one component.
pub struct Client {
    connector: Connector,
    tls: TlsRoots,
    idle: Arc<Idle>,
}

/// A server: the key under which connections are reused.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Server {
    /// True for https.
    pub tls: bool,
    /// The name, or the address without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

type Sender = http1::SendRequest<WasiBody>;

/// The most headers of an answer. hyper's own limit is 100, and proxies in front of registries add many.
const MOST_HEADERS: usize = 512;

#[derive(Default)]
struct Idle(Mutex<HashMap<Server, Vec<(Sender, Instant)>>>);

impl Server {
    /// Returns the server in a URL; `None` if the URL has user information.
    pub fn of(uri: &Uri) -> Option<Self> {
        let authority = uri
            .authority()
            .filter(|authority| !authority.as_str().contains('@'))?;
        let tls = uri.scheme() != Some(&Scheme::HTTP);
        let host = authority.host();
        let literal = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        // A port that is no number must not silently become the default one.
        let port = match authority.as_str().strip_prefix(host)?.strip_prefix(':') {
            Some(port) => port.parse().ok()?,
            None if tls => 443,
            None => 80,
        };
        let host = literal.unwrap_or(host).to_owned();
        (!host.is_empty()).then_some(Self { tls, host, port })
    }
}

impl Client {
    /// Creates a client that connects through `connector`.
    pub fn new(connector: Connector, tls: TlsRoots) -> Self {
        Self {
            connector,
            tls,
            idle: Arc::default(),
        }
    }

    /// Sends one request and returns the response once its head has arrived. Errors are those of Spin, except that TLS
    /// errors distinguish an untrusted certificate and a server's alert from the rest.
    pub async fn send(
        &self,
        server: Server,
        mut request: Request<WasiBody>,
        options: RequestOptions,
    ) -> Result<Response<WasiBody>, Error> {
        let path = request
            .uri()
            .path_and_query()
            .map_or("/", |path| path.as_str());
        *request.uri_mut() = path.parse().map_err(|_| Error::HttpRequestUriInvalid)?;
        let kept = self.idle.take(&server);
        let reused = kept.is_some();
        let mut sender = match kept {
            Some(sender) => sender,
            None => self.connect(&server, options).await?,
        };
        let mut outcome = first_byte(sender.try_send_request(request), options).await?;
        // A server may close a waiting connection at any moment. A request that was not begun there is sent anew.
        if reused
            && let Err(error) = &mut outcome
            && let Some(request) = error.take_message()
        {
            sender = self.connect(&server, options).await?;
            outcome = first_byte(sender.try_send_request(request), options).await?;
        }
        let response = outcome.map_err(http1_error)?;
        let between_bytes = options.between_bytes_timeout.unwrap_or(DEFAULT_TIMEOUT);
        Ok(response.map(|incoming| {
            ResponseBody {
                incoming,
                between_bytes,
                silence: None,
                reuse: Some((self.idle.clone(), server, sender)),
            }
            .boxed_unsync()
        }))
    }

    async fn connect(&self, server: &Server, options: RequestOptions) -> Result<Sender, Error> {
        let connect = async {
            let dialed = self.connector.connect(&server.host, server.port).await;
            let connection = dialed.map_err(dial_error)?;
            if server.tls {
                handshake(self.secure(server, connection).await?).await
            } else {
                handshake(connection).await
            }
        };
        let limit = options.connect_timeout.unwrap_or(DEFAULT_TIMEOUT);
        timeout(limit, connect)
            .await
            .map_err(|_| Error::ConnectionTimeout)?
    }

    async fn secure(
        &self,
        server: &Server,
        connection: Box<dyn Connection>,
    ) -> Result<tokio_rustls::client::TlsStream<Box<dyn Connection>>, Error> {
        let name =
            ServerName::try_from(server.host.clone()).map_err(|_| dns_error("invalid dns name"))?;
        let connector = tokio_rustls::TlsConnector::from(self.tls.for_host(&server.host));
        connector.connect(name, connection).await.map_err(|error| {
            // The component learns only of what kind the failure is; the reason is for the operator.
            eprintln!(
                "outbound: TLS with {}:{}: {error}",
                server.host, server.port
            );
            tls_error(&error).unwrap_or(Error::TlsProtocolError)
        })
    }
}

impl Idle {
    fn take(&self, server: &Server) -> Option<Sender> {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = idle.get_mut(server)?;
        while let Some((mut sender, since)) = waiting.pop() {
            let fresh = since.elapsed() < IDLE;
            if fresh && matches!(sender.ready().now_or_never(), Some(Ok(()))) {
                return Some(sender);
            }
        }
        idle.remove(server);
        None
    }

    fn put(&self, server: Server, sender: Sender) {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|_, waiting| {
            waiting.retain(|(sender, since)| !sender.is_closed() && since.elapsed() < IDLE);
            !waiting.is_empty()
        });
        let waiting = idle.entry(server).or_default();
        if waiting.len() < IDLE_PER_SERVER {
            waiting.push((sender, Instant::now()));
        }
    }
}

async fn handshake(connection: impl Connection + 'static) -> Result<Sender, Error> {
    let (sender, driver) = http1::Builder::new()
        .max_headers(MOST_HEADERS)
        .handshake(TokioIo::new(connection))
        .await?;
    // Errors of the driver reach the request or its body; it ends when both ends of the exchange are dropped.
    tokio::spawn(driver.map(drop));
    Ok(sender)
}

async fn first_byte<T>(
    answer: impl Future<Output = T>,
    options: RequestOptions,
) -> Result<T, Error> {
    let limit = options.first_byte_timeout.unwrap_or(DEFAULT_TIMEOUT);
    timeout(limit, answer)
        .await
        .map_err(|_| Error::ConnectionReadTimeout)
}

fn http1_error<T>(error: hyper::client::conn::TrySendError<T>) -> Error {
    let error = error.into_error();
    // In TLS 1.3 a server that wants a client's certificate refuses only after the handshake.
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(told) = error.downcast_ref().and_then(tls_error) {
            return told;
        }
        cause = error.source();
    }
    Error::Hyper(error)
}

/// The TLS error, if it can be determined.
fn tls_error(error: &io::Error) -> Option<Error> {
    match error.get_ref()?.downcast_ref()? {
        rustls::Error::InvalidCertificate(_) => Some(Error::TlsCertificateError),
        rustls::Error::AlertReceived(alert) => Some(Error::TlsAlertReceived {
            alert_id: Some(u8::from(*alert)),
            alert_message: Some(format!("{alert:?}")),
        }),
        _ => None,
    }
}

fn dial_error(error: DialError) -> Error {
    match error {
        DialError::Unresolved => dns_error("address not available"),
        DialError::Prohibited => Error::DestinationIpProhibited,
        DialError::Failed(error) => match error.kind() {
            io::ErrorKind::AddrNotAvailable => dns_error("address not available"),
            io::ErrorKind::TimedOut => Error::ConnectionTimeout,
            _ => Error::ConnectionRefused,
        },
    }
}

fn dns_error(rcode: &str) -> Error {
    Error::DnsError {
        rcode: Some(rcode.to_owned()),
        info_code: Some(0),
    }
}

/// A response body with its timeout. At its end, it returns its connection for reuse.
struct ResponseBody {
    incoming: Incoming,
    between_bytes: Duration,
    silence: Option<Pin<Box<Sleep>>>,
    reuse: Option<(Arc<Idle>, Server, Sender)>,
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.incoming).poll_frame(context) {
            self.silence = None;
            return Poll::Ready(frame.map(|frame| frame.map_err(Error::from)));
        }
        let limit = self.between_bytes;
        let silence = self
            .silence
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
        ready!(silence.as_mut().poll(context));
        Poll::Ready(Some(Err(Error::ConnectionReadTimeout)))
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

impl Drop for ResponseBody {
    fn drop(&mut self) {
        // A body that was not read to its end leaves bytes on the connection: then it is closed instead.
        if self.incoming.is_end_stream()
            && let Some((idle, server, sender)) = self.reuse.take()
        {
            idle.put(server, sender);
        }
    }
}

#[cfg(test)]
mod tests;
