//! Opens a connection to a host: resolves it, checks every address, and connects.

use crate::networks::{BlockedNetworks, Exemptions};
use futures::{StreamExt as _, future::BoxFuture, stream::FuturesUnordered};
use std::{
    fmt, io,
    net::{IpAddr, SocketAddr},
    str::FromStr,
    sync::Arc,
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};

/// The time that one address has before the next is tried beside it (RFC 8305, Connection Attempt Delay).
const CONNECTION_ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// Finds the addresses of a host.
pub trait Resolver: Send + Sync {
    /// Returns all addresses of `host`, a name or an address without brackets, each with `port`.
    fn resolve<'a>(
        &'a self,
        host: &'a str,
        port: u16,
    ) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>>;
}

/// Opens connections.
pub trait Dialer: Send + Sync {
    /// Connects to exactly this address.
    fn dial(&self, address: SocketAddr) -> BoxFuture<'_, io::Result<Box<dyn Connection>>>;
}

/// A byte stream to a server.
pub trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Connection for T {}

/// The operating system's resolver and TCP.
#[derive(Debug, Clone, Copy)]
pub struct System;

/// Opens connections for components. It checks every address immediately before it connects, except overrides from the
/// command line for tests.
#[derive(Clone)]
pub struct Connector {
    /// The blocked networks.
    pub blocked: Arc<BlockedNetworks>,
    /// The exceptions from `blocked`.
    pub exemptions: Arc<Exemptions>,
    /// Replacement addresses of servers, for tests. They are not checked.
    pub overrides: Arc<Vec<Override>>,
    /// Finds addresses.
    pub resolver: Arc<dyn Resolver>,
    /// Opens connections.
    pub dialer: Arc<dyn Dialer>,
}

/// `--resolve host:port:address[:port]`: the address of this authority, regardless of the resolver and
/// `block_networks`. Without an address, the name is not found. For tests only.
///
/// An unchecked override opens less than an address in `private_hosts` would: only this authority, and no other name or
/// port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    host: String,
    port: u16,
    address: Option<SocketAddr>,
}

/// Why a connection failed.
#[derive(Debug)]
pub enum DialError {
    /// The name has no address.
    Unresolved,
    /// Every address of the name is in a blocked network.
    Prohibited,
    /// No address answered. The error is that of the last address.
    Failed(io::Error),
}

impl Connector {
    /// Connects to `host`, a name or an address without brackets. Tries addresses in the resolver's order, each with a
    /// short head start over the next. The first that answers wins.
    pub async fn connect(&self, host: &str, port: u16) -> Result<Box<dyn Connection>, DialError> {
        let counterpart = self.overrides.iter().find(|entry| entry.names(host, port));
        let addresses = match counterpart {
            Some(entry) => vec![entry.address.ok_or(DialError::Unresolved)?],
            None => self.allowed(host, port).await?,
        };
        self.connect_first(addresses)
            .await
            .map_err(DialError::Failed)
    }

    /// The addresses of `host` that may be dialed.
    async fn allowed(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, DialError> {
        let mut addresses = self.resolve(host, port).await?;
        addresses.retain(|address| self.may_dial(host, port, *address));
        if addresses.is_empty() {
            return Err(DialError::Prohibited);
        }
        Ok(addresses)
    }

    async fn resolve(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, DialError> {
        if let Ok(literal) = host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(literal, port)]);
        }
        match self.resolver.resolve(host, port).await {
            Ok(addresses) if !addresses.is_empty() => Ok(addresses),
            _ => Err(DialError::Unresolved),
        }
    }

    fn may_dial(&self, host: &str, port: u16, address: SocketAddr) -> bool {
        !self.blocked.contains(address.ip()) || self.exemptions.allow(host, port, address)
    }

    async fn connect_first(&self, addresses: Vec<SocketAddr>) -> io::Result<Box<dyn Connection>> {
        let mut waiting = addresses.into_iter();
        let mut running = FuturesUnordered::new();
        let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
        loop {
            match waiting.next() {
                Some(address) => running.push(self.dialer.dial(address)),
                None if running.is_empty() => return Err(last),
                None => {}
            }
            let outcome = if waiting.len() == 0 {
                running.next().await
            } else {
                // The head start is over: the next address joins.
                match tokio::time::timeout(CONNECTION_ATTEMPT_DELAY, running.next()).await {
                    Ok(outcome) => outcome,
                    Err(_) => continue,
                }
            };
            match outcome {
                Some(Ok(connection)) => return Ok(connection),
                Some(Err(error)) => last = error,
                None => {}
            }
        }
    }
}

impl Resolver for System {
    fn resolve<'a>(
        &'a self,
        host: &'a str,
        port: u16,
    ) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
        Box::pin(async move { Ok(tokio::net::lookup_host((host, port)).await?.collect()) })
    }
}

impl Dialer for System {
    fn dial(&self, address: SocketAddr) -> BoxFuture<'_, io::Result<Box<dyn Connection>>> {
        Box::pin(async move {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            Ok(Box::new(stream) as Box<dyn Connection>)
        })
    }
}

impl Override {
    fn names(&self, host: &str, port: u16) -> bool {
        self.port == port && self.host.eq_ignore_ascii_case(host)
    }
}

/// For the warning at the start.
impl fmt::Display for Override {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port, .. } = self;
        match self.address {
            Some(address) => write!(formatter, "{host}:{port} resolves to {address}"),
            None => write!(formatter, "{host}:{port} doesn't resolve"),
        }
    }
}

impl FromStr for Override {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let expected = "use host:port:address, host:port:address:port, or host:port: for a name that doesn't resolve";
        let (host, rest) = text.split_once(':').ok_or(expected)?;
        let (port, address) = rest.split_once(':').ok_or(expected)?;
        let port = port.parse().map_err(|_| expected)?;
        let address = match address.parse::<IpAddr>() {
            _ if address.is_empty() => None,
            Ok(ip) => Some(SocketAddr::new(ip, port)),
            Err(_) => Some(address.parse().map_err(|_| expected)?),
        };
        Ok(Self {
            host: host.to_owned(),
            port,
            address,
        })
    }
}

#[cfg(test)]
mod tests;
