//! Host and port of a URL, normalized for comparison in the guard.

use std::fmt;

use url::{Host, Url};

use crate::guard::shared_domains::{is_listed, is_shared};

/// Host and port. The host is lower case, without brackets and without a trailing dot.
#[derive(Clone, Debug)]
pub(super) struct Authority {
    host: String,
    port: u16,
    usual_port: bool,
    is_name: bool,
}

impl Authority {
    /// That of an http or https URL; `None` for others, and for names with an empty label.
    pub(super) fn of(url: &Url) -> Option<Self> {
        let usual = match url.scheme() {
            "https" => 443,
            "http" => 80,
            _ => return None,
        };
        let (host, is_name) = match url.host()? {
            Host::Ipv4(address) => (address.to_string(), false),
            Host::Ipv6(address) => (address.to_string(), false),
            Host::Domain(name) => {
                let name = name.strip_suffix('.').unwrap_or(name);
                if name.split('.').any(str::is_empty) {
                    return None;
                }
                (name.to_ascii_lowercase(), true)
            }
        };
        let port = url.port().unwrap_or(usual);
        Some(Self {
            host,
            port,
            usual_port: port == usual,
            is_name,
        })
    }

    pub(super) fn host(&self) -> &str {
        &self.host
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Tells whether the name belongs to the runtime: Spin answers `*.spin.internal` and `self.alt` itself, and every
    /// permission of the kind `https://*:*` includes them.
    pub(super) fn is_the_runtimes(&self) -> bool {
        ["spin.internal", "self.alt"].iter().any(|own| {
            self.host
                .strip_suffix(own)
                .is_some_and(|before| before.is_empty() || before.ends_with('.'))
        })
    }

    /// Returns true if this is a name with more than one label under a suffix that ICANN delegated (public suffix
    /// list), which excludes `.internal`, `.local`, `.lan`, and others.
    pub(super) fn is_public_name(&self) -> bool {
        self.is_name
            && self.host.contains('.')
            && psl::suffix(self.host.as_bytes()).is_some_and(|suffix| suffix.is_known())
    }

    /// The domain that its owner registered: one label more than the public suffix. Addresses, single labels,
    /// suffixes themselves and names under no known suffix have none.
    pub(super) fn registrable_domain(&self) -> Option<&str> {
        if !self.is_public_name() {
            return None;
        }
        psl::domain_str(&self.host)
    }

    /// Returns true if `other` belongs to the owner of this name: the same host, a parent, or a sibling. A sibling is
    /// another name directly under the parent of this one, or under this one if it is the registrable domain. Under a
    /// domain where strangers get names, only the host itself counts.
    pub(super) fn has_owner_of(&self, other: &Self) -> bool {
        let Some(domain) = self.registrable_domain() else {
            return false;
        };
        if self.host == other.host {
            return !is_listed(&self.host);
        }
        if is_shared(&self.host) || other.registrable_domain() != Some(domain) {
            return false;
        }
        let home = match self.host.split_once('.') {
            Some((_, parent)) if self.host != domain => parent,
            _ => domain,
        };
        let is_parent = home
            .strip_suffix(other.host.as_str())
            .is_some_and(|before| before.is_empty() || before.ends_with('.'));
        let is_sister = other
            .host
            .split_once('.')
            .is_some_and(|(_, parent)| parent == home);
        is_parent || is_sister
    }

    /// Tells whether a customer's consent, `host` or `host:port` in lower case, names this. Without a port it means the
    /// scheme's usual one.
    pub(super) fn is_named_by(&self, entry: &str, scheme: &str) -> bool {
        let sound = entry
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b".-_:[]".contains(&b));
        sound
            && Url::parse(&format!("{scheme}://{entry}/"))
                .is_ok_and(|named| Self::of(&named).as_ref() == Some(self))
    }
}

/// The same whatever the scheme: what a name and a port lead to does not depend on it.
impl PartialEq for Authority {
    fn eq(&self, other: &Self) -> bool {
        self.host == other.host && self.port == other.port
    }
}

/// Returns it as customers write it: `host`, or `host:port` if the port is not the scheme's default.
impl fmt::Display for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]", self.host)?;
        } else {
            f.write_str(&self.host)?;
        }
        if self.usual_port {
            Ok(())
        } else {
            write!(f, ":{}", self.port)
        }
    }
}
