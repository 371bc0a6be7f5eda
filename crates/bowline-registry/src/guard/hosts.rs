//! The hosts that may get a connection's credentials besides the registry: token services and API hosts.
//!
//! A product's file lists them. Values of a form enter a host name only as parsed types (region, cloud), so a form's
//! text never becomes a host. The exception is the URL of an API server, with which the customer says where the token
//! belongs.

use bowline::form::ConnectionSpec;
use url::Url;

/// Whom a registry may name as its token service, beside itself and its known pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Realms {
    /// Nobody: the hosts of such a provider are known.
    Own,
    /// A parent of its own name, or a sister: another name directly under the same domain.
    Domain,
    /// Those too that the customer consented to.
    Consented,
}

/// Where the API of a provider is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Api {
    /// On this host, by https on its usual port.
    Host(String),
    /// On the origin of this URL.
    Origin(Url),
    /// With the token service.
    TokenService,
}

/// Where one connection's credentials may go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hosts {
    pub(crate) realms: Realms,
    /// Beside the registry's own origin, which may always be asked.
    pub(crate) apis: Vec<Api>,
    /// The product's token services on another domain: the registry's host, the token service's host.
    pub(crate) token_services: &'static [(&'static str, &'static str)],
}

impl Hosts {
    /// These, and the registry's own.
    pub(crate) fn new(realms: Realms, apis: Vec<Api>) -> Self {
        Self {
            realms,
            apis,
            token_services: &[],
        }
    }

    /// The registry's own, and those that the customer consented to.
    pub(crate) fn consented(_: &ConnectionSpec) -> Self {
        Self::new(Realms::Consented, Vec::new())
    }

    /// Tells whether this token service is known to be the registry's.
    pub(super) fn is_known_pair(&self, registry: &str, service: &str) -> bool {
        self.token_services
            .iter()
            .any(|pair| is_pair(*pair, registry, service))
    }
}

impl Api {
    /// On this host.
    pub(crate) fn host(name: impl Into<String>) -> Self {
        Self::Host(name.into())
    }
}

/// Returns true if these hosts are a pair in the table. A `*` matches one label, the same in both hosts: a region.
fn is_pair(pair: (&str, &str), registry: &str, service: &str) -> bool {
    match (pair.0.split_once('*'), pair.1.split_once('*')) {
        (Some(registries), Some(services)) => {
            region(registries, registry).is_some_and(|here| region(services, service) == Some(here))
        }
        _ => pair == (registry, service),
    }
}

/// The label of a host between two texts.
fn region<'a>((before, after): (&str, &str), host: &'a str) -> Option<&'a str> {
    let label = host.strip_prefix(before)?.strip_suffix(after)?;
    (!label.is_empty() && !label.contains('.')).then_some(label)
}
