//! Registry URLs and hostnames, parsed.

use std::fmt;

/// How an endpoint is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// With TLS; what a missing scheme means.
    Https,
    /// Without; allowed only where the operator says so.
    Http,
}

/// Where a registry is: origin, base path and namespace. Made only by parsing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub(crate) scheme: Scheme,
    pub(crate) host: String,
    pub(crate) port: Option<u16>,
    pub(crate) base_path: String,
    pub(crate) namespace: String,
}

impl Endpoint {
    /// https or http.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The host as it is shown: lower-case ASCII, IPv6 in brackets, `docker.io` for Docker Hub.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The host that answers `/v2/`: `registry-1.docker.io` for Docker Hub, else [`Endpoint::host`].
    pub fn api_host(&self) -> &str {
        if self.host == "docker.io" { "registry-1.docker.io" } else { &self.host }
    }

    /// The port, where it is not the scheme's own.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// What comes before `/v2/`: empty, or a path that starts with `/` and does not end with one.
    pub fn base_path(&self) -> &str {
        &self.base_path
    }

    /// The organisation, project, tenancy or prefix that bounds listing; empty, or without outer slashes.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The URL that the registry API starts at, without `/v2/` and without a trailing slash:
    /// `https://registry-1.docker.io`, `https://nexus.example.com/repository/docker`.
    pub fn api_base(&self) -> String {
        let scheme = match self.scheme {
            Scheme::Https => "https",
            Scheme::Http => "http",
        };
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("{scheme}://{}{port}{}", self.api_host(), self.base_path)
    }
}

/// The endpoint as it is shown and kept: `docker.io`, `docker.io/acme`, `https://registry.example.com:5000/team`.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.host.as_str(), self.scheme) {
            ("docker.io", _) => {}
            (_, Scheme::Https) => f.write_str("https://")?,
            (_, Scheme::Http) => f.write_str("http://")?,
        }
        f.write_str(&self.host)?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        f.write_str(&self.base_path)?;
        if !self.namespace.is_empty() {
            write!(f, "/{}", self.namespace)?;
        }
        Ok(())
    }
}
