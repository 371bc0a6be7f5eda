//! The operator's settings: exceptions from the guard, text for hints, and the AWS identity.

use std::net::IpAddr;

use bowline::{credential::AwsKeys, secret::Secret};
use ipnet::IpNet;

/// The operator's settings for contacting registries. The default allows no exceptions.
#[derive(Clone, Debug, Default)]
pub struct Operator {
    private_hosts: Vec<HostRule>,
    plain_http_hosts: Vec<HostRule>,
    egress_addresses: Vec<String>,
    aws_identity: Option<AwsKeys>,
    external_id: Option<ExternalId>,
    networks: Networks,
}

/// Who keeps requests out of private networks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Networks {
    /// The runtime, which is asked.
    #[default]
    Runtime,
    /// The platform, which is trusted to.
    Platform,
}

/// The external id that this service issued to a project for AWS access delegation. A role's trust policy requires it,
/// so that no other customer of the operator can assume the role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExternalId(String);

impl ExternalId {
    /// Parses an external id: 2-1224 letters, digits, and `_+=,.@:/-` (STS). Returns `None` for other text.
    ///
    /// ```
    /// use bowline_registry::ExternalId;
    ///
    /// assert!(ExternalId::parse("bowline:acme").is_some());
    /// assert!(ExternalId::parse("two words").is_none());
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let sound = (2..=1224).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"_+=,.@:/-".contains(&b));
        sound.then(|| Self(text.to_owned()))
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An invalid variable. The error does not include the value, which can have any size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the variable {variable} is invalid: entry {entry} is {expected}")]
pub struct OperatorError {
    /// The variable's name: `private_hosts`, `plain_http_hosts`, `egress_addresses`, `networks`, `aws_access_key_id`,
    /// `aws_secret_access_key`.
    pub variable: &'static str,
    /// The position of the invalid entry in the comma-separated list, starting at 1.
    pub entry: usize,
    /// The expected format.
    pub expected: &'static str,
}

/// One entry of `private_hosts` or `plain_http_hosts`.
#[derive(Clone, Debug, PartialEq, Eq)]
enum HostRule {
    /// Literal addresses in this network, on every port.
    Network(IpNet),
    /// A name or literal address, lower case, without brackets or a trailing dot; without a port, on every port.
    Host { host: String, port: Option<u16> },
}

impl Operator {
    /// Parses the three variables. Each is a comma-separated list or empty: `private_hosts` and `plain_http_hosts`
    /// contain hosts, `host:port`, and CIDR networks. `egress_addresses` contains addresses and CIDR networks.
    ///
    /// ```
    /// use bowline_registry::Operator;
    ///
    /// let operator = Operator::parse("10.0.0.0/8, registry.corp:5000", "registry.corp", "").unwrap();
    /// assert!(operator.allows_plain_http("registry.corp", 80));
    /// assert!(Operator::parse("not a host", "", "").is_err());
    /// ```
    ///
    /// # Errors
    /// The variable and the entry that is invalid.
    pub fn parse(
        private_hosts: &str,
        plain_http_hosts: &str,
        egress_addresses: &str,
    ) -> Result<Self, OperatorError> {
        Ok(Self {
            private_hosts: host_rules("private_hosts", private_hosts)?,
            plain_http_hosts: host_rules("plain_http_hosts", plain_http_hosts)?,
            egress_addresses: entries(egress_addresses)
                .map(|(entry, text)| {
                    let sound = text.parse::<IpAddr>().is_ok() || text.parse::<IpNet>().is_ok();
                    sound.then(|| text.to_owned()).ok_or(OperatorError {
                        variable: "egress_addresses",
                        entry,
                        expected: "not an address or a CIDR network",
                    })
                })
                .collect::<Result<_, _>>()?,
            ..Self::default()
        })
    }

    /// Adds the operator's AWS identity, which assumes the roles of customers that gave no keys. Both texts are empty
    /// if there is none.
    ///
    /// # Errors
    /// The variable that is missing or invalid.
    pub fn with_aws_identity(
        mut self,
        access_key_id: &str,
        secret_access_key: &str,
    ) -> Result<Self, OperatorError> {
        let invalid = |variable, expected| OperatorError {
            variable,
            entry: 1,
            expected,
        };
        let (id, secret) = (access_key_id.trim(), secret_access_key.trim());
        if id.is_empty() && secret.is_empty() {
            return Ok(self);
        }
        let is_id = (16..=128).contains(&id.len())
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if !is_id {
            return Err(invalid("aws_access_key_id", "not an access key ID"));
        }
        if secret.is_empty() || !secret.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(invalid("aws_secret_access_key", "not a secret access key"));
        }
        self.aws_identity = Some(AwsKeys {
            access_key_id: id.to_owned(),
            secret_access_key: Secret::new(secret),
            session_token: None,
        });
        Ok(self)
    }

    /// Sets the external id of the project whose connections these settings are for. Without it, the operator's
    /// identity assumes no roles.
    #[must_use]
    pub fn with_external_id(mut self, external_id: ExternalId) -> Self {
        self.external_id = Some(external_id);
        self
    }

    /// Sets the variable `networks`. With `runtime` or an empty text, the runtime must block private networks, which a
    /// test verifies before other requests. With `platform`, the platform is trusted to block them.
    ///
    /// ```
    /// use bowline_registry::Operator;
    ///
    /// assert!(Operator::default().with_networks("platform").is_ok());
    /// assert!(Operator::default().with_networks("none").is_err());
    /// ```
    ///
    /// # Errors
    /// The variable has another value.
    pub fn with_networks(mut self, text: &str) -> Result<Self, OperatorError> {
        self.networks = match text.trim() {
            "" | "runtime" => Networks::Runtime,
            "platform" => Networks::Platform,
            _ => {
                return Err(OperatorError {
                    variable: "networks",
                    entry: 1,
                    expected: "neither runtime nor platform",
                });
            }
        };
        Ok(self)
    }

    /// Tells whether the platform is trusted to keep requests out of private networks.
    pub(crate) fn trusts_platform(&self) -> bool {
        self.networks == Networks::Platform
    }

    /// Tells whether `private_hosts` names this authority. `host` is lower case, without brackets or a trailing dot.
    pub(crate) fn allows_private(&self, host: &str, port: u16) -> bool {
        self.private_hosts
            .iter()
            .any(|rule| rule.matches(host, port))
    }

    /// Tells whether `private_hosts` names this very `host:port`.
    pub(crate) fn allows_port(&self, host: &str, port: u16) -> bool {
        self.private_hosts.iter().any(|rule| {
            matches!(rule, HostRule::Host { port: Some(_), .. }) && rule.matches(host, port)
        })
    }

    /// Returns true if `plain_http_hosts` lists this authority. `host` is as in [`Operator::allows_private`].
    pub fn allows_plain_http(&self, host: &str, port: u16) -> bool {
        self.plain_http_hosts
            .iter()
            .any(|rule| rule.matches(host, port))
    }

    /// The operator's own AWS identity, with the external id issued to the project.
    pub(crate) fn delegation(&self) -> Option<(&AwsKeys, &ExternalId)> {
        self.aws_identity.as_ref().zip(self.external_id.as_ref())
    }

    /// Returns the egress addresses, as the operator wrote them.
    pub fn egress_addresses(&self) -> &[String] {
        &self.egress_addresses
    }
}

impl HostRule {
    fn parse(text: &str) -> Option<Self> {
        if let Ok(network) = text.parse::<IpNet>() {
            return Some(Self::Network(network));
        }
        let text = text.to_ascii_lowercase();
        if let Ok(address) = text.parse::<IpAddr>() {
            return Some(Self::Host {
                host: address.to_string(),
                port: None,
            });
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port))
                if !host.is_empty() && !host.ends_with(':') && !port.contains(']') =>
            {
                (
                    host,
                    Some(port.parse::<u16>().ok().filter(|port| *port != 0)?),
                )
            }
            _ => (text.as_str(), None),
        };
        let host = match host
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            Some(inside) => inside.parse::<std::net::Ipv6Addr>().ok()?.to_string(),
            None => {
                let host = host.strip_suffix('.').unwrap_or(host);
                let sound = host.split('.').all(|label| {
                    !label.is_empty()
                        && label
                            .bytes()
                            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
                });
                sound.then(|| host.to_owned())?
            }
        };
        Some(Self::Host { host, port })
    }

    fn matches(&self, host: &str, port: u16) -> bool {
        match self {
            Self::Network(network) => host
                .parse::<IpAddr>()
                .is_ok_and(|address| network.contains(&address)),
            Self::Host {
                host: named,
                port: named_port,
            } => named == host && named_port.is_none_or(|named_port| named_port == port),
        }
    }
}

fn host_rules(variable: &'static str, list: &str) -> Result<Vec<HostRule>, OperatorError> {
    entries(list)
        .map(|(entry, text)| {
            HostRule::parse(text).ok_or(OperatorError {
                variable,
                entry,
                expected: "not a host, host:port or CIDR network",
            })
        })
        .collect()
}

/// The entries of a comma-separated list with their places, from 1; empty ones are left out.
fn entries(list: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..)
        .zip(list.split(',').map(str::trim))
        .filter(|(_, text)| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_name_authorities() {
        let cases = [
            // list, host, port, named
            ("registry.corp", "registry.corp", 5000, true),
            ("Registry.Corp.", "registry.corp", 443, true),
            ("registry.corp:5000", "registry.corp", 5000, true),
            ("registry.corp:5000", "registry.corp", 5001, false),
            ("a.corp, b.corp", "b.corp", 443, true),
            ("corp", "registry.corp", 443, false),
            ("10.0.0.0/8", "10.1.2.3", 5000, true),
            ("10.0.0.0/8", "11.1.2.3", 5000, false),
            ("10.0.0.0/8", "::ffff:10.1.2.3", 5000, false),
            ("10.0.0.5", "10.0.0.5", 1, true),
            ("10.0.0.5:443", "10.0.0.5", 80, false),
            ("fd00::/8", "fd00::1", 443, true),
            ("fd00::1", "fd00::1", 443, true),
            ("[FD00::1]:5000", "fd00::1", 5000, true),
            ("[fd00::1]:5000", "fd00::1", 443, false),
            ("[fd00::1]", "fd00::1", 443, true),
            ("", "localhost", 80, false),
        ];
        for (list, host, port, named) in cases {
            let operator = Operator::parse(list, "", "").unwrap();
            assert_eq!(
                operator.allows_private(host, port),
                named,
                "{list}: {host}:{port}"
            );
        }
    }

    #[test]
    fn an_invalid_entry_is_named_and_not_repeated() {
        let error = Operator::parse("ok.example.com,, https://x", "", "").unwrap_err();
        assert_eq!((error.variable, error.entry), ("private_hosts", 3));
        assert!(!error.to_string().contains("https"));
        for (list, what) in [
            ("*", "a star"),
            ("a:0", "port zero"),
            ("a:99999", "a port out of range"),
            ("a..b", "an empty label"),
            ("[::1", "an open bracket"),
            ("10.0.0.0/33", "a wrong prefix"),
            ("a b", "a space"),
        ] {
            let error = Operator::parse("", list, "").unwrap_err();
            assert_eq!(error.variable, "plain_http_hosts", "{what}");
        }
        assert_eq!(
            Operator::parse("", "", "example.com").unwrap_err().variable,
            "egress_addresses"
        );
    }

    #[test]
    fn an_aws_identity_is_whole_or_not_there() {
        let of = |id: &str, secret: &str| {
            Operator::default()
                .with_aws_identity(id, secret)
                .map(|operator| operator.aws_identity.is_some())
                .map_err(|error| error.variable)
        };
        let id = "AKIAIOSFODNN7EXAMPLE";
        assert_eq!(of("", " "), Ok(false));
        assert_eq!(of(id, "not-a-real-secret"), Ok(true));
        assert_eq!(of(id, ""), Err("aws_secret_access_key"));
        assert_eq!(of(id, "not a real secret"), Err("aws_secret_access_key"));
        assert_eq!(of("", "not-a-real-secret"), Err("aws_access_key_id"));
        assert_eq!(of("AKIA-IOSFODNN7EXAMP", "x"), Err("aws_access_key_id"));
    }

    #[test]
    fn external_ids_are_those_that_sts_takes() {
        for (text, sound) in [
            ("tenant:42/abc", true),
            ("ab", true),
            ("a", false),
            ("", false),
            ("has space", false),
            ("\u{fc}mlaut", false),
            ("a&Action=b", false),
        ] {
            assert_eq!(ExternalId::parse(text).is_some(), sound, "{text}");
        }
        assert!(ExternalId::parse(&"x".repeat(1224)).is_some());
        assert!(ExternalId::parse(&"x".repeat(1225)).is_none());
    }
}
