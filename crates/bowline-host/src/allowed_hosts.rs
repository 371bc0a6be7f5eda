//! `allowed_outbound_hosts`: the destinations that a component may send requests to.
//!
//! The entries are Spin's: `scheme://host[:port]` with `*` for any scheme, host or port, `*.domain` for every name
//! below a domain, a network for literal addresses, and `a..b` for ports from `a` to below `b`.

#![deny(clippy::arithmetic_side_effects)]

use ipnet::IpNet;
use std::{net::IpAddr, ops::Range};

/// The destinations that a component may contact. Without entries, there are none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowedHosts(Vec<AllowedHost>);

/// Why an entry is invalid.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("allowed_outbound_hosts: `{entry}`: {reason}")]
pub struct AllowedHostError {
    entry: String,
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct AllowedHost {
    /// Any scheme if `None`.
    scheme: Option<String>,
    host: HostRule,
    /// Any port if `None`.
    ports: Option<Range<u32>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum HostRule {
    Any,
    /// The domain with its leading dot.
    Below(String),
    Exact(String),
    Network(IpNet),
}

impl AllowedHosts {
    /// Parses entries after their templates are filled in.
    pub fn parse<'a>(entries: impl IntoIterator<Item = &'a str>) -> Result<Self, AllowedHostError> {
        let parse = |entry: &'a str| {
            AllowedHost::parse(entry.trim()).map_err(|reason| AllowedHostError {
                entry: entry.to_owned(),
                reason,
            })
        };
        entries
            .into_iter()
            .map(parse)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Returns true if a request with this scheme, host, and port is allowed. An IPv6 host has no brackets.
    pub fn allow(&self, scheme: &str, host: &str, port: u16) -> bool {
        self.0.iter().any(|entry| {
            entry.scheme.as_deref().is_none_or(|only| only == scheme)
                && entry.host.matches(host)
                && entry
                    .ports
                    .as_ref()
                    .is_none_or(|ports| ports.contains(&u32::from(port)))
        })
    }
}

impl AllowedHost {
    fn parse(entry: &str) -> Result<Self, &'static str> {
        let (scheme, rest) = entry
            .split_once("://")
            .ok_or("the scheme is missing; write it like https://host")?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let scheme = match scheme {
            "*" => None,
            _ if !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_lowercase()) => {
                Some(scheme.to_owned())
            }
            _ => return Err("the scheme must be `*` or lowercase letters"),
        };
        let (host, port) = match rest.rsplit_once(':') {
            // The colon of an IPv6 address in brackets is not the port's.
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (rest, None),
        };
        let ports = match port {
            Some("*") => None,
            Some(port) => {
                Some(parse_ports(port).ok_or("the port must be `*`, a number, or `from..to`")?)
            }
            None => Some(
                default_ports(scheme.as_deref())
                    .ok_or("without a known scheme, the port is required")?,
            ),
        };
        let host = HostRule::parse(host)?;
        Ok(Self {
            scheme,
            host,
            ports,
        })
    }
}

impl HostRule {
    fn parse(host: &str) -> Result<Self, &'static str> {
        let literal = host.trim_start_matches('[').trim_end_matches(']');
        if host == "*" {
            return Ok(Self::Any);
        }
        if matches!(host, "self" | "self.alt") {
            return Err(
                "requests from an application to itself aren't supported: use http://<component>.spin.internal",
            );
        }
        if let Some(domain) = host.strip_prefix("*.")
            && !domain.contains('*')
            && !domain.is_empty()
        {
            return Ok(Self::Below(format!(".{}", domain.to_ascii_lowercase())));
        }
        if host.contains('*') {
            return Err("`*` can replace the whole host or its first labels, like *.example.com");
        }
        if let Ok(network) = literal.parse::<IpNet>() {
            return Ok(Self::Network(network));
        }
        if let Ok(address) = literal.parse::<IpAddr>() {
            return Ok(Self::Network(address.into()));
        }
        if host.is_empty() || host.contains(['/', '?', '#', '@', '{']) {
            return Err("the host must be a name, an address, or a network, without a path");
        }
        Ok(Self::Exact(host.to_ascii_lowercase()))
    }

    fn matches(&self, host: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Below(suffix) => host.to_ascii_lowercase().ends_with(suffix),
            Self::Exact(name) => host.eq_ignore_ascii_case(name),
            Self::Network(network) => host
                .parse::<IpAddr>()
                .is_ok_and(|address| network.contains(&address)),
        }
    }
}

fn parse_ports(text: &str) -> Option<Range<u32>> {
    let number = |text: &str| text.parse::<u16>().ok().map(u32::from);
    match text.split_once("..") {
        Some((from, to)) => Some(number(from)?..number(to)?),
        None => number(text).map(|port| port..port.saturating_add(1)),
    }
}

fn default_ports(scheme: Option<&str>) -> Option<Range<u32>> {
    match scheme? {
        "http" => Some(80..81),
        "https" => Some(443..444),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
