//! A check in a handler of axum, over a client of hyper that judges the address that it dials.
//!
//! ```text
//! cargo run -p bowline-registry --example axum
//! curl http://127.0.0.1:3000/check -H 'content-type: application/json' -d '{
//!   "provider": "docker-registry", "name": "test", "auth": "anonymous",
//!   "values": { "url": "registry.example.com" } }'
//! ```

use std::{
    future::Future,
    io,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use bowline::form::{CheckOptions, ConnectionForm, check_form};
use bowline_registry::{
    Check, Clock, HttpClient, Operator, Random, Request, ResponseBody, SendError, World, check,
    is_public_address,
};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream, lookup_host},
};
use tokio_rustls::{
    TlsConnector,
    rustls::{ClientConfig, RootCertStore, pki_types::ServerName},
};

/// What all requests of this service share.
struct Service {
    world: Outside,
    operator: Operator,
}

/// `POST /check`: what a form connects to, or its findings where it is not valid.
async fn check_form_of(
    State(service): State<Arc<Service>>,
    Json(form): Json<ConnectionForm>,
) -> Result<Json<Check>, (StatusCode, String)> {
    let now = service.world.clock.epoch_ms();
    let options = CheckOptions {
        now: Some(now),
        ..CheckOptions::default()
    };
    let (report, spec) = check_form(&form, options);
    let spec = spec.ok_or_else(|| {
        let findings = serde_json::to_string(&report).unwrap_or_default();
        (StatusCode::UNPROCESSABLE_ENTITY, findings)
    })?;
    let checked = check(&service.world, &service.operator, &spec, None, |_| ()).await;
    Ok(Json(checked))
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let service = Arc::new(Service {
        world: Outside::new(),
        operator: Operator::default(),
    });
    let router = Router::new()
        .route("/check", post(check_form_of))
        .with_state(service);
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, router).await
}

/// The world outside: a client, a clock and randomness.
struct Outside {
    http: Client,
    clock: SystemClock,
    random: SystemRandom,
}

impl Outside {
    fn new() -> Self {
        let roots = RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        let tls = ClientConfig::builder()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self {
            http: Client {
                tls: TlsConnector::from(Arc::new(tls)),
            },
            clock: SystemClock(Instant::now()),
            random: SystemRandom,
        }
    }
}

impl World for Outside {
    type Http = Client;
    type Clock = SystemClock;
    type Random = SystemRandom;

    fn http(&self) -> &Client {
        &self.http
    }

    fn clock(&self) -> &SystemClock {
        &self.clock
    }

    fn random(&self) -> &SystemRandom {
        &self.random
    }
}

/// A client that opens a connection for each request.
struct Client {
    tls: TlsConnector,
}

impl HttpClient for Client {
    type Body = Body;

    async fn send(
        &self,
        request: Request,
        timeout: Duration,
    ) -> Result<http::Response<Body>, SendError> {
        let host = request
            .url
            .host_str()
            .ok_or(SendError::Internal)?
            .to_owned();
        let port = request.url.port_or_known_default();
        let port = port.ok_or(SendError::Internal)?;
        let connected = within(timeout, SendError::ConnectTimeout, dial(&host, port)).await?;
        if request.url.scheme() != "https" {
            return within(
                timeout,
                SendError::ReadTimeout,
                exchange(connected, request),
            )
            .await;
        }
        let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned())
            .map_err(|_| SendError::Tls)?;
        let handshake = async {
            let secured = self.tls.connect(name, connected).await;
            secured.map_err(|_| SendError::Tls)
        };
        let secured = within(timeout, SendError::ConnectTimeout, handshake).await?;
        within(timeout, SendError::ReadTimeout, exchange(secured, request)).await
    }
}

/// Connects to a host. Each address that its name resolves to is judged, and the connection goes to the address that was
/// judged: were the name resolved a second time, it could lead elsewhere then.
async fn dial(host: &str, port: u16) -> Result<TcpStream, SendError> {
    let addresses: Vec<SocketAddr> = lookup_host((host.trim_matches(['[', ']']), port))
        .await
        .map_err(|_| SendError::Dns)?
        .collect();
    let mut outcome = Err(SendError::Dns);
    for address in addresses {
        if !is_public_address(address.ip()) {
            outcome = Err(SendError::Prohibited);
            continue;
        }
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(_) => outcome = Err(SendError::Refused),
        }
    }
    outcome
}

/// Sends the request over a connection, and gives the head of the response.
async fn exchange<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    request: Request,
) -> Result<http::Response<Body>, SendError> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|_| SendError::Closed)?;
    tokio::spawn(connection);
    let host = &request.url[url::Position::BeforeHost..url::Position::AfterPort];
    let mut builder = http::Request::builder()
        .method(request.method)
        .uri(request.target)
        .header(http::header::HOST, host);
    if let Some(headers) = builder.headers_mut() {
        headers.extend(request.headers);
    }
    let request = builder
        .body(Full::new(request.body))
        .map_err(|_| SendError::Internal)?;
    let response = sender.send_request(request).await.map_err(reason)?;
    Ok(response.map(Body))
}

/// A body, read piece by piece.
struct Body(Incoming);

impl ResponseBody for Body {
    async fn chunk(&mut self) -> Result<Option<Bytes>, SendError> {
        loop {
            let Some(frame) = self.0.frame().await else {
                return Ok(None);
            };
            if let Ok(data) = frame.map_err(reason)?.into_data() {
                return Ok(Some(data));
            }
        }
    }
}

/// What an error of hyper means.
fn reason(error: hyper::Error) -> SendError {
    if error.is_parse_too_large() {
        SendError::TooLarge
    } else if error.is_parse() {
        SendError::Malformed
    } else {
        SendError::Closed
    }
}

async fn within<T>(
    limit: Duration,
    late: SendError,
    work: impl Future<Output = Result<T, SendError>>,
) -> Result<T, SendError> {
    tokio::time::timeout(limit, work).await.unwrap_or(Err(late))
}

/// The system's clock.
struct SystemClock(Instant);

impl Clock for SystemClock {
    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }

    fn epoch_ms(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        i64::try_from(since.unwrap_or_default().as_millis()).unwrap_or(i64::MAX)
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// The system's randomness.
struct SystemRandom;

impl Random for SystemRandom {
    fn next_u64(&self) -> u64 {
        getrandom::u64().unwrap_or_default()
    }
}
