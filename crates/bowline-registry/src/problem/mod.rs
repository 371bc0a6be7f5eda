//! The problems of connections: one table of codes, titles, hints and fields.

use std::{fmt, str::FromStr};

use bowline::{form::ConnectionSpec, provider::Field as FormField};
use serde::{Deserialize, Serialize};

/// The reason why a check or a listing failed, with what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "CheckProblem"))]
pub struct Problem {
    /// The stable code.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub code: Code,
    /// The title, a few words.
    pub title: String,
    /// The observation of this time. It holds no secret, and nothing that a server said before it proved to be a registry.
    pub detail: String,
    /// The advice.
    pub hint: String,
    /// The form's field to look at: `values.url`, `values.password`, `image`, …
    pub field: Option<String>,
}

/// A failure where it was met; [`Failure::explain`] makes a [`Problem`] of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) code: Code,
    pub(crate) detail: String,
    /// The form's field, where it is another than the code's own.
    pub(crate) field: Option<&'static str>,
    /// What to do about it, where that is nothing in the form.
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
    /// The registry's address, where that was typed. One that the vendor has given is not the customer's to fix.
    Address,
    /// What the address lacks.
    AddressPart,
    /// The first secret of the auth method; the auth method itself where it has none.
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

            /// The code as it is written: `auth.rejected`.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $id,)* }
            }

            /// The title, a few words.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// The advice for any registry.
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
        "The registry's name is unknown",
        "Check the spelling of the registry's address. A name that only resolves inside your network cannot be reached from here.";
    /// The guard or the runtime does not allow this address.
    AddressNotAllowed = "address.not_allowed", Address,
        "This address is not allowed",
        "Use the registry's public name and HTTPS. Private addresses and plain HTTP work only for hosts that your administrator has allowed.";
    /// Nothing listens on this port.
    ConnectRefused = "connect.refused", Address,
        "The registry's port does not answer",
        "Check the port (HTTPS is 443 unless the address says otherwise, many registries use 5000) and that the registry is running.";
    /// No connection came about in time.
    ConnectTimeout = "connect.timeout", Address,
        "The registry could not be reached in time",
        "Check the port, and that a firewall does not drop connections from this service.";
    /// The TLS handshake failed; the runtime does not say why.
    TlsFailed = "tls.failed", Address,
        "No secure connection could be made",
        "The usual causes: a certificate that is self-signed or from a private authority, expired, or for another name, a server that asks for a client certificate, which connections do not have, or one that is too old for TLS 1.2. Your administrator can add a private authority.";
    /// The certificate was not accepted.
    TlsCertificate = "tls.certificate", Address,
        "The registry's certificate is not trusted",
        "The certificate is self-signed or from a private authority, expired, or for another name. Your administrator can add a private authority.";
    /// The https port speaks plain HTTP.
    TlsPlainHttp = "tls.plain_http", Address,
        "The registry answers without HTTPS",
        "Give the registry a certificate, or use the port on which it speaks HTTPS. Plain HTTP sends the password in clear; http:// works only for hosts that your administrator has allowed.";
    /// The http port speaks HTTPS.
    TlsExpected = "tls.expected", Address,
        "This port speaks HTTPS",
        "Begin the address with https:// in place of http://.";
    /// The registry lets in no requests from this network.
    NetworkDenied = "network.denied", None,
        "The registry refuses requests from this network",
        "Allow the addresses of this service in the registry's firewall or allow list. The detail may name the address that it saw.";
    /// What answers is no registry.
    AnswerNotRegistry = "answer.not_registry", Address,
        "This is not a container registry",
        "Check the address and the port: it must be that of the registry's API, which answers under /v2/, not that of its web page. A registry behind a path needs that path in the address.";
    /// Only the first version of the registry API answers.
    AnswerV1Only = "answer.v1_only", Address,
        "This registry speaks only the old version 1 of the API",
        "Upgrade the registry, or choose the registry type for version 1.";
    /// An answer breaks the protocol.
    AnswerMalformed = "answer.malformed", None,
        "The registry's answer makes no sense",
        "Try again. If it stays, a proxy in between may change answers; tell the registry's administrator what the detail says.";
    /// An answer is larger than it may be.
    AnswerTooLarge = "answer.too_large", None,
        "The registry's answer is too large",
        "Tell the registry's administrator what the detail says; an answer of this size is not read.";
    /// An answer is compressed though that was not asked for.
    AnswerEncoded = "answer.encoded", None,
        "The registry compresses its answers though it was asked not to",
        "Switch off compression for /v2/ in the proxy in front of the registry.";
    /// The connection stood, and the answer did not come in time.
    AnswerTimeout = "answer.timeout", None,
        "The registry took too long to answer",
        "Try again. If it stays, the registry is overloaded, or a proxy in between holds the answer back.";
    /// 401 without `WWW-Authenticate`.
    ChallengeMissing = "challenge.missing", None,
        "The registry asks for a login but does not say how",
        "The answer with status 401 lacks the header WWW-Authenticate; a proxy in front of the registry may strip it.";
    /// No challenge that this service can answer.
    ChallengeUnsupported = "challenge.unsupported", None,
        "The registry asks for a login of a kind that is not supported",
        "Basic and Bearer logins work. Let the registry offer one of them, and another auth method here if it offers both.";
    /// The token service is not known to belong to the registry.
    RealmNotTrusted = "realm.not_trusted", TrustedAuthHosts,
        "The registry sends logins to another host",
        "If that token service belongs to the registry, add it to the trusted hosts of this connection; then the username and password are sent there.";
    /// A page link leads to another origin.
    LinkNotAllowed = "link.not_allowed", None,
        "A listing continues on another host",
        "The Link header of the registry must stay on its own host; a proxy may pass a wrong host name or scheme to the registry (Host, X-Forwarded-Proto).";
    /// A redirect leads where none may.
    RedirectNotAllowed = "redirect.not_allowed", Address,
        "The registry redirects to where it must not",
        "Use the address that it redirects to, if that is your registry, and HTTPS.";
    /// Username or password, or token, is wrong.
    AuthRejected = "auth.rejected", Secret,
        "The registry rejected the username or password",
        "Verify the username, and enter the password or token again: it may be wrong, revoked or expired.";
    /// The credentials have expired.
    AuthExpired = "auth.expired", EndingSecret,
        "The password or token has expired",
        "Make a new token at the registry and enter it here.";
    /// The account is locked.
    AuthLocked = "auth.locked", Secret,
        "The account is locked",
        "There were too many failed logins, or the account is disabled. Wait, or unlock it at the registry, before you try again.";
    /// The credentials do not allow pulling.
    PermissionPullMissing = "permission.pull_missing", Image,
        "The login may not pull this image",
        "Give the user or token the right to pull (read) this repository, and check that the repository exists: registries often hide what a user may not see.";
    /// The credentials do not allow pushing.
    PermissionPushMissing = "permission.push_missing", Image,
        "The login may not push to this repository",
        "Give the user or token the right to push (write) to this repository; with some registries it must exist first.";
    /// The credentials do not allow listing repositories.
    PermissionCatalogMissing = "permission.catalog_missing", Secret,
        "The login may not list the registry's repositories",
        "Name a repository, or give the user or token the right to list the catalog; many registries keep that for administrators.";
    /// Only an image can tell.
    ImageRequired = "image.required", Image,
        "Name an image to test with",
        "Enter an image as name:tag that this login may pull.";
    /// There is no such image, or it is hidden.
    ImageUnknown = "image.unknown", Image,
        "The registry does not know this image",
        "Check the repository and the tag. The repository must exist and hold the tag, and registries often hide what a user may not see. A tag has up to 128 letters, digits, dots, dashes and underscores.";
    /// The manifest is of a kind that cannot be read.
    ManifestUnsupported = "manifest.unsupported", Image,
        "The image has a format that is not supported",
        "Use an image with a Docker version 2 or OCI manifest: pull it and push it again with a current client.";
    /// Content does not match its digest.
    DigestMismatch = "digest.mismatch", Image,
        "The registry sent something else than its digest says",
        "The image is damaged, or a proxy changes it. Push it again; if it stays, check the registry's storage.";
    /// Too many requests.
    RateLimited = "rate.limited", None,
        "The registry has had too many requests",
        "Wait and try again. A login usually has a higher limit than none.";
    /// The registry failed.
    ServerError = "server.error", None,
        "The registry failed",
        "Try again later, or look into the registry's log.";
    /// The registry's address cannot be told.
    EndpointUnresolved = "endpoint.unresolved", AddressPart,
        "The registry's address is not known",
        "Fill in what the address is made of, such as the account id.";
    /// The runtime would let requests into private networks.
    NetworksNotBlocked = "config.networks_not_blocked", None,
        "This service is not protected from private networks",
        "The operator must start it with the runtime configuration that blocks private networks (block_networks), or say that the platform keeps it away from them (networks).";
    /// The whole check took too long.
    DeadlineExceeded = "deadline.exceeded", None,
        "The check took too long",
        "Try again. If it stays, the registry answers too slowly for a check of 10 seconds.";
}

impl Code {
    /// The form's field where it is to be fixed.
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

    /// The title where the token service, not the registry, has failed; `None` for what is not that service's failure.
    pub(crate) fn title_at_token_service(self) -> Option<&'static str> {
        Some(match self {
            Self::DnsNotFound => "The token service's name is unknown",
            Self::AddressNotAllowed => "The token service's address is not allowed",
            Self::ConnectRefused => "The token service's port does not answer",
            Self::ConnectTimeout => "The token service could not be reached in time",
            Self::TlsFailed => "No secure connection to the token service could be made",
            Self::TlsCertificate => "The token service's certificate is not trusted",
            Self::NetworkDenied => "The token service refuses requests from this network",
            Self::AnswerMalformed => "The token service's answer makes no sense",
            Self::AnswerTooLarge => "The token service's answer is too large",
            Self::AnswerEncoded => {
                "The token service compresses its answers though it was asked not to"
            }
            Self::AnswerTimeout => "The token service took too long to answer",
            Self::RedirectNotAllowed => "The token service redirects to where it must not",
            Self::RateLimited => "The token service has had too many requests",
            Self::ServerError => "The token service failed",
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

/// A text that is no problem code.
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
