//! Finds the address of a request's client, also behind the operator's proxies.

use std::net::{IpAddr, SocketAddr};

use http::{HeaderMap, HeaderName};
use ipnet::IpNet;

/// The runtime's header with the peer's address. A caller can send this header too: the runtime's value is the last.
const PEER: HeaderName = HeaderName::from_static("spin-client-addr");

/// A proxy's header with the address of its client.
const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The trusted proxies.
#[derive(Debug, Default)]
pub(crate) struct Proxies(Vec<IpNet>);

impl Proxies {
    /// A comma-separated list of addresses and CIDR networks; empty: none.
    ///
    /// `None`: an entry is neither.
    pub(crate) fn parse(list: &str) -> Option<Self> {
        let entries = list.split(',').map(str::trim).filter(|it| !it.is_empty());
        let network = |entry: &str| {
            let address = entry.parse::<IpAddr>().map(IpNet::from);
            entry.parse::<IpNet>().or(address).ok()
        };
        entries.map(network).collect::<Option<_>>().map(Self)
    }

    /// Returns the address of a request's client: the peer, or, if the peer is a trusted proxy, the last address in the
    /// `X-Forwarded-For` headers that is not. For the audit only; it grants no permission.
    pub(crate) fn client(&self, headers: &HeaderMap) -> Option<IpAddr> {
        let peer = headers.get_all(PEER).iter().next_back()?.to_str().ok()?;
        let mut client = peer
            .parse::<SocketAddr>()
            .map(|peer| peer.ip())
            .or_else(|_| peer.parse())
            .ok()?;
        let forwarded = headers
            .get_all(FORWARDED)
            .iter()
            .map(|value| value.to_str().unwrap_or_default())
            .rev()
            .flat_map(|value| value.rsplit(','));
        for address in forwarded {
            if !self.trusts(client) {
                break;
            }
            match address.trim().parse() {
                Ok(address) => client = address,
                Err(_) => break,
            }
        }
        Some(client)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_of_addresses_and_networks() {
        for (list, valid) in [
            ("", true),
            ("10.0.0.1", true),
            ("10.0.0.0/8, 2001:db8::/32", true),
            ("proxy.example.com", false),
            ("10.0.0.0/33", false),
            ("10.0.0.1:80", false),
        ] {
            assert_eq!(Proxies::parse(list).is_some(), valid, "{list}");
        }
    }

    /// What it is, the runtime's headers, the proxies' headers, and the address that counts.
    type Case = (
        &'static str,
        &'static [&'static str],
        &'static [&'static str],
        Option<&'static str>,
    );

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        let proxies = Proxies::parse("10.0.0.0/8, 192.0.2.1").unwrap();
        let cases: [Case; 13] = [
            (
                "no proxy",
                &["198.51.100.7:4711"],
                &[],
                Some("198.51.100.7"),
            ),
            (
                "a caller's word",
                &["198.51.100.7:4711"],
                &["1.1.1.1"],
                Some("198.51.100.7"),
            ),
            (
                "a caller's header before the runtime's",
                &["10.1.1.1:1", "198.51.100.7:1"],
                &["1.1.1.1"],
                Some("198.51.100.7"),
            ),
            (
                "a proxy",
                &["10.1.1.1:4711"],
                &["198.51.100.7"],
                Some("198.51.100.7"),
            ),
            (
                "two proxies",
                &["10.1.1.1:1"],
                &["198.51.100.7, 192.0.2.1"],
                Some("198.51.100.7"),
            ),
            (
                "two headers",
                &["10.1.1.1:1"],
                &["198.51.100.7", "192.0.2.1"],
                Some("198.51.100.7"),
            ),
            (
                "what the caller put in front",
                &["10.1.1.1:1"],
                &["1.1.1.1, 198.51.100.7"],
                Some("198.51.100.7"),
            ),
            (
                "what the caller claims to be a proxy",
                &["10.1.1.1:1"],
                &["1.1.1.1, 198.51.100.7, 10.2.2.2"],
                Some("198.51.100.7"),
            ),
            (
                "a proxy without a word",
                &["10.1.1.1:1"],
                &[],
                Some("10.1.1.1"),
            ),
            (
                "a word that is no address",
                &["10.1.1.1:1"],
                &["unknown"],
                Some("10.1.1.1"),
            ),
            (
                "the sixth version",
                &["[2001:db8::1]:80"],
                &["1.1.1.1"],
                Some("2001:db8::1"),
            ),
            (
                "a proxy in the other notation",
                &["[::ffff:10.1.1.1]:80"],
                &["198.51.100.7"],
                Some("198.51.100.7"),
            ),
            ("no word of the runtime", &[], &["1.1.1.1"], None),
        ];
        for (name, peers, forwarded, client) in cases {
            let mut headers = HeaderMap::new();
            for peer in peers {
                headers.append(PEER, peer.parse().unwrap());
            }
            for value in forwarded {
                headers.append(FORWARDED, value.parse().unwrap());
            }
            let found = proxies.client(&headers).map(|it| it.to_string());
            assert_eq!(found.as_deref(), client, "{name}");
        }
    }
}
