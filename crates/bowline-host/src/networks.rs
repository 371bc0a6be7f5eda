//! The addresses that no component may connect to: `block_networks` of the runtime configuration.

use ipnet::{IpNet, Ipv6Net};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// The blocked networks, regardless of the host name.
#[derive(Debug, Clone, Default)]
pub struct BlockedNetworks {
    networks: Vec<IpNet>,
}

/// The exceptions from [`BlockedNetworks`] in the operator's variable `private_hosts`: host names, `host:port`, and
/// networks.
#[derive(Debug, Clone, Default)]
pub struct Exemptions {
    authorities: Vec<(String, Option<u16>)>,
    networks: Vec<IpNet>,
}

/// An entry that is not an address, a network, or a host.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` isn't a network: use an address, `address/bits`, or \"private\"")]
pub struct NetworkError(String);

/// The IPv4 networks of `"private"`: every block that is not globally reachable (IANA's special-purpose registry).
const PRIVATE_V4: &[&str] = &[
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "240.0.0.0/4",
];

/// The same in IPv6: unspecified, loopback, documentation, unique local, link-local, site-local and multicast.
const PRIVATE_V6: &[&str] = &[
    "::/128",
    "::1/128",
    "100::/64",
    "2001:db8::/32",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
];

impl BlockedNetworks {
    /// Parses the entries of `block_networks`: addresses, networks, and the word `private`.
    pub fn parse<'a>(entries: impl IntoIterator<Item = &'a str>) -> Result<Self, NetworkError> {
        let mut blocked = Self::default();
        for entry in entries {
            if entry == "private" {
                let special = PRIVATE_V4.iter().chain(PRIVATE_V6);
                blocked
                    .networks
                    .extend(special.filter_map(|network| parse_network(network)));
            } else {
                let network = parse_network(entry).ok_or_else(|| NetworkError(entry.to_owned()))?;
                blocked.networks.push(network);
            }
        }
        Ok(blocked)
    }

    /// Returns true if the address is blocked. An IPv4 address inside an IPv6 address (mapped or compatible) is also
    /// checked as an IPv4 address.
    pub fn contains(&self, address: IpAddr) -> bool {
        let inner = match address {
            IpAddr::V4(_) => None,
            IpAddr::V6(address) => embedded_v4(address),
        };
        self.networks
            .iter()
            .any(|network| network.contains(&address))
            || inner.is_some_and(|inner| self.contains(inner))
    }
}

impl Exemptions {
    /// Parses `private_hosts`: entries separated by commas or spaces, each a host, `host:port`, address, or network.
    pub fn parse(text: &str) -> Self {
        let mut exemptions = Self::default();
        let entries = text
            .split([',', ' ', '\t', '\n'])
            .filter(|entry| !entry.is_empty());
        for entry in entries {
            match parse_network(entry) {
                Some(network) => exemptions.networks.push(network),
                None => {
                    let (host, port) = split_port(entry);
                    exemptions.authorities.push((normal_host(host), port));
                }
            }
        }
        exemptions
    }

    /// Returns true if a request to `host` and `port` may connect to `address` although its network is blocked.
    pub fn allow(&self, host: &str, port: u16, address: SocketAddr) -> bool {
        let host = normal_host(host);
        let ip = address.ip().to_canonical();
        self.networks.iter().any(|network| network.contains(&ip))
            || self
                .authorities
                .iter()
                .any(|(name, only)| *name == host && only.is_none_or(|only| only == port))
    }
}

fn parse_network(text: &str) -> Option<IpNet> {
    let address = || text.parse::<IpAddr>().ok().map(IpNet::from);
    text.parse::<IpNet>().ok().or_else(address)
}

/// `::ffff:a.b.c.d` and `::a.b.c.d`, but neither `::` nor `::1`, which are IPv6's own.
fn embedded_v4(address: Ipv6Addr) -> Option<IpAddr> {
    let compatible: Option<Ipv6Net> = "::/96".parse().ok();
    let own = address.is_unspecified() || address.is_loopback();
    let mapped = address.to_ipv4_mapped();
    let embedded = mapped.or_else(|| {
        let inside = compatible.is_some_and(|network| network.contains(&address));
        address.to_ipv4().filter(|_| inside && !own)
    });
    embedded.map(IpAddr::V4)
}

/// Splits `host:port`; a bare IPv6 address has no port.
fn split_port(entry: &str) -> (&str, Option<u16>) {
    match entry.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => match port.parse() {
            Ok(port) => (host, Some(port)),
            Err(_) => (entry, None),
        },
        _ => (entry, None),
    }
}

fn normal_host(host: &str) -> String {
    let inner = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host);
    inner.trim_end_matches('.').to_ascii_lowercase()
}

#[cfg(test)]
mod tests;
