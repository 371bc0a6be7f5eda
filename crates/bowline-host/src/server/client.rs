//! The client that a request counts toward in the limits.

use http::{HeaderMap, HeaderName};
use ipnet::{IpNet, Ipv6Net};
use std::net::IpAddr;

/// The header in which a proxy names the clients that it speaks for.
const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");
/// The part of an IPv6 address that a provider gives to one customer.
const IPV6_PREFIX: u8 = 64;

/// An IPv4 address, or the /64 network of an IPv6 address: within one, a client picks addresses as it likes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Client(IpAddr);

/// The operator's proxies from the variable `trusted_proxies`.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Parses addresses and networks separated by commas. Ignores invalid entries, because the application refuses to
    /// start with them.
    pub fn parse(list: &str) -> Self {
        let network = |entry: &str| {
            let address = entry.parse::<IpAddr>().map(IpNet::from);
            entry.parse::<IpNet>().or(address).ok()
        };
        Self(
            list.split(',')
                .filter_map(|it| network(it.trim()))
                .collect(),
        )
    }

    /// The client of a connection; none for a trusted proxy, which speaks for many.
    pub(super) fn peer(&self, address: IpAddr) -> Option<Client> {
        (!self.trusts(address)).then(|| Client::new(address))
    }

    /// The client of a request: the peer, or the last address that the proxies forward and that is no proxy. None where
    /// trusted proxies name nobody else.
    pub(super) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> Option<Client> {
        let forwarded = headers
            .get_all(FORWARDED)
            .iter()
            .map(|value| value.to_str().unwrap_or_default())
            .rev()
            .flat_map(|value| value.rsplit(','))
            .map_while(|address| address.trim().parse().ok());
        std::iter::once(peer)
            .chain(forwarded)
            .find(|address| !self.trusts(*address))
            .map(Client::new)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

impl Client {
    fn new(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V4(address) => address.into(),
            IpAddr::V6(address) => Ipv6Net::new(address, IPV6_PREFIX)
                .map_or(address, |network| network.network())
                .into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_proxies_name_clients() {
        let proxies = TrustedProxies::parse("10.0.0.0/8, 192.0.2.1, nonsense");
        let cases: &[(&str, &str, &[&str], Option<&str>)] = &[
            ("no proxy", "198.51.100.7", &[], Some("198.51.100.7")),
            ("forged", "198.51.100.7", &["1.1.1.1"], Some("198.51.100.7")),
            (
                "a proxy",
                "10.1.1.1",
                &["198.51.100.7"],
                Some("198.51.100.7"),
            ),
            (
                "two proxies",
                "10.1.1.1",
                &["198.51.100.7, 192.0.2.1"],
                Some("198.51.100.7"),
            ),
            (
                "two headers",
                "10.1.1.1",
                &["198.51.100.7", "192.0.2.1"],
                Some("198.51.100.7"),
            ),
            (
                "forged in front",
                "10.1.1.1",
                &["1.1.1.1, 198.51.100.7"],
                Some("198.51.100.7"),
            ),
            ("a proxy for itself", "10.1.1.1", &[], None),
            ("not an address", "10.1.1.1", &["1.1.1.1, unknown"], None),
            (
                "mapped",
                "::ffff:10.1.1.1",
                &["198.51.100.7"],
                Some("198.51.100.7"),
            ),
            ("one /64", "2001:db8::1", &[], Some("2001:db8::")),
            (
                "another /64",
                "2001:db8:0:1::1",
                &[],
                Some("2001:db8:0:1::"),
            ),
        ];
        for (name, peer, forwarded, expected) in cases {
            let mut headers = HeaderMap::new();
            for value in *forwarded {
                headers.append(FORWARDED, value.parse().unwrap());
            }
            let client = proxies.client(peer.parse().unwrap(), &headers);
            let expected = expected.map(|address| Client(address.parse().unwrap()));
            assert_eq!(client, expected, "{name}");
        }
    }

    #[test]
    fn a_trusted_proxy_is_no_client_of_its_own() {
        let proxies = TrustedProxies::parse("10.0.0.0/8");
        assert_eq!(proxies.peer("10.1.1.1".parse().unwrap()), None);
        let other = "11.1.1.1".parse().unwrap();
        assert_eq!(proxies.peer(other), Some(Client(other)));
    }
}
