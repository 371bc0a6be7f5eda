//! Asks whether a running application is healthy, for container engines and supervisors.

use std::{io, net::SocketAddr, time::Duration};

use bytes::Bytes;
use http::{Request, StatusCode, header};
use http_body_util::Empty;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, time::timeout};

/// How long the whole question may take.
const LIMIT: Duration = Duration::from_secs(5);

/// Why an application is not healthy.
#[derive(Debug, thiserror::Error)]
pub enum Unhealthy {
    /// Nothing listens at the address.
    #[error("cannot connect: {0}")]
    Connect(#[from] io::Error),
    /// The response is not valid HTTP.
    #[error("no HTTP response: {0}")]
    Answer(#[from] hyper::Error),
    /// The status is not 2xx.
    #[error("the response is {0}")]
    Status(StatusCode),
    /// It took too long.
    #[error("no response within {} seconds", LIMIT.as_secs())]
    Time,
}

/// Requests `path` from the application at `address`. Any 2xx status means healthy.
///
/// # Errors
/// [`Unhealthy`] if it is not.
pub async fn ask(address: SocketAddr, path: &str) -> Result<(), Unhealthy> {
    timeout(LIMIT, status(address, path))
        .await
        .map_err(|_| Unhealthy::Time)?
        .and_then(|status| {
            if status.is_success() {
                Ok(())
            } else {
                Err(Unhealthy::Status(status))
            }
        })
}

async fn status(address: SocketAddr, path: &str) -> Result<StatusCode, Unhealthy> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, driver) = http1::handshake(TokioIo::new(stream)).await?;
    let driver = tokio::spawn(driver);
    let mut request = Request::new(Empty::<Bytes>::new());
    *request.uri_mut() = path.parse().unwrap_or_default();
    if let Ok(host) = address.to_string().parse() {
        request.headers_mut().insert(header::HOST, host);
    }
    let status = sender.send_request(request).await?.status();
    driver.abort();
    Ok(status)
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    /// Asks a server that answers these bytes.
    async fn answered(answer: &'static str) -> Result<(), Unhealthy> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            stream.write_all(answer.as_bytes()).await.unwrap();
            String::from_utf8(head).unwrap()
        });
        let outcome = ask(address, "/v1/health").await;
        let head = server.await.unwrap();
        assert!(head.starts_with("GET /v1/health HTTP/1.1\r\n"), "{head}");
        outcome
    }

    #[tokio::test]
    async fn only_a_2xx_is_healthy() {
        answered("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            .await
            .unwrap();
        let unhealthy = answered("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n")
            .await
            .unwrap_err();
        assert_eq!(
            unhealthy.to_string(),
            "the response is 503 Service Unavailable"
        );
        assert!(matches!(
            answered("no HTTP\r\n\r\n").await,
            Err(Unhealthy::Answer(_))
        ));
    }

    #[tokio::test]
    async fn nobody_there_is_not_healthy() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        assert!(matches!(
            ask(address, "/v1/health").await,
            Err(Unhealthy::Connect(_))
        ));
    }
}
