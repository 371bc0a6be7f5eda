//! The guard: decides for every request whether to send it, and whether with credentials.
//!
//! [`Guard::permit`] decides about a URL and the reason to contact it. A request can be built only from its result, a
//! [`Permit`], which also says whether the request may carry credentials. No request can bypass the guard. The guard
//! does not check the address that a name resolves to. The runtime does so when it connects, so rebinding the name does
//! not help an attacker.

use ::http::{HeaderMap, Method};
use bowline::form::ConnectionSpec;
use bytes::Bytes;
use url::{Host, Position, Url};

use crate::{
    guard::{
        authority::Authority,
        hosts::{Api, Hosts, Realms},
    },
    http::Request,
    login::Authorization,
    operator::Operator,
    problem::{Code, Failure},
};

mod address;
mod authority;
pub(crate) mod hosts;
mod port;
mod shared_domains;
#[cfg(test)]
mod tests;
mod written;

pub use self::address::is_public_address;

/// Why a URL is contacted, which says who named it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// The registry's API, at a URL built from its endpoint.
    Registry,
    /// The realm of a challenge, named by the registry.
    TokenService,
    /// The provider's own API, at a URL of ours.
    ProviderApi,
    /// The receiver of a webhook, named by the customer.
    Receiver,
    /// The registry's own port by the other of http and https, to find out which it speaks. Never with credentials.
    SchemeProbe,
}

/// What to do about a realm that no consent makes good.
const FIX_REALM: &str = "Ask the registry's administrator to fix the token service's URL in the WWW-Authenticate header. It must be a public https URL without a username or password.";

/// The leave to contact one URL.
#[derive(Debug)]
pub(crate) struct Permit {
    url: Url,
    target: Target,
    credentials: bool,
    /// The path and query as in a redirect's `Location`, if they differ from the URL's.
    written: Option<String>,
}

impl Permit {
    /// Where to.
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// The same, to be asked for by the path and query as a `Location` writes them.
    pub(crate) fn written_as(mut self, location: &str) -> Self {
        self.written = written::target(location);
        self
    }

    /// Tells whether credentials may go along.
    #[cfg(test)]
    pub(crate) fn credentials(&self) -> bool {
        self.credentials
    }

    /// A GET of this URL; `authorization` is left out where no credentials may go along. `headers` hold none.
    pub(crate) fn get(&self, headers: HeaderMap, authorization: Option<&Authorization>) -> Request {
        let authorization = authorization.filter(|_| self.credentials);
        self.request(Method::GET, headers, authorization, Bytes::new())
    }

    /// A HEAD of this URL; as [`Self::get`].
    pub(crate) fn head(
        &self,
        headers: HeaderMap,
        authorization: Option<&Authorization>,
    ) -> Request {
        let authorization = authorization.filter(|_| self.credentials);
        self.request(Method::HEAD, headers, authorization, Bytes::new())
    }

    /// A POST of what holds a login, in its body or in its headers; refused where no credentials may go along.
    pub(crate) fn post(
        &self,
        headers: HeaderMap,
        authorization: Option<&Authorization>,
        body: Bytes,
    ) -> Result<Request, Failure> {
        self.sending(Method::POST, headers, authorization, body)
    }

    /// A PATCH with a login; refused where no credentials may go along.
    pub(crate) fn patch(
        &self,
        headers: HeaderMap,
        authorization: &Authorization,
        body: Bytes,
    ) -> Result<Request, Failure> {
        self.sending(Method::PATCH, headers, Some(authorization), body)
    }

    fn sending(
        &self,
        method: Method,
        headers: HeaderMap,
        authorization: Option<&Authorization>,
        body: Bytes,
    ) -> Result<Request, Failure> {
        if self.credentials {
            Ok(self.request(method, headers, authorization, body))
        } else {
            Err(not_allowed())
        }
    }

    fn request(
        &self,
        method: Method,
        mut headers: HeaderMap,
        authorization: Option<&Authorization>,
        body: Bytes,
    ) -> Request {
        if let Some(authorization) = authorization {
            headers.extend(authorization.headers().clone());
        }
        Request {
            method,
            url: self.url.clone(),
            target: self
                .written
                .clone()
                .unwrap_or_else(|| self.url[Position::BeforePath..Position::AfterQuery].to_owned()),
            headers,
            body,
        }
    }

    /// The leave to ask a port on which nothing listens whether the runtime lets requests go to this address.
    pub(crate) fn network_probe(address: &str, port: u16) -> Option<Self> {
        let host = if address.contains(':') {
            format!("[{address}]")
        } else {
            address.to_owned()
        };
        let url = Url::parse(&format!("http://{host}:{port}/")).ok()?;
        Some(Self {
            url,
            target: Target::SchemeProbe,
            credentials: false,
            written: None,
        })
    }
}

/// The rules for one connection.
#[derive(Clone, Debug)]
pub(crate) struct Guard<'a> {
    operator: &'a Operator,
    trusted: &'a [String],
    hosts: Hosts,
    /// The start of the registry's API; `None` until the provider has returned it.
    registry: Option<Url>,
}

impl<'a> Guard<'a> {
    /// The rules for a connection whose registry is not known yet.
    pub(crate) fn new(operator: &'a Operator, spec: &'a ConnectionSpec, hosts: Hosts) -> Self {
        Self {
            operator,
            trusted: &spec.trusted_auth_hosts,
            hosts,
            registry: None,
        }
    }

    /// The rules for what belongs to no connection.
    pub(crate) fn of_operator(operator: &'a Operator) -> Self {
        Self {
            operator,
            trusted: &[],
            hosts: Hosts::new(Realms::Own, Vec::new()),
            registry: None,
        }
    }

    /// Sets the start of the registry's API.
    pub(crate) fn set_registry(&mut self, registry: Url) {
        self.registry = Some(registry);
    }

    /// Decides whether `url` may be contacted for this reason.
    ///
    /// `credentials` says that the sender holds credentials for it. A target that may be contacted but not get them is
    /// permitted without, except a token service: asked without, it would only hide that the login was not tried.
    pub(crate) fn permit(
        &self,
        url: Url,
        target: Target,
        credentials: bool,
    ) -> Result<Permit, Failure> {
        let has_userinfo = !url.username().is_empty() || url.password().is_some();
        let authority = Authority::of(&url).ok_or_else(not_allowed)?;
        let own = self.is_own_origin(&url);
        let credentials = match target {
            Target::Registry => credentials && own,
            Target::TokenService if has_userinfo => {
                return Err(Failure::new(
                    Code::RealmNotTrusted,
                    "The token service's URL contains a username or password.",
                )
                .advise(FIX_REALM));
            }
            Target::TokenService if credentials && !self.trusts(&url, &authority) => {
                let named = format!("The registry names {authority} as its token service");
                let untrusted = |detail| Failure::new(Code::RealmNotTrusted, detail);
                // Consent does not help where a login may not be sent without HTTPS.
                return Err(match self.allows_scheme(&url, &authority) {
                    true => untrusted(format!("{named}.")),
                    false => untrusted(format!("{named}, without HTTPS.")).advise(FIX_REALM),
                });
            }
            Target::TokenService => credentials,
            Target::ProviderApi => credentials && self.is_api(&url, &authority),
            Target::Receiver => credentials,
            Target::SchemeProbe => false,
        };
        let scheme_allowed = match target {
            Target::SchemeProbe => {
                matches!(url.scheme(), "http" | "https")
                    && Some(&authority) == self.registry_authority().as_ref()
            }
            _ => self.allows_scheme(&url, &authority),
        };
        if has_userinfo || !scheme_allowed || !self.is_destination(&url, &authority) {
            return Err(match target {
                Target::TokenService => not_allowed().advise(FIX_REALM),
                _ => not_allowed(),
            });
        }
        Ok(Permit {
            url,
            target,
            credentials,
            written: None,
        })
    }

    /// Decides whether the page of a listing that `from` led to may name `to` as the next one: only on its own host.
    ///
    /// Of `to` only the query is taken: products behind a proxy name a wrong scheme, port or path.
    pub(crate) fn link(&self, from: &Permit, to: &Url) -> Result<Permit, Failure> {
        let (here, there) = (Authority::of(&from.url), Authority::of(to));
        let (here, there) = here.zip(there).ok_or_else(not_allowed)?;
        if !to.username().is_empty() || to.password().is_some() {
            return Err(not_allowed());
        }
        if here.host() != there.host() {
            return Err(Failure::new(
                Code::LinkNotAllowed,
                format!("The next page is on {there}, which is another host."),
            ));
        }
        let mut next = from.url.clone();
        next.set_query(to.query());
        self.permit(next, from.target, from.credentials)
    }

    /// Decides whether a redirect from where `from` led may be followed to `to`.
    ///
    /// Credentials go along only within an origin. A token service may not redirect to another one, because what it
    /// would answer there, without credentials, says nothing about them.
    pub(crate) fn redirect(&self, from: &Permit, to: Url) -> Result<Permit, Failure> {
        let authority = Authority::of(&to).ok_or_else(not_allowed)?;
        let same_origin = to.origin() == from.url.origin();
        let refused = |why: &str| {
            Failure::new(
                Code::RedirectNotAllowed,
                format!("The response redirects to {authority}, {why}."),
            )
        };
        if from.url.scheme() == "https" && to.scheme() != "https" {
            return Err(refused("which doesn't use HTTPS"));
        }
        if from.target == Target::TokenService && !same_origin {
            return Err(refused(
                "but sign-in requests don't follow redirects to another host",
            ));
        }
        if !to.username().is_empty() || to.password().is_some() {
            return Err(refused("and the URL contains a username or password"));
        }
        if !self.allows_scheme(&to, &authority) || !self.is_destination(&to, &authority) {
            return Err(not_allowed());
        }
        Ok(Permit {
            url: to,
            target: from.target,
            credentials: from.credentials && same_origin,
            written: None,
        })
    }

    /// Returns true if a URL is https, or http if the operator allows it.
    fn allows_scheme(&self, url: &Url, authority: &Authority) -> bool {
        let plain_http = || {
            self.operator
                .allows_plain_http(authority.host(), authority.port())
        };
        url.scheme() == "https" || (url.scheme() == "http" && plain_http())
    }

    fn registry_authority(&self) -> Option<Authority> {
        self.registry.as_ref().and_then(Authority::of)
    }

    fn is_own_origin(&self, url: &Url) -> bool {
        self.registry
            .as_ref()
            .is_some_and(|registry| is_same_origin(url, registry))
    }

    /// Tells whether this token service may get the registry's credentials.
    fn trusts(&self, realm: &Url, authority: &Authority) -> bool {
        let Some(registry) = self.registry_authority() else {
            return false;
        };
        let is_known = is_usual_https(realm, authority)
            && self.hosts.is_known_pair(registry.host(), authority.host());
        let is_of_its_owner = || realm.scheme() == "https" && registry.has_owner_of(authority);
        let is_consented = || {
            self.trusted
                .iter()
                .any(|entry| authority.is_named_by(entry, realm.scheme()))
        };
        self.is_own_origin(realm)
            || is_known
            || match self.hosts.realms {
                Realms::Own => false,
                Realms::Domain => is_of_its_owner(),
                Realms::Consented => is_of_its_owner() || is_consented(),
            }
    }

    /// Tells whether the provider's own API is at this URL.
    fn is_api(&self, url: &Url, authority: &Authority) -> bool {
        self.is_own_origin(url)
            || self.hosts.apis.iter().any(|api| match api {
                Api::Host(name) => is_usual_https(url, authority) && name == authority.host(),
                Api::Origin(origin) => is_same_origin(url, origin),
                Api::TokenService => self.trusts(url, authority),
            })
    }

    /// Tells whether this is an authority that may be contacted at all.
    fn is_destination(&self, url: &Url, authority: &Authority) -> bool {
        let (host, port) = (authority.host(), authority.port());
        if authority.is_the_runtimes() {
            return false;
        }
        if port::is_bad(port) && !self.operator.allows_port(host, port) {
            return false;
        }
        self.operator.allows_private(host, port)
            || match url.host() {
                Some(Host::Ipv4(address)) => address::is_public_v4(address),
                Some(Host::Ipv6(address)) => address::is_public_v6(address),
                Some(Host::Domain(_)) => authority.is_public_name(),
                None => false,
            }
    }
}

fn is_same_origin(one: &Url, other: &Url) -> bool {
    one.scheme() == other.scheme() && Authority::of(one) == Authority::of(other)
}

/// Tells whether `url`, at this authority, is asked by https on its usual port.
fn is_usual_https(url: &Url, authority: &Authority) -> bool {
    url.scheme() == "https" && authority.port() == 443
}

/// The refusal of a destination. It says nothing about why, so that the guard is no map of the operator's network.
fn not_allowed() -> Failure {
    Failure::new(
        Code::AddressNotAllowed,
        "This service isn't allowed to contact that address.",
    )
}
