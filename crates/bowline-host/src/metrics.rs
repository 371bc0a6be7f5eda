//! Prometheus metrics of the host, on a separate listener.
//!
//! Names and labels are few and fixed (component, method, status), so clients cannot create more.

use std::{convert::Infallible, io, net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};
use tokio::{net::TcpListener, time::timeout};

/// The content type of OpenMetrics 1.0.0, which Prometheus reads.
const CONTENT_TYPE: HeaderValue =
    HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");

/// The upper bounds of the durations' buckets, in seconds: a read takes milliseconds, a check up to ten seconds.
const BUCKETS: [f64; 10] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 5.0, 10.0];

/// The time that one question for the metrics may take.
const LIMIT: Duration = Duration::from_secs(10);

/// The metrics of a server.
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    durations: Family<ComponentLabels, Histogram>,
    in_flight: Family<ComponentLabels, Gauge>,
    connections: Gauge,
    refused_connections: Counter,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    component: String,
    method: &'static str,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ComponentLabels {
    component: String,
}

/// Adds one to a gauge for as long as it lives.
pub(crate) struct Present(Gauge);

impl Drop for Present {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("bowline_host");
        let requests = Family::default();
        let durations =
            Family::<ComponentLabels, Histogram>::new_with_constructor(|| Histogram::new(BUCKETS));
        let in_flight = Family::default();
        let (connections, refused_connections) = (Gauge::default(), Counter::default());
        registry.register(
            "requests",
            "Answered requests, by component, method, and status; no component means the host itself",
            requests.clone(),
        );
        registry.register(
            "request_duration_seconds",
            "Seconds from the head of a request to the head of its response",
            durations.clone(),
        );
        registry.register(
            "requests_in_flight",
            "Requests in flight",
            in_flight.clone(),
        );
        registry.register("connections", "Open connections", connections.clone());
        registry.register(
            "connections_refused",
            "Connections closed immediately because the limit was reached",
            refused_connections.clone(),
        );
        Self {
            registry,
            requests,
            durations,
            in_flight,
            connections,
            refused_connections,
        }
    }
}

impl Metrics {
    /// Counts a connection as open until the returned guard is dropped.
    pub(crate) fn connection(&self) -> Present {
        self.connections.inc();
        Present(self.connections.clone())
    }

    /// A connection found no place.
    pub(crate) fn connection_refused(&self) {
        self.refused_connections.inc();
    }

    /// Counts a component's request as in flight until the returned guard is dropped.
    pub(crate) fn in_flight(&self, component: &str) -> Present {
        let gauge = self.in_flight.get_or_create_owned(&of(component));
        gauge.inc();
        Present(gauge)
    }

    /// A request was answered.
    pub(crate) fn answered(
        &self,
        component: &str,
        method: &Method,
        status: StatusCode,
        took: Duration,
    ) {
        let labels = RequestLabels {
            component: component.to_owned(),
            method: known(method),
            status: status.as_u16(),
        };
        self.requests.get_or_create(&labels).inc();
        self.durations
            .get_or_create(&of(component))
            .observe(took.as_secs_f64());
    }

    /// Returns the metrics as OpenMetrics text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        match encode(&mut text, &self.registry) {
            Ok(()) => text,
            // Writing to a text does not fail.
            Err(_) => String::new(),
        }
    }
}

fn of(component: &str) -> ComponentLabels {
    ComponentLabels {
        component: component.to_owned(),
    }
}

/// The method, or `other`: a client may make up names.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// A listener for `GET /metrics`. It is for the operator, not for the public.
pub struct MetricsServer {
    listener: TcpListener,
    metrics: Arc<Metrics>,
}

impl MetricsServer {
    /// Listens on `address`.
    ///
    /// # Errors
    /// The system's error, for example if the address is in use.
    pub async fn bind(address: SocketAddr, metrics: Arc<Metrics>) -> io::Result<Self> {
        Ok(Self {
            listener: TcpListener::bind(address).await?,
            metrics,
        })
    }

    /// Returns the bound address.
    ///
    /// # Errors
    /// The system's error.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Handles one connection at a time until the future is dropped.
    pub async fn run(self) {
        loop {
            // What fails here fails for the one who asks; the next question is a new connection.
            let Ok((stream, _)) = self.listener.accept().await else {
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            let metrics = self.metrics.clone();
            let service = service_fn(move |request| {
                let response = answer(&request, &metrics);
                async move { Ok::<_, Infallible>(response) }
            });
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .keep_alive(false)
                .serve_connection(TokioIo::new(stream), service);
            let _ = timeout(LIMIT, connection).await;
        }
    }
}

fn answer(request: &Request<Incoming>, metrics: &Metrics) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    if request.uri().path() != "/metrics" {
        *response.status_mut() = StatusCode::NOT_FOUND;
    } else if request.method() == Method::GET {
        *response.body_mut() = Full::from(metrics.text());
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, CONTENT_TYPE);
    } else {
        *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
        response
            .headers_mut()
            .insert(header::ALLOW, HeaderValue::from_static("GET"));
    }
    response
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpStream,
    };

    use super::*;

    #[test]
    fn what_was_answered_is_counted_by_component_method_and_status() {
        let metrics = Metrics::default();
        let took = Duration::from_millis(30);
        metrics.answered("connections", &Method::GET, StatusCode::OK, took);
        metrics.answered("connections", &Method::GET, StatusCode::OK, took);
        let made_up = Method::from_bytes(b"MADE-UP").unwrap();
        metrics.answered("site", &made_up, StatusCode::NOT_FOUND, took);
        metrics.connection_refused();
        let (first, second) = (
            metrics.in_flight("connections"),
            metrics.in_flight("connections"),
        );
        drop(first);
        let text = metrics.text();
        for line in [
            "bowline_host_requests_total{component=\"connections\",method=\"GET\",status=\"200\"} 2",
            "bowline_host_requests_total{component=\"site\",method=\"other\",status=\"404\"} 1",
            "bowline_host_request_duration_seconds_bucket{le=\"0.05\",component=\"connections\"} 2",
            "bowline_host_request_duration_seconds_bucket{le=\"0.025\",component=\"connections\"} 0",
            "bowline_host_requests_in_flight{component=\"connections\"} 1",
            "bowline_host_connections 0",
            "bowline_host_connections_refused_total 1",
            "# EOF",
        ] {
            assert!(text.lines().any(|it| it == line), "{line}\n{text}");
        }
        drop(second);
    }

    /// The answer to one request, head and body.
    async fn asked(address: SocketAddr, line: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("{line} HTTP/1.1\r\nHost: metrics\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn only_the_metrics_are_served() {
        let metrics = Arc::new(Metrics::default());
        let server = MetricsServer::bind("127.0.0.1:0".parse().unwrap(), metrics)
            .await
            .unwrap();
        let address = server.address().unwrap();
        let serving = tokio::spawn(server.run());
        let answer = asked(address, "GET /metrics").await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.contains("application/openmetrics-text"), "{answer}");
        assert!(answer.ends_with("# EOF\n"), "{answer}");
        for (line, status) in [("GET /", "404"), ("POST /metrics", "405")] {
            let answer = asked(address, line).await;
            assert!(
                answer.starts_with(&format!("HTTP/1.1 {status} ")),
                "{line}: {answer}"
            );
        }
        serving.abort();
    }
}
