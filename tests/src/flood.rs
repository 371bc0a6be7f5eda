//! Clients that hold connections and do not do their part: they do not read, or send nothing more.

use std::{
    io::Write as _,
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream},
};

use rustix::net::{AddressFamily, SocketType, bind, connect, socket, sockopt};

/// As small as the system makes it, so that an answer soon waits for its reader.
const RECEIVE_BUFFER: usize = 4096;

/// Where they come from: not from where everybody else calls.
const SOURCE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2)), 0);

/// Opens this many connections, sends the same on each, and reads nothing. They are open until they are dropped.
///
/// A server that is full may close a connection at any time, so that what is left is not sent.
pub fn flood(address: SocketAddr, text: &str, connections: usize) -> Vec<TcpStream> {
    let open = |_| {
        let socket =
            socket(AddressFamily::INET, SocketType::STREAM, None).expect("there are sockets");
        sockopt::set_socket_recv_buffer_size(&socket, RECEIVE_BUFFER).expect("it has a buffer");
        bind(&socket, &SOURCE).expect("all of 127.0.0.0/8 is this machine");
        connect(&socket, &address).expect("the host listens");
        let mut stream = TcpStream::from(socket);
        let _ = stream.write_all(text.as_bytes());
        stream
    };
    (0..connections).map(open).collect()
}
