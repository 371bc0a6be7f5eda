use super::*;
use crate::{
    component_id::ComponentId,
    dial::System,
    networks::{BlockedNetworks, Exemptions},
    runtime_config::ClientTls,
};
use http_body_util::Empty;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use std::path::PathBuf;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// For silence that a test waits out.
const SHORT: Duration = Duration::from_millis(50);
/// For answers that come: long enough for a busy machine.
const LONG: Duration = Duration::from_secs(30);

fn client(tls: &[ClientTls]) -> Client {
    let connector = Connector {
        blocked: Arc::new(BlockedNetworks::default()),
        exemptions: Arc::new(Exemptions::default()),
        overrides: Arc::default(),
        resolver: Arc::new(System),
        dialer: Arc::new(System),
    };
    let component = ComponentId::try_from("outbound".to_owned()).unwrap();
    Client::new(connector, TlsRoots::new(&component, tls).unwrap())
}

async fn get(client: &Client, url: &str, limit: Duration) -> Result<Response<WasiBody>, Error> {
    let request = Request::get(url)
        .body(Empty::new().map_err(|never| match never {}).boxed_unsync())
        .unwrap();
    let options = RequestOptions {
        connect_timeout: Some(LONG),
        first_byte_timeout: Some(limit),
        between_bytes_timeout: Some(limit),
    };
    client
        .send(Server::of(request.uri()).unwrap(), request, options)
        .await
}

/// Reads a request's head.
async fn head(stream: &mut TcpStream) {
    let mut read = Vec::new();
    while !read.ends_with(b"\r\n\r\n") {
        read.push(stream.read_u8().await.unwrap());
    }
}

async fn listener() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    (listener, url)
}

/// The outcome of a request and its body: the body's text, or the error's name.
async fn outcome(client: &Client, url: &str, limit: Duration) -> String {
    let response = match get(client, url, limit).await {
        Ok(response) => response,
        Err(error) => return format!("{error:?}"),
    };
    match response.into_body().collect().await {
        Ok(body) => String::from_utf8(body.to_bytes().to_vec()).unwrap(),
        Err(error) => format!("body: {error:?}"),
    }
}

#[tokio::test]
async fn answers_and_their_faults() {
    let cases: &[(&str, &[u8], bool, &str)] = &[
        (
            "answer",
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
            false,
            "hi",
        ),
        (
            "redirect is not followed",
            b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 4\r\n\r\nhere",
            false,
            "here",
        ),
        ("no answer", b"", false, "ConnectionReadTimeout"),
        (
            "half a head",
            b"HTTP/1.1 200 OK\r\nContent-",
            false,
            "ConnectionReadTimeout",
        ),
        (
            "silence in the body",
            b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi",
            false,
            "body: ConnectionReadTimeout",
        ),
        ("closed without an answer", b"", true, "Hyper"),
        (
            "closed in the body",
            b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi",
            true,
            "body: Hyper",
        ),
        ("not HTTP", b"SSH-2.0-server\r\n\r\n", false, "Hyper"),
    ];
    for (name, answer, close, expected) in cases {
        let (listener, url) = listener().await;
        let (answer, close) = (answer.to_vec(), *close);
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            head(&mut stream).await;
            stream.write_all(&answer).await.unwrap();
            if !close {
                // Held until the client goes away.
                let _ = stream.read(&mut [0]).await;
            }
        });
        let client = client(&[]);
        let limit = if expected.ends_with("Timeout") {
            SHORT
        } else {
            LONG
        };
        let outcome = outcome(&client, &url, limit).await;
        assert!(outcome.starts_with(expected), "{name}: {outcome}");
        drop(client);
        server.await.unwrap();
    }
}

#[tokio::test]
async fn a_refused_port_is_connection_refused() {
    let (listener, url) = listener().await;
    drop(listener);
    assert_eq!(outcome(&client(&[]), &url, LONG).await, "ConnectionRefused");
}

#[tokio::test]
async fn a_connection_is_used_again_only_after_a_whole_body() {
    let (listener, url) = listener().await;
    let server = tokio::spawn(async move {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
        let (mut first, _) = listener.accept().await.unwrap();
        for _ in 0..3 {
            head(&mut first).await;
            first.write_all(answer).await.unwrap();
        }
        // The third body was thrown away unread, so the next request comes elsewhere.
        let (mut second, _) = listener.accept().await.unwrap();
        head(&mut second).await;
        second.write_all(answer).await.unwrap();
        // The server closes, and the request after that finds a new connection too.
        drop(second);
        let (mut third, _) = listener.accept().await.unwrap();
        head(&mut third).await;
        third.write_all(answer).await.unwrap();
    });
    let client = client(&[]);
    assert_eq!(outcome(&client, &url, LONG).await, "hi");
    assert_eq!(outcome(&client, &url, LONG).await, "hi");
    drop(get(&client, &url, LONG).await.unwrap());
    assert_eq!(outcome(&client, &url, LONG).await, "hi");
    assert_eq!(outcome(&client, &url, LONG).await, "hi");
    server.await.unwrap();
}

#[tokio::test]
async fn tls_trusts_the_roots_of_client_tls_for_their_hosts_only() {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let roots = scratch_file("roots.pem", &cert.pem());
    let entry = |hosts: &[&str]| ClientTls {
        component_ids: vec!["outbound".to_owned()],
        hosts: hosts.iter().map(|host| host.to_string()).collect(),
        ca_roots_file: Some(roots.clone()),
        ca_use_webpki_roots: None,
    };
    let other_component = ClientTls {
        component_ids: vec!["site".to_owned()],
        ..entry(&[])
    };
    let cases: &[(&str, Vec<ClientTls>, &str)] = &[
        ("trusted", vec![entry(&["localhost"])], "hi"),
        ("trusted for every host", vec![entry(&[])], "hi"),
        ("unknown authority", vec![], "TlsCertificateError"),
        (
            "another host's roots",
            vec![entry(&["registry.test"])],
            "TlsCertificateError",
        ),
        (
            "another component's roots",
            vec![other_component],
            "TlsCertificateError",
        ),
    ];
    let key = rustls::pki_types::PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let settings = rustls::ServerConfig::builder_with_provider(Arc::new(
        rustls::crypto::ring::default_provider(),
    ))
    .with_safe_default_protocol_versions()
    .unwrap()
    .with_no_client_auth()
    .with_single_cert(vec![cert.der().clone()], key)
    .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(settings));
    for (name, entries, expected) in cases {
        let (listener, _) = listener().await;
        let port = listener.local_addr().unwrap().port();
        let acceptor = acceptor.clone();
        let server = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            // A client that does not trust us ends the handshake.
            if let Ok(mut stream) = acceptor.accept(stream).await {
                let _ = stream.read(&mut [0; 1024]).await;
                let _ = stream
                    .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
                    .await;
                let _ = stream.read(&mut [0]).await;
            }
        });
        let client = client(entries);
        assert_eq!(
            outcome(&client, &format!("https://localhost:{port}/"), LONG).await,
            *expected,
            "{name}"
        );
        drop(client);
        server.await.unwrap();
    }
}

#[tokio::test]
async fn handshakes_that_fail_are_told_apart() {
    let cases: &[(&str, &[u8], &str)] = &[
        // A fatal alert, handshake_failure (RFC 8446 §6.2).
        (
            "an alert",
            b"\x15\x03\x03\x00\x02\x02\x28",
            "TlsAlertReceived",
        ),
        (
            "plain HTTP",
            b"HTTP/1.1 400 Bad Request\r\n\r\n",
            "TlsProtocolError",
        ),
        ("the end", b"", "TlsProtocolError"),
    ];
    for (name, answer, expected) in cases {
        let (listener, url) = listener().await;
        let answer = answer.to_vec();
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 4096]).await;
            stream.write_all(&answer).await.unwrap();
        });
        let url = url.replace("http:", "https:");
        let outcome = outcome(&client(&[]), &url, LONG).await;
        assert!(outcome.starts_with(expected), "{name}: {outcome}");
        server.await.unwrap();
    }
}

#[tokio::test]
async fn a_blocked_address_is_prohibited() {
    let mut client = client(&[]);
    client.connector.blocked = Arc::new(BlockedNetworks::parse(["private"]).unwrap());
    for url in ["http://127.0.0.1:1/", "http://localhost:1/"] {
        assert_eq!(
            outcome(&client, url, LONG).await,
            "DestinationIpProhibited",
            "{url}"
        );
    }
}

#[test]
fn servers_of_urls() {
    let server = |tls, host: &str, port| {
        Some(Server {
            tls,
            host: host.to_owned(),
            port,
        })
    };
    let cases = [
        ("https", "https://a.test/x", server(true, "a.test", 443)),
        ("http", "http://a.test/", server(false, "a.test", 80)),
        ("port", "https://a.test:5000/", server(true, "a.test", 5000)),
        ("IPv6", "http://[::1]:5000/", server(false, "::1", 5000)),
        (
            "IPv6 without a port",
            "https://[::1]/",
            server(true, "::1", 443),
        ),
        ("user information", "https://user@a.test/", None),
        ("port too high", "https://a.test:65536/", None),
        ("no authority", "/path", None),
    ];
    for (name, url, expected) in cases {
        assert_eq!(Server::of(&url.parse().unwrap()), expected, "{name}");
    }
}

fn scratch_file(name: &str, text: &str) -> PathBuf {
    let folder = tempfile::tempdir().unwrap().keep();
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}
