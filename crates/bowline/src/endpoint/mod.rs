//! Registry URLs and hostnames, parsed.
//!
//! The parser is written by hand and narrower than the URL standard on purpose: a registry's host is ASCII, its
//! address has no user, query or fragment, and every refusal has a place in the text and, where possible, a text to
//! have instead. A property test holds it against the `url` crate: what is accepted here means the same there.

mod address;
mod docker_hub;
mod host;
mod path;
mod punycode;
mod scheme;
mod split;

use std::fmt;

pub(crate) use self::address::parse_v6;
pub(crate) use self::docker_hub::DOCKER_HUB;
use self::docker_hub::DOCKER_HUB_NAMES;
pub(crate) use self::host::{has_suffix, is_name, label_before};
pub use self::scheme::Scheme;
pub(crate) use self::split::Split;
use crate::{
    finding::Issue,
    message::Code,
    text::{self, concat},
};

/// Where a registry is: origin, base path and namespace. Made only by parsing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    scheme: Scheme,
    host: String,
    port: Option<u16>,
    base_path: String,
    namespace: String,
}

impl Endpoint {
    /// The endpoint that `text`, a URL or a hostname, names.
    ///
    /// A missing scheme is https. White space around, a trailing `/`, `/v2` or `/v2/` mean nothing. A path is the
    /// namespace, but for what precedes `/v2/` and for the repository paths of Artifactory
    /// (`/artifactory/api/docker/<key>`) and Nexus (`/repository/<name>`), which are the base path.
    ///
    /// # Errors
    /// The issue with its place in `text`.
    ///
    /// ```
    /// use bowline::endpoint::Endpoint;
    ///
    /// let endpoint = Endpoint::parse("registry.example.com:5000/team/v2/")?;
    /// assert_eq!(endpoint.host(), "registry.example.com");
    /// let issue = Endpoint::parse("https://registry.example.com?x=1").unwrap_err();
    /// assert_eq!(issue.suggestion(), Some("https://registry.example.com"));
    /// # Ok::<(), bowline::finding::Issue>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, Issue> {
        Self::from_split(&Split::of(text)?)
    }

    /// The endpoint of a URL that was taken apart.
    pub(crate) fn from_split(url: &Split<'_>) -> Result<Self, Issue> {
        url.check_rest()?;
        let mut host = host::parse(url)?;
        let port = url.port_number()?.filter(|&port| port != url.scheme.port());
        if port.is_none()
            && url.scheme == Scheme::Https
            && DOCKER_HUB_NAMES.contains(&host.as_str())
        {
            DOCKER_HUB.clone_into(&mut host);
        }
        let (base_path, namespace) = path::parse(url, host == DOCKER_HUB)?;
        Ok(Self {
            scheme: url.scheme,
            host,
            port,
            base_path,
            namespace,
        })
    }

    /// What a form's check says of a sound endpoint: plain http, a private address, punycode.
    pub(crate) fn notes(&self, url: &Split<'_>, issues: &mut Vec<Issue>) {
        if self.scheme == Scheme::Http {
            issues.push(
                Issue::new(Code::UrlPlainHttp).at(text::span(url.text, url.before_authority)),
            );
        }
        let about_host = |code| {
            Issue::new(code)
                .at(text::span(url.text, url.host))
                .with("host", self.host.as_str())
        };
        if host::is_private(&self.host) {
            issues.push(about_host(Code::UrlPrivate));
        }
        if host::is_encoded(&self.host) {
            issues.push(about_host(Code::UrlPunycode));
        }
    }

    /// The same endpoint with another namespace, which must be one.
    pub fn with_namespace(mut self, namespace: &str) -> Self {
        namespace.clone_into(&mut self.namespace);
        self
    }

    /// Whether the host is a registry's public name over https at the usual port: what a fixed-host provider needs.
    pub(crate) fn is_plain(&self) -> bool {
        self.scheme == Scheme::Https && self.port.is_none() && self.base_path.is_empty()
    }

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
        if self.is_docker_hub() {
            "registry-1.docker.io"
        } else {
            &self.host
        }
    }

    /// The port, where it is not the scheme's own.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// The host with its port, where that is not the scheme's own: what an image reference starts with.
    pub fn authority(&self) -> String {
        match self.port {
            Some(port) => concat(&[&self.host, ":", &u32::from(port).to_string()]),
            None => self.host.clone(),
        }
    }

    /// What comes before `/v2/`: empty, or a path that starts with `/` and does not end with one.
    pub fn base_path(&self) -> &str {
        &self.base_path
    }

    /// The organization, project, tenancy or prefix that bounds listing; empty, or without outer slashes.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The endpoint as it is shown and kept: `docker.io`, `docker.io/acme`, `https://registry.example.com:5000/team`.
    /// Parsing it gives the same endpoint: where the path alone would be read otherwise, `/v2` parts base path and
    /// namespace.
    pub fn to_text(&self) -> String {
        let scheme = if self.is_docker_hub() {
            ""
        } else {
            self.scheme.prefix()
        };
        let mut text = self.base_at(scheme, &self.host);
        if !path::is_plain(&self.base_path, &self.namespace, self.host == DOCKER_HUB) {
            text.push_str("/v2");
        }
        if !self.namespace.is_empty() {
            text.push('/');
            text.push_str(&self.namespace);
        }
        text
    }

    /// The URL that the registry API starts at, without `/v2/` and without a trailing slash:
    /// `https://registry-1.docker.io`, `https://nexus.example.com/repository/docker`.
    pub fn api_base(&self) -> String {
        self.base_at(self.scheme.prefix(), self.api_host())
    }

    fn base_at(&self, scheme: &str, host: &str) -> String {
        let (colon, port) = match self.port {
            Some(port) => (":", u32::from(port).to_string()),
            None => ("", String::new()),
        };
        concat(&[scheme, host, colon, &port, &self.base_path])
    }

    fn is_docker_hub(&self) -> bool {
        self.host == DOCKER_HUB && self.scheme == Scheme::Https && self.port.is_none()
    }
}

/// [`Endpoint::to_text`].
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

impl std::str::FromStr for Endpoint {
    type Err = Issue;

    fn from_str(text: &str) -> Result<Self, Issue> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests;
