use super::*;
use http_body_util::{Empty, StreamBody};
use hyper::client::conn::http1 as client;
use std::sync::Mutex;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    sync::{mpsc, oneshot},
};

/// Answers `/now` at once and everything else when the test says so.
struct Double {
    arrived: mpsc::UnboundedSender<SocketAddr>,
    go: Mutex<Vec<oneshot::Receiver<()>>>,
}

impl Answer for Double {
    async fn answer(&self, request: Request<WasiBody>, client: SocketAddr) -> Response<WasiBody> {
        if request.uri().path() != "/now" {
            let go = self.go.lock().unwrap().pop();
            self.arrived.send(client).unwrap();
            go.expect("no more requests").await.unwrap();
        }
        Response::new(
            Full::new(Bytes::from("done"))
                .map_err(|never| match never {})
                .boxed_unsync(),
        )
    }
}

struct Running {
    address: SocketAddr,
    arrived: mpsc::UnboundedReceiver<SocketAddr>,
    go: Vec<oneshot::Sender<()>>,
    stop: oneshot::Sender<()>,
    ended: tokio::task::JoinHandle<()>,
}

/// A server for at most `room` requests at once that lets `held` requests wait.
async fn start(room: usize, held: usize) -> Running {
    let (go, waiting): (Vec<_>, Vec<_>) = (0..held).map(|_| oneshot::channel()).unzip();
    let (sender, arrived) = mpsc::unbounded_channel();
    let app = Double {
        arrived: sender,
        go: Mutex::new(waiting),
    };
    let server = Server::bind("127.0.0.1:0".parse().unwrap(), Arc::new(app), room)
        .await
        .unwrap();
    let address = server.address().unwrap();
    let (stop, stopped) = oneshot::channel();
    let ended = tokio::spawn(server.run(async move { drop(stopped.await) }));
    Running {
        address,
        arrived,
        go,
        stop,
        ended,
    }
}

/// Sends a request on a connection of its own.
async fn get(
    address: SocketAddr,
    path: &str,
) -> Result<(StatusCode, http::HeaderMap, String), hyper::Error> {
    let stream = TcpStream::connect(address).await.expect("refused");
    let (mut sender, connection) =
        client::handshake::<_, Empty<Bytes>>(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let request = Request::get(path)
        .header(header::HOST, "test")
        .body(Empty::new())
        .unwrap();
    let (head, body) = sender.send_request(request).await?.into_parts();
    let body = body.collect().await?.to_bytes();
    Ok((
        head.status,
        head.headers,
        String::from_utf8(body.to_vec()).unwrap(),
    ))
}

#[tokio::test]
async fn a_request_too_many_is_told_to_come_again() {
    let mut running = start(1, 1).await;
    let first = tokio::spawn(get(running.address, "/wait"));
    running.arrived.recv().await.unwrap();
    let (status, headers, body) = get(running.address, "/now").await.unwrap();
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(headers[header::RETRY_AFTER], "1");
    assert_eq!(headers[header::CACHE_CONTROL], "no-store");
    assert_eq!(headers[header::CONTENT_TYPE], "application/problem+json");
    assert_eq!(headers[header::CONTENT_LENGTH], body.len().to_string());
    let problem: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(problem["status"], 503);
    running.go.remove(0).send(()).unwrap();
    assert_eq!(first.await.unwrap().unwrap().2, "done");
    assert_eq!(
        get(running.address, "/now").await.unwrap().0,
        StatusCode::OK
    );
}

#[tokio::test]
async fn at_the_end_requests_in_flight_finish_and_no_new_ones_begin() {
    let mut running = start(8, 2).await;
    let first = tokio::spawn(get(running.address, "/wait"));
    let second = tokio::spawn(get(running.address, "/wait"));
    running.arrived.recv().await.unwrap();
    running.arrived.recv().await.unwrap();
    // A connection that is kept for its next request.
    let mut waiting = TcpStream::connect(running.address).await.unwrap();
    waiting
        .write_all(b"GET /now HTTP/1.1\r\nHost: test\r\n\r\n")
        .await
        .unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"done") {
        answer.push(waiting.read_u8().await.unwrap());
    }
    running.stop.send(()).unwrap();
    // It is closed, which also says that the end has begun.
    assert_eq!(waiting.read(&mut [0]).await.unwrap(), 0);
    assert!(TcpStream::connect(running.address).await.is_err());
    assert!(!running.ended.is_finished());
    running.go.into_iter().for_each(|go| go.send(()).unwrap());
    assert_eq!(first.await.unwrap().unwrap().2, "done");
    assert_eq!(second.await.unwrap().unwrap().2, "done");
    running.ended.await.unwrap();
}

#[tokio::test]
async fn what_is_not_http_is_refused_and_the_server_goes_on() {
    let running = start(8, 0).await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    stream
        .write_all(b"\x16\x03\x01 this is not HTTP\r\n\r\n")
        .await
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert_eq!(
        get(running.address, "/now").await.unwrap().0,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_body_counts_until_it_is_sent() {
    let room = Arc::new(Semaphore::new(1));
    let frames = StreamBody::new(futures::stream::iter([Ok(Frame::data(Bytes::from("a")))]));
    let counted = Counted {
        body: frames.boxed_unsync(),
        _permit: room.clone().try_acquire_owned().unwrap(),
    };
    assert_eq!(room.available_permits(), 0);
    assert_eq!(counted.collect().await.unwrap().to_bytes(), "a");
    assert_eq!(room.available_permits(), 1);
}

#[tokio::test]
async fn who_is_refused_while_sending_gets_the_answer() {
    let running = start(1, 0).await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    // Larger than what the system keeps in its buffers, and never read by who answers.
    let body = vec![b' '; 12 << 20];
    let head = format!(
        "POST /now HTTP/1.1\r\nHost: test\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&body).await.unwrap();
    stream
        .write_all(b"GET /now HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut answers = String::new();
    stream.read_to_string(&mut answers).await.unwrap();
    // The connection goes on, too.
    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 2, "{answers}");
}

#[tokio::test]
async fn who_sends_more_than_anybody_reads_is_cut_off() {
    let running = start(1, 0).await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    stream
        .write_all(b"POST /now HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n")
        .await
        .unwrap();
    let chunk = [b"10000\r\n".as_slice(), &[b' '; 0x10000], b"\r\n"].concat();
    let mut sent = 0;
    while stream.write_all(&chunk).await.is_ok() {
        sent += chunk.len();
        assert!(sent < 64 << 20, "it is read without end");
    }
}
