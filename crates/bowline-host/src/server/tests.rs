use super::*;
use http_body_util::{Empty, StreamBody};
use hyper::client::conn::http1 as client;
use std::sync::Mutex;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    sync::{mpsc, oneshot},
};

/// Answers `/now` at once, `/big` without end, and everything else when the test says so. The first segment of a path
/// is the component.
struct Double {
    arrived: mpsc::UnboundedSender<SocketAddr>,
    sent: mpsc::UnboundedSender<()>,
    go: Mutex<Vec<oneshot::Receiver<()>>>,
}

impl Handler for Double {
    fn component<'a>(&'a self, path: &'a str) -> &'a str {
        path.split('/').nth(1).unwrap_or_default()
    }

    async fn handle(&self, request: Request<WasiBody>, client: SocketAddr) -> Response<WasiBody> {
        let path = request.uri().path().to_owned();
        match path.as_str() {
            "/now" => {}
            "/body" => {
                let whole = request.into_body().collect().await;
                return Response::new(full(whole.map_or("too slow", |_| "done")));
            }
            "/big" => {
                let sent = Sent(self.sent.clone());
                let frames = futures::stream::unfold(sent, async |sent| {
                    let frame = Frame::data(Bytes::from_static(&[b' '; 1 << 16]));
                    Some((Ok(frame), sent))
                });
                return Response::new(StreamBody::new(Box::pin(frames)).boxed_unsync());
            }
            _ => {
                let go = self.go.lock().unwrap().pop();
                self.arrived.send(client).unwrap();
                go.expect("no more requests").await.unwrap();
            }
        }
        Response::new(full("done"))
    }
}

fn full(text: &'static str) -> WasiBody {
    Full::new(Bytes::from(text))
        .map_err(|never| match never {})
        .boxed_unsync()
}

/// Tells when an answer is sent or given up.
struct Sent(mpsc::UnboundedSender<()>);

impl Drop for Sent {
    fn drop(&mut self) {
        let _ = self.0.send(());
    }
}

struct Running {
    address: SocketAddr,
    arrived: mpsc::UnboundedReceiver<SocketAddr>,
    sent: mpsc::UnboundedReceiver<()>,
    go: Vec<oneshot::Sender<()>>,
    stop: oneshot::Sender<()>,
    ended: tokio::task::JoinHandle<()>,
}

/// Limits under which nothing waits for a place.
const AT_ONCE: Limits = Limits {
    queue: Duration::ZERO,
    ..Limits::DEFAULT
};

/// A server for at most `room` requests at once that lets `held` requests wait.
async fn start(room: usize, held: usize) -> Running {
    let limits = Limits {
        max_requests: room,
        ..AT_ONCE
    };
    start_with(limits, "", held).await
}

/// A server with these limits and trusted proxies that lets `held` requests wait.
async fn start_with(limits: Limits, proxies: &str, held: usize) -> Running {
    let (go, waiting): (Vec<_>, Vec<_>) = (0..held).map(|_| oneshot::channel()).unzip();
    let (arrivals, arrived) = mpsc::unbounded_channel();
    let (ends, sent) = mpsc::unbounded_channel();
    let app = Double {
        arrived: arrivals,
        sent: ends,
        go: Mutex::new(waiting),
    };
    let address = "127.0.0.1:0".parse().unwrap();
    let proxies = TrustedProxies::parse(proxies);
    let server = Server::bind(address, Arc::new(app), limits, proxies);
    let server = server.await.unwrap();
    let address = server.address().unwrap();
    let (stop, stopped) = oneshot::channel();
    let ended = tokio::spawn(server.run(async move { drop(stopped.await) }));
    Running {
        address,
        arrived,
        sent,
        go,
        stop,
        ended,
    }
}

/// A connection on which this has been sent.
async fn sent(address: SocketAddr, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

/// Everything that is answered to a text.
async fn answers(address: SocketAddr, text: &str) -> String {
    let mut stream = sent(address, text).await;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
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
    let (status, headers, body) = get(running.address, "/wait/too").await.unwrap();
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
async fn a_request_whose_client_has_left_keeps_its_place() {
    let mut running = start(1, 1).await;
    let left = sent(running.address, "GET /wait HTTP/1.1\r\nHost: test\r\n\r\n").await;
    running.arrived.recv().await.unwrap();
    drop(left);
    for _ in 0..5 {
        let (status, _, _) = get(running.address, "/wait/too").await.unwrap();
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    }
}

#[tokio::test]
async fn a_large_head_is_refused() {
    let running = start(8, 0).await;
    let large = "a".repeat(4 * BUFFER);
    let request = format!("GET /now HTTP/1.1\r\nHost: test\r\nA: {large}\r\n\r\n");
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    // The server may answer and close before it has read all of it.
    let _ = stream.write_all(request.as_bytes()).await;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, *b"HTTP/1.1 431");
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
    let pool = Pool::new(1, 1);
    let stall = Arc::new(Stall::new(Duration::from_secs(1)));
    stall.request_begins();
    let frames = StreamBody::new(futures::stream::iter([Ok(Frame::data(Bytes::from("a")))]));
    let counted = counted(
        Response::new(frames.boxed_unsync()),
        InFlight {
            stall: stall.clone(),
            _present: Metrics::default().in_flight("component"),
        },
        pool.enter_now(None, &stall),
    );
    assert!(pool.enter_now(None, &stall).is_none());
    assert_eq!(stall.waited(tokio::time::Instant::now()), None);
    assert_eq!(counted.into_body().collect().await.unwrap().to_bytes(), "a");
    assert!(pool.enter_now(None, &stall).is_some());
    assert!(stall.waited(tokio::time::Instant::now()).is_some());
}

const BIG: &str = "GET /big HTTP/1.1\r\nHost: test\r\n\r\n";
const BODY: &str = "POST /body HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\n\r\nhalf";
const HALF_A_BODY: &str = "POST /body HTTP/1.1\r\nHost: test\r\nContent-Length: 9\r\n\r\nhalf";

#[tokio::test]
async fn who_does_not_read_is_cut_off() {
    let limits = Limits {
        client_timeout: Duration::from_millis(50),
        ..AT_ONCE
    };
    let mut running = start_with(limits, "", 0).await;
    let _unread = sent(running.address, BIG).await;
    running.sent.recv().await.unwrap();
}

#[tokio::test]
async fn who_does_not_send_is_cut_off() {
    let limits = Limits {
        client_timeout: Duration::from_millis(50),
        ..AT_ONCE
    };
    let running = start_with(limits, "", 0).await;
    let answer = answers(running.address, HALF_A_BODY).await;
    assert!(answer.ends_with("too slow"), "{answer}");
}

#[tokio::test]
async fn clients_that_stall_lose_their_places_to_those_that_do_not() {
    for (stalling, asking) in [(BIG, BIG), (HALF_A_BODY, BODY)] {
        let limits = Limits {
            max_requests: 2,
            max_requests_per_client: 2,
            client_timeout: Duration::from_secs(600),
            stall: Duration::from_millis(50),
            queue: Duration::from_secs(60),
            ..Limits::DEFAULT
        };
        let running = start_with(limits, "", 0).await;
        let mut attackers = Vec::new();
        for _ in 0..5 {
            attackers.push(sent(running.address, stalling).await);
        }
        let mut answer = [0; 15];
        let mut asking = sent(running.address, asking).await;
        asking.read_exact(&mut answer).await.unwrap();
        assert_eq!(answer, *b"HTTP/1.1 200 OK");
    }
}

#[tokio::test]
async fn one_client_leaves_places_to_others() {
    let limits = Limits {
        max_requests: 3,
        max_requests_per_client: 2,
        ..AT_ONCE
    };
    let mut running = start_with(limits, "127.0.0.1", 3).await;
    let get = |client: &str| {
        let head = "GET /wait HTTP/1.1\r\nHost: test\r\nConnection: close\r\nX-Forwarded-For: ";
        let request = format!("{head}{client}\r\n\r\n");
        let address = running.address;
        async move { answers(address, &request).await }
    };
    let first = [get("192.0.2.1"), get("192.0.2.1")].map(tokio::spawn);
    running.arrived.recv().await.unwrap();
    running.arrived.recv().await.unwrap();
    assert!(get("192.0.2.1").await.starts_with("HTTP/1.1 503"));
    let other = tokio::spawn(get("192.0.2.2"));
    running.arrived.recv().await.unwrap();
    assert!(get("192.0.2.3").await.starts_with("HTTP/1.1 503"));
    running.go.into_iter().for_each(|go| go.send(()).unwrap());
    for answer in first.into_iter().chain([other]) {
        assert!(answer.await.unwrap().ends_with("done"));
    }
}

#[tokio::test]
async fn a_component_that_is_stuck_leaves_the_others_their_places() {
    let mut running = start(1, 1).await;
    let stuck = tokio::spawn(get(running.address, "/stuck"));
    running.arrived.recv().await.unwrap();
    let busy = get(running.address, "/stuck/too").await.unwrap();
    assert_eq!(busy.0, StatusCode::SERVICE_UNAVAILABLE);
    let other = get(running.address, "/now").await.unwrap();
    assert_eq!(other.0, StatusCode::OK);
    running.go.remove(0).send(()).unwrap();
    assert_eq!(stuck.await.unwrap().unwrap().0, StatusCode::OK);
}

#[tokio::test]
async fn new_connections_close_those_that_wait_longest() {
    let limits = |max_connections, max_connections_per_client| Limits {
        max_connections,
        max_connections_per_client,
        ..AT_ONCE
    };
    for limits in [limits(3, 100), limits(100, 3)] {
        let mut running = start_with(limits, "", 1).await;
        let busy = tokio::spawn(get(running.address, "/wait"));
        running.arrived.recv().await.unwrap();
        let mut idle = Vec::new();
        for _ in 0..5 {
            idle.push(sent(running.address, "").await);
        }
        let (closed, open) = idle.split_at_mut(3);
        for stream in closed {
            assert_eq!(stream.read(&mut [0]).await.unwrap(), 0);
        }
        for stream in open {
            let request = b"GET /now HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n";
            stream.write_all(request).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            assert!(answer.ends_with("done"), "{answer}");
        }
        running.go.remove(0).send(()).unwrap();
        assert_eq!(busy.await.unwrap().unwrap().2, "done");
    }
}

#[tokio::test]
async fn trusted_proxies_may_have_all_connections() {
    let limits = Limits {
        max_connections_per_client: 1,
        ..AT_ONCE
    };
    let mut running = start_with(limits, "127.0.0.0/8", 2).await;
    let requests = ["/wait", "/wait"].map(|path| tokio::spawn(get(running.address, path)));
    running.arrived.recv().await.unwrap();
    running.arrived.recv().await.unwrap();
    running.go.into_iter().for_each(|go| go.send(()).unwrap());
    for request in requests {
        assert_eq!(request.await.unwrap().unwrap().2, "done");
    }
}

#[tokio::test]
async fn what_two_readers_could_understand_differently_is_refused() {
    let running = start(8, 0).await;
    let good = "GET /now HTTP/1.1\r\nHost: test\r\n\r\n";
    let post = "POST /now HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\n\r\n\n\n\n";
    let chunked = "POST /now HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    let cases = [
        (
            "two hosts",
            "GET /now HTTP/1.1\r\nHost: test\r\nHost: test\r\n\r\n",
            0,
        ),
        (
            "a bare LF after the request line",
            "GET /now HTTP/1.1\nHost: test\r\n\r\n",
            0,
        ),
        (
            "a bare LF after a header",
            "GET /now HTTP/1.1\r\nHost: test\nA: b\r\n\r\n",
            0,
        ),
        (
            "bare LFs at the end",
            "GET /now HTTP/1.1\r\nHost: test\n\n",
            0,
        ),
        (
            "a bare LF before the request",
            "\nGET /now HTTP/1.1\r\nHost: test\r\n\r\n",
            0,
        ),
        (
            "in the second request",
            &[good, "GET /now HTTP/1.1\r\nHost: test\n\r\n"].concat(),
            1,
        ),
        (
            "after a body",
            &[post, "GET /now HTTP/1.1\r\nHost: test\n\r\n"].concat(),
            1,
        ),
    ];
    for (name, text, good_ones) in cases {
        // The connection ends after a request that cannot be read, and after this one where it can.
        let text = text.replace(
            "Host: test\r\nHost",
            "Connection: close\r\nHost: test\r\nHost",
        );
        let answer = answers(running.address, &text).await;
        let found = ["200 OK", "400 Bad Request"].map(|it| answer.matches(it).count());
        assert_eq!(found, [good_ones, 1], "{name}: {answer}");
    }
    // A body whose end is not known ahead is the last of its connection.
    let answer = answers(running.address, &[chunked, good].concat()).await;
    assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{answer}");
    assert!(answer.contains("connection: close"), "{answer}");
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
