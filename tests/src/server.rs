//! A small HTTP/1.1 server for what no real program would answer. It keeps every request that it got.

use std::{
    collections::BTreeMap,
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

use crate::{certificate::Certificate, gate::Gate};

/// A request that a server got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `GET`.
    pub method: String,
    /// Path and query as sent.
    pub target: String,
    /// By lower-case name; the last of several.
    pub headers: BTreeMap<String, String>,
    /// As long as `Content-Length` says.
    pub body: Vec<u8>,
}

impl Request {
    /// The target before its `?`.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// The decoded query parameters, in order.
    pub fn query(&self) -> Vec<(String, String)> {
        let query = self.target.split_once('?').map_or("", |(_, query)| query);
        url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect()
    }

    /// The decoded fields of a form body, in order.
    pub fn form(&self) -> Vec<(String, String)> {
        url::form_urlencoded::parse(&self.body)
            .into_owned()
            .collect()
    }
}

/// What a server says to a request.
#[derive(Clone)]
pub enum Answer {
    /// A well-formed answer.
    Http {
        /// The status code.
        status: u16,
        /// Name and value, without `Content-Length` and `Connection`.
        headers: Vec<(&'static str, String)>,
        /// The body.
        body: Vec<u8>,
    },
    /// These bytes and then the end of the connection.
    Bytes(Vec<u8>),
    /// 200 with a body of spaces, five a second, that ends when the gate opens.
    Drip(Gate),
    /// 200 and headers, five a second, until the gate opens.
    DripHead(Gate),
    /// 200 with a body that goes on for as long as somebody reads it.
    Endless,
    /// 200 and headers that go on for as long as somebody reads them.
    EndlessHead,
    /// Nothing until the gate opens, then the end of the connection.
    Silence(Gate),
}

impl Answer {
    /// An answer with this status and body.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::Http {
            status,
            headers: Vec::new(),
            body: body.into(),
        }
    }

    /// The same with a header more.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        if let Self::Http { headers, .. } = &mut self {
            headers.push((name, value.into()));
        }
        self
    }

    /// A JSON answer.
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::new(status, body.to_string()).with("Content-Type", "application/json")
    }
}

/// A server on a free loopback port. It ends when dropped.
pub struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
    stopping: Arc<AtomicBool>,
}

impl Server {
    /// Starts a server that says to every request what `answer` does, each connection on its own thread.
    pub fn start(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        Self::run(answer, |stream, serve| serve(&mut &stream))
    }

    /// The same with TLS.
    pub fn start_tls(
        certificate: &Certificate,
        answer: impl Fn(&Request) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let settings = Arc::new(tls_settings(certificate));
        Self::run(answer, move |stream, serve| {
            let connection =
                ServerConnection::new(Arc::clone(&settings)).expect("the settings are sound");
            let mut stream = StreamOwned::new(connection, stream);
            serve(&mut stream);
            stream.conn.send_close_notify();
            let _ = stream.flush();
        })
    }

    /// `transport` gets each connection and says over what it is served.
    fn run(
        answer: impl Fn(&Request) -> Answer + Send + Sync + 'static,
        transport: impl Fn(TcpStream, &dyn Fn(&mut dyn Stream)) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let address = listener.local_addr().expect("a listener has an address");
        let requests = Arc::<Mutex<Vec<Request>>>::default();
        let stopping = Arc::<AtomicBool>::default();
        let (seen, stop) = (Arc::clone(&requests), Arc::clone(&stopping));
        let (answer, transport) = (Arc::new(answer), Arc::new(transport));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                let (seen, answer, transport) = (
                    Arc::clone(&seen),
                    Arc::clone(&answer),
                    Arc::clone(&transport),
                );
                thread::spawn(move || {
                    transport(stream, &|stream| {
                        // A connection that brings no request (a TLS handshake to a plain port) gets no answer.
                        let Some(request) = read_request(stream) else {
                            return;
                        };
                        seen.lock()
                            .expect("no handler panics with it")
                            .push(request.clone());
                        write_answer(stream, answer(&request));
                    });
                });
            }
        });
        Self {
            address,
            requests,
            stopping,
        }
    }

    /// `127.0.0.1:41234`.
    pub fn authority(&self) -> String {
        self.address.to_string()
    }

    /// `http://127.0.0.1:41234`.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every request so far.
    pub fn requests(&self) -> Vec<Request> {
        self.requests
            .lock()
            .expect("no handler panics with it")
            .clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        // Wakes the accepting thread; when even that is refused, it has ended already.
        let _ = TcpStream::connect(self.address);
    }
}

/// What a connection is served over.
trait Stream: Read + Write {}

impl<T: Read + Write> Stream for T {}

fn tls_settings(certificate: &Certificate) -> ServerConfig {
    let chain = vec![
        CertificateDer::from_pem_slice(certificate.certificate.as_bytes()).expect("it is PEM"),
    ];
    let key = PrivateKeyDer::from_pem_slice(certificate.key.as_bytes()).expect("it is PEM");
    ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|settings| settings.with_no_client_auth().with_single_cert(chain, key))
        .expect("the certificate and its key fit")
}

fn read_request(stream: &mut dyn Stream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut line = || {
        let mut line = String::new();
        reader
            .read_line(&mut line)
            .ok()
            .filter(|&length| length > 0)?;
        Some(line.trim_end().to_owned())
    };
    let start = line()?;
    let (method, target) = start.strip_suffix(" HTTP/1.1")?.split_once(' ')?;
    let mut headers = BTreeMap::new();
    loop {
        let line = line()?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':')?;
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers
        .get("content-length")
        .and_then(|length| length.parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request {
        method: method.to_owned(),
        target: target.to_owned(),
        headers,
        body,
    })
}

/// The head of an answer of a registry without the empty line that ends it.
const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\
    Docker-Distribution-Api-Version: registry/2.0\r\nConnection: close\r\n";

/// Writes `start` and then `more` five times a second until the gate opens.
fn drip(stream: &mut dyn Stream, start: &str, more: &str, gate: &Gate) -> io::Result<()> {
    stream.write_all(start.as_bytes())?;
    while !gate.opened_within(Duration::from_millis(200)) {
        stream.write_all(more.as_bytes())?;
        stream.flush()?;
    }
    Ok(())
}

/// Writes `start` and then `more` until nobody reads it.
fn pour(stream: &mut dyn Stream, start: &str, more: &str) -> io::Result<()> {
    stream.write_all(start.as_bytes())?;
    loop {
        stream.write_all(more.as_bytes())?;
    }
}

/// Writes the answer. The other side may have gone; that is its affair.
fn write_answer(stream: &mut dyn Stream, answer: Answer) {
    let _ = match answer {
        Answer::Http {
            status,
            headers,
            body,
        } => {
            let mut head = format!(
                "HTTP/1.1 {status} Told\r\nContent-Length: {}\r\nConnection: close\r\n",
                body.len()
            );
            for (name, value) in headers {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
            head.push_str("\r\n");
            stream
                .write_all(head.as_bytes())
                .and_then(|()| stream.write_all(&body))
        }
        Answer::Bytes(bytes) => stream.write_all(&bytes),
        Answer::Drip(gate) => drip(stream, &[HEAD, "\r\n"].concat(), " ", &gate),
        Answer::DripHead(gate) => drip(stream, HEAD, "X-More: yes\r\n", &gate),
        Answer::Endless => pour(stream, &[HEAD, "\r\n"].concat(), &" ".repeat(64 * 1024)),
        Answer::EndlessHead => pour(stream, HEAD, &"X-More: yes\r\n".repeat(4 * 1024)),
        Answer::Silence(gate) => {
            gate.pass();
            Ok(())
        }
    };
}
