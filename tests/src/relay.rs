//! A relay in front of a server: it counts what goes through it, delays it, and breaks answers off.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use rustix::net::connect_unspec;

use crate::gate::Gate;

/// What went through a relay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Connections that were opened.
    pub connections: usize,
    /// Requests without a body, which is what is counted: heads.
    pub requests: usize,
    /// Bytes of the requests.
    pub sent: usize,
    /// Bytes of the answers.
    pub received: usize,
}

/// How an answer ends too early: at the fault's byte of what a connection brings back.
#[derive(Clone, Debug)]
pub enum Fault {
    /// The connection is reset.
    Reset,
    /// The connection is closed.
    End,
    /// Nothing more comes until the gate opens.
    Stall(Gate),
    /// What comes from there on is something else, and then the connection is closed.
    Garbage,
}

/// What goes one way through a connection.
enum Piece {
    Bytes(Vec<u8>),
    Reset,
}

/// A running relay. It takes no more connections when it is dropped.
pub struct Relay {
    address: SocketAddr,
    state: Arc<State>,
}

struct State {
    upstream: String,
    latency: Duration,
    traffic: Mutex<Traffic>,
    fault: Mutex<Option<(usize, Fault)>>,
    open: Mutex<Vec<TcpStream>>,
    stopping: AtomicBool,
}

impl Relay {
    /// A relay to `upstream` (`127.0.0.1:5000`) that lets everything through at once.
    pub fn start(upstream: &str) -> Self {
        Self::with_latency(upstream, Duration::ZERO)
    }

    /// A relay that is as far away as a round trip of `latency` takes: connecting costs one, and each exchange.
    pub fn with_latency(upstream: &str, latency: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let address = listener.local_addr().expect("a listener has an address");
        let state = Arc::new(State {
            upstream: upstream.to_owned(),
            latency,
            traffic: Mutex::default(),
            fault: Mutex::default(),
            open: Mutex::default(),
            stopping: AtomicBool::default(),
        });
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if shared.stopping.load(Ordering::SeqCst) {
                    return;
                }
                shared.connect(client);
            }
        });
        Self { address, state }
    }

    /// `127.0.0.1:41234`.
    pub fn authority(&self) -> String {
        self.address.to_string()
    }

    /// What went through since it was last asked.
    pub fn take_traffic(&self) -> Traffic {
        std::mem::take(&mut *self.state.traffic.lock().expect("no thread panics with it"))
    }

    /// From now on connections have this fault at this byte of what they bring back; `None` fixes it. Those that are open
    /// are closed.
    pub fn set_fault(&self, fault: Option<(usize, Fault)>) {
        *self.state.fault.lock().expect("no thread panics with it") = fault;
        let mut open = self.state.open.lock().expect("no thread panics with it");
        for connection in open.drain(..) {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.state.stopping.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(self.address);
    }
}

impl State {
    fn count(&self, change: impl FnOnce(&mut Traffic)) {
        change(&mut self.traffic.lock().expect("no thread panics with it"));
    }

    /// Carries one connection, both ways.
    fn connect(self: &Arc<Self>, client: TcpStream) {
        let server = TcpStream::connect(&self.upstream).expect("the server takes connections");
        for stream in [&client, &server] {
            stream.set_nodelay(true).expect("it is a TCP stream");
        }
        self.count(|traffic| traffic.connections += 1);
        let mut open = self.open.lock().expect("no thread panics with it");
        open.push(clone(&client));
        drop(open);
        // The client knew at once that it is connected, and sends; the round trip of connecting is made up for here.
        let ready = Instant::now() + self.latency;
        let fault = self.fault.lock().expect("no thread panics with it").clone();
        let (to_server, to_client) = (self.delayed(&server, ready), self.delayed(&client, ready));
        let this = Arc::clone(self);
        thread::spawn(move || this.requests(client, &to_server));
        let this = Arc::clone(self);
        thread::spawn(move || this.answers(server, &to_client, fault));
    }

    fn requests(&self, mut client: TcpStream, to_server: &mpsc::Sender<(Instant, Piece)>) {
        let mut tail = Vec::new();
        let mut buffer = [0; 16 * 1024];
        while let Some(bytes) = some_of(&mut client, &mut buffer) {
            tail.extend_from_slice(bytes);
            let heads = tail.windows(4).filter(|end| end == b"\r\n\r\n").count();
            tail.drain(..tail.len().saturating_sub(3));
            self.count(|traffic| {
                traffic.requests += heads;
                traffic.sent += bytes.len();
            });
            let piece = Piece::Bytes(bytes.to_vec());
            if to_server.send((Instant::now(), piece)).is_err() {
                return;
            }
        }
    }

    fn answers(
        &self,
        mut server: TcpStream,
        to_client: &mpsc::Sender<(Instant, Piece)>,
        fault: Option<(usize, Fault)>,
    ) {
        let send = |piece| to_client.send((Instant::now(), piece));
        let mut buffer = [0; 16 * 1024];
        let mut end = 0;
        while let Some(bytes) = some_of(&mut server, &mut buffer) {
            let start = end;
            end += bytes.len();
            self.count(|traffic| traffic.received += bytes.len());
            let (good, fault) = match &fault {
                Some((at, fault)) if *at < end => (at.saturating_sub(start), Some(fault)),
                _ => (bytes.len(), None),
            };
            let (good, rest) = bytes.split_at(good);
            let sent = send(Piece::Bytes(good.to_vec()));
            match fault {
                None => {}
                Some(Fault::Garbage) => {
                    let _ = send(Piece::Bytes(rest.iter().map(|byte| !byte).collect()));
                    return;
                }
                Some(Fault::Reset) => {
                    let _ = send(Piece::Reset);
                    return;
                }
                Some(Fault::End) => return,
                Some(Fault::Stall(gate)) => return gate.pass(),
            }
            if sent.is_err() {
                return;
            }
        }
    }

    /// A way to `stream` that takes half a round trip, and does not begin before `ready`.
    fn delayed(&self, stream: &TcpStream, ready: Instant) -> mpsc::Sender<(Instant, Piece)> {
        let (sender, receiver) = mpsc::channel::<(Instant, Piece)>();
        let (mut stream, way) = (clone(stream), self.latency / 2);
        thread::spawn(move || {
            for (since, piece) in receiver {
                let due = since.max(ready) + way;
                // The delay itself, not a wait for something to happen.
                thread::sleep(due.saturating_duration_since(Instant::now()));
                let written = match piece {
                    Piece::Bytes(bytes) => stream.write_all(&bytes),
                    // A TCP connection that is dissolved is reset.
                    Piece::Reset => connect_unspec(&stream).map_err(Into::into),
                };
                if written.is_err() {
                    break;
                }
            }
            let _ = stream.shutdown(Shutdown::Both);
        });
        sender
    }
}

fn clone(stream: &TcpStream) -> TcpStream {
    stream.try_clone().expect("the system has file descriptors")
}

fn some_of<'a>(stream: &mut TcpStream, buffer: &'a mut [u8]) -> Option<&'a [u8]> {
    let read = stream.read(buffer).ok().filter(|read| *read > 0)?;
    buffer.get(..read)
}
