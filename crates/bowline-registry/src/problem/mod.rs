//! The problems of connections: one table of codes, titles, hints, and fields.

use std::{fmt, str::FromStr};

use bowline::{form::ConnectionSpec, provider::Field as FormField};
use serde::{Deserialize, Serialize};

/// Why a check or a listing failed, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "CheckProblem"))]
pub struct Problem {
    /// The stable code.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub code: Code,
    /// The title, a few words.
    pub title: String,
    /// What was seen. It contains no secret, and text from a server only after the server proved to be a registry.
    pub detail: String,
    /// The advice.
    pub hint: String,
    /// The field of the form to change: `values.url`, `values.password`, `image`, …
    pub field: Option<String>,
}

/// A failure at its origin. [`Failure::explain`] converts it to a [`Problem`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) code: Code,
    pub(crate) detail: String,
    /// The form's field, if it differs from the code's.
    pub(crate) field: Option<&'static str>,
    /// The advice, if the form cannot fix it.
    pub(crate) advice: Option<&'static str>,
    /// Who failed.
    pub(crate) server: Server,
}

/// The server that a failure is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Server {
    /// The registry, or the way to it.
    Registry,
    /// The token service that the registry names.
    TokenService,
}

impl Failure {
    pub(crate) fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            field: None,
            advice: None,
            server: Server::Registry,
        }
    }

    /// The same, to be fixed in this field of the form: `values.roleArn`.
    pub(crate) fn at(mut self, field: &'static str) -> Self {
        self.field = Some(field);
        self
    }

    /// The same, met at the token service. What it says of the login is as good as the registry's word.
    pub(crate) fn of_the_token_service(mut self) -> Self {
        if self.code.title_at_token_service().is_some() {
            self.server = Server::TokenService;
        }
        self
    }

    /// The same, to be fixed elsewhere than in the form, by this advice.
    pub(crate) fn advise(mut self, advice: &'static str) -> Self {
        self.advice = Some(advice);
        self
    }
}

/// Where in the form a problem is fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    /// Nowhere in the form.
    None,
    /// The registry's address, if the customer typed it. The customer cannot fix a vendor's address.
    Address,
    /// What the address lacks.
    AddressPart,
    /// The first secret of the auth method, or the auth method itself if it has none.
    Secret,
    /// The last secret of the auth method: the one that ends, where another does not.
    EndingSecret,
    /// The image to test with.
    Image,
    /// The token services to trust.
    TrustedAuthHosts,
}

impl Field {
    fn path(self, spec: &ConnectionSpec) -> Option<String> {
        let fields = spec
            .provider
            .auth(spec.auth)
            .map(|auth| auth.fields)
            .unwrap_or_default();
        let named = |name: &str| fields.iter().find(|field| field.name == name);
        let is_given = |field: &&FormField| {
            let value = spec.values.get(field.name).map(String::as_str);
            value.is_some() && value != field.default
        };
        let is_given_secret = |field: &&FormField| spec.secrets.contains_key(field.name);
        let field = match self {
            Self::None => return None,
            Self::Image => return Some("image".to_owned()),
            Self::TrustedAuthHosts => return Some("trustedAuthHosts".to_owned()),
            Self::Address => named("url").filter(is_given)?,
            Self::AddressPart => named("accountId").or_else(|| named("url"))?,
            Self::Secret | Self::EndingSecret => {
                let mut secrets = fields.iter().filter(is_given_secret);
                let secret = match self {
                    Self::Secret => secrets.next(),
                    _ => secrets.next_back(),
                };
                match secret {
                    Some(field) => field,
                    None => return Some("auth".to_owned()),
                }
            }
        };
        Some(format!("values.{}", field.name))
    }
}

/// The table: `/// meaning`, `Name = "code", field, "title", "hint";`.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $id:literal, $field:ident, $title:literal, $hint:literal;)*) => {
        /// The code of a problem. A code never changes its meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])* $name,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Returns the code as text: `auth.rejected`.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $id,)* }
            }

            /// The title, a few words.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// Returns the general advice.
            pub fn hint(self) -> &'static str {
                match self { $(Self::$name => $hint,)* }
            }

            fn field(self) -> Field {
                match self { $(Self::$name => Field::$field,)* }
            }
        }
    };
}

codes! {
    /// The host name does not resolve.
    DnsNotFound = "dns.not_found", Address,
        "We can't find this host (DNS)",
        "Check the spelling of the registry's URL. A name that resolves only inside your network can't be reached from here.";
    /// The guard or the runtime does not allow this address.
    AddressNotAllowed = "address.not_allowed", Address,
        "This address is not allowed",
        "Use the registry's public name and HTTPS. Private addresses and plain HTTP work only for hosts that your administrator has allowed.";
    /// Nothing listens on this port.
    ConnectRefused = "connect.refused", Address,
        "Nothing answers on this port",
        "Check that the registry is running, and check the port. HTTPS uses 443 unless the URL names another; many registries use 5000.";
    /// The connection timed out.
    ConnectTimeout = "connect.timeout", Address,
        "The connection timed out",
        "Check the port, and check that no firewall drops connections from this service.";
    /// The TLS handshake failed. The runtime does not report why.
    TlsFailed = "tls.failed", Address,
        "The TLS connection failed",
        "Usual causes: the certificate is self-signed, from a private authority, expired, or for another name; the server wants a client certificate, which isn't supported; or it doesn't support TLS 1.2. Your administrator can add a private authority.";
    /// The certificate was not accepted.
    TlsCertificate = "tls.certificate", Address,
        "The registry's certificate is not trusted",
        "The certificate is self-signed, from a private authority, expired, or for another name. Your administrator can add a private authority.";
    /// The https port speaks plain HTTP.
    TlsPlainHttp = "tls.plain_http", Address,
        "This port speaks HTTP, not HTTPS",
        "Use the registry's HTTPS port, or give the registry a certificate. Plain HTTP doesn't encrypt the password, so http:// works only for hosts that your administrator has allowed.";
    /// The http port speaks HTTPS.
    TlsExpected = "tls.expected", Address,
        "This port speaks HTTPS",
        "Change http:// to https:// in the URL.";
    /// The registry refuses requests from this network.
    NetworkDenied = "network.denied", None,
        "The registry refuses requests from this network",
        "Add this service's addresses to the registry's firewall or allow list. The detail may name the address that the registry saw.";
    /// The server is not a registry.
    AnswerNotRegistry = "answer.not_registry", Address,
        "This is not a container registry",
        "Check the URL and the port. Enter the registry's API, which answers under /v2/, not its web page. If the registry is behind a path, include the path.";
    /// The server supports only version 1 of the registry API.
    AnswerV1Only = "answer.v1_only", Address,
        "This registry supports only version 1 of the API",
        "Upgrade the registry, or choose the registry type for version 1.";
    /// A response violates the protocol.
    AnswerMalformed = "answer.malformed", None,
        "The registry's response is malformed",
        "Try again. If it keeps happening, a proxy may be changing responses. Send the detail to the registry's administrator.";
    /// A response is larger than the limit.
    AnswerTooLarge = "answer.too_large", None,
        "The registry's response is too large",
        "Responses of this size aren't read. Send the detail to the registry's administrator.";
    /// A response is compressed although the request did not allow it.
    AnswerEncoded = "answer.encoded", None,
        "The registry sent a compressed response that wasn't requested",
        "Turn off compression for /v2/ in the proxy in front of the registry.";
    /// The connection is open, but the response did not arrive in time.
    AnswerTimeout = "answer.timeout", None,
        "The registry took too long to respond",
        "Try again. If it keeps happening, the registry is overloaded or a proxy is delaying its responses.";
    /// 401 without `WWW-Authenticate`.
    ChallengeMissing = "challenge.missing", None,
        "The registry requires a login but doesn't say how",
        "The 401 response has no WWW-Authenticate header. A proxy in front of the registry may be removing it.";
    /// No challenge is supported.
    ChallengeUnsupported = "challenge.unsupported", None,
        "The registry requires an unsupported kind of login",
        "Basic and Bearer logins are supported. Configure the registry to offer one of them, or choose another sign-in method here.";
    /// The token service is not trusted for the registry.
    RealmNotTrusted = "realm.not_trusted", TrustedAuthHosts,
        "The registry uses a token service on another host",
        "If the token service belongs to the registry, add it to the connection's trusted sign-in hosts. Your credentials are then sent there.";
    /// A page link leads to another origin.
    LinkNotAllowed = "link.not_allowed", None,
        "A listing continues on another host",
        "The registry's Link header must point to its own host. A proxy may be passing a wrong host or scheme to the registry (Host, X-Forwarded-Proto).";
    /// A redirect leads to a URL that is not allowed.
    RedirectNotAllowed = "redirect.not_allowed", Address,
        "The registry redirects to a URL that isn't allowed",
        "If that URL is your registry, enter it here. Use HTTPS.";
    /// Username or password, or token, is wrong.
    AuthRejected = "auth.rejected", Secret,
        "The registry rejected the username or password",
        "Check the username, then enter the password or token again. It may be wrong, revoked, or expired.";
    /// The credentials have expired.
    AuthExpired = "auth.expired", EndingSecret,
        "The password or token has expired",
        "Create a new token at the registry and enter it here.";
    /// The account is locked.
    AuthLocked = "auth.locked", Secret,
        "The account is locked",
        "There were too many failed logins, or the account is disabled. Wait, or unlock it at the registry, then try again.";
    /// The credentials do not allow pulling.
    PermissionPullMissing = "permission.pull_missing", Image,
        "These credentials can't pull this image",
        "Give the user or token permission to pull (read) this repository. Also check that the repository exists: registries often hide what a user can't see.";
    /// The credentials do not allow pushing.
    PermissionPushMissing = "permission.push_missing", Image,
        "These credentials can't push to this repository",
        "Give the user or token permission to push (write) to this repository. At some registries, the repository must exist first.";
    /// The credentials do not allow listing repositories.
    PermissionCatalogMissing = "permission.catalog_missing", Secret,
        "These credentials can't list repositories",
        "Enter an image to test with, or give the user or token permission to list repositories. Many registries reserve it for administrators.";
    /// The check needs an image.
    ImageRequired = "image.required", Image,
        "Enter an image to test with",
        "Enter an image, like name:tag, that these credentials can pull.";
    /// There is no such image, or it is hidden.
    ImageUnknown = "image.unknown", Image,
        "The registry doesn't have this image",
        "Check the repository and the tag. If both exist, these credentials may not be allowed to see them: registries often hide what a user can't see.";
    /// The manifest's format is not supported.
    ManifestUnsupported = "manifest.unsupported", Image,
        "The image's format isn't supported",
        "Use an image with an OCI or Docker version 2 manifest. To convert it, pull it and push it again with a current client.";
    /// Content does not match its digest.
    DigestMismatch = "digest.mismatch", Image,
        "The content doesn't match its digest",
        "The image is damaged, or a proxy changes it. Push it again. If it keeps happening, check the registry's storage.";
    /// Too many requests.
    RateLimited = "rate.limited", None,
        "The registry's rate limit is reached",
        "Wait, then try again. Signed-in users usually have a higher limit.";
    /// The registry failed.
    ServerError = "server.error", None,
        "The registry has an internal error",
        "Try again later, or check the registry's log.";
    /// The registry's address is not known.
    EndpointUnresolved = "endpoint.unresolved", AddressPart,
        "The registry's URL isn't known",
        "Fill in the missing part, such as the account ID.";
    /// The runtime does not block private networks.
    NetworksNotBlocked = "config.networks_not_blocked", None,
        "This service is not protected from private networks",
        "The operator must start it with a runtime configuration that blocks private networks (block_networks), or set the variable networks to platform if the platform blocks them.";
    /// The whole check took too long.
    DeadlineExceeded = "deadline.exceeded", None,
        "The check took too long",
        "Try again. If it keeps happening, the registry is too slow for a check of 10 seconds.";
}

impl Code {
    /// Returns the form's field to fix.
    pub(crate) fn field_of(self, spec: &ConnectionSpec) -> Option<String> {
        self.field().path(spec)
    }

    /// Tells whether the credentials themselves were refused.
    pub(crate) fn is_rejection(self) -> bool {
        matches!(
            self,
            Self::AuthRejected | Self::AuthExpired | Self::AuthLocked
        )
    }

    /// Tells whether a firewall in front of the registry is a usual cause.
    pub(crate) fn may_be_a_firewall(self) -> bool {
        matches!(
            self,
            Self::ConnectRefused
                | Self::ConnectTimeout
                | Self::NetworkDenied
                | Self::AnswerNotRegistry
                | Self::AnswerTimeout
        )
    }

    /// Tells whether it is about the way to the registry, not about what the registry answers.
    pub(crate) fn is_about_the_way(self) -> bool {
        matches!(
            self,
            Self::DnsNotFound
                | Self::ConnectRefused
                | Self::ConnectTimeout
                | Self::TlsFailed
                | Self::TlsCertificate
                | Self::TlsPlainHttp
        )
    }

    /// Returns the title if the token service failed and not the registry; `None` if the code does not apply to it.
    pub(crate) fn title_at_token_service(self) -> Option<&'static str> {
        Some(match self {
            Self::DnsNotFound => "We can't find the token service's host (DNS)",
            Self::AddressNotAllowed => "The token service's address is not allowed",
            Self::ConnectRefused => "Nothing answers on the token service's port",
            Self::ConnectTimeout => "The connection to the token service timed out",
            Self::TlsFailed => "The TLS connection to the token service failed",
            Self::TlsCertificate => "The token service's certificate is not trusted",
            Self::NetworkDenied => "The token service refuses requests from this network",
            Self::AnswerMalformed => "The token service's response is malformed",
            Self::AnswerTooLarge => "The token service's response is too large",
            Self::AnswerEncoded => {
                "The token service sent a compressed response that wasn't requested"
            }
            Self::AnswerTimeout => "The token service took too long to respond",
            Self::RedirectNotAllowed => "The token service redirects to a URL that isn't allowed",
            Self::RateLimited => "The token service's rate limit is reached",
            Self::ServerError => "The token service has an internal error",
            _ => return None,
        })
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Code {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        Self::ALL
            .iter()
            .copied()
            .find(|code| code.as_str() == text)
            .ok_or(UnknownCode)
    }
}

/// The error for a text that is not a problem code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown problem code")]
pub struct UnknownCode;

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use bowline::provider::providers;

    use super::*;

    #[test]
    fn every_code_is_told_in_full_sentences() {
        assert_eq!(Code::ALL.len(), 35, "docs/check.md lists them");
        for code in Code::ALL {
            let (area, name) = code.as_str().split_once('.').expect("dotted");
            assert!(
                area.bytes()
                    .chain(name.bytes())
                    .all(|b| b.is_ascii_lowercase() || b == b'_' || b == b'1')
            );
            assert!(
                !code.title().ends_with('.'),
                "{code}: a title is no sentence with a full stop"
            );
            for provider in providers() {
                for auth in provider.auth {
                    let hint = code.hint_for(provider.id, auth.id);
                    assert!(
                        hint.ends_with('.'),
                        "{code} {} {}: {hint}",
                        provider.id,
                        auth.id
                    );
                }
            }
            assert_eq!(code.as_str().parse(), Ok(*code));
        }
    }

    #[test]
    fn a_problem_survives_json() {
        let problem = Problem {
            code: Code::AuthRejected,
            title: "a".into(),
            detail: "b".into(),
            hint: "c".into(),
            field: Some("values.password".into()),
        };
        let json = serde_json::to_value(&problem).unwrap();
        assert_eq!(json["code"], "auth.rejected");
        assert_eq!(serde_json::from_value::<Problem>(json).unwrap(), problem);
        assert!(serde_json::from_str::<Code>("\"auth.unheard_of\"").is_err());
    }
}
