//! Sign-in to the page with OpenID Connect: the operator's identity provider, for the page.

use http::StatusCode;
use serde_json::json;
use url::{Host, Url};

/// The path of this document.
pub(crate) const PATH: &str = "/sign-in.json";

/// The default scope (OpenID Connect Core 1.0, §3.1.2.1).
const SCOPE: &str = "openid";

/// The operator's variables for signing in to the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SignIn {
    /// With a pasted token or a link.
    Token,
    /// With an identity provider, too.
    Provider(IdentityProvider),
    /// A variable is invalid.
    Invalid {
        variable: &'static str,
        reason: &'static str,
    },
}

/// An OpenID Connect provider, and the page's client id there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IdentityProvider {
    issuer: String,
    origin: String,
    client_id: String,
    scope: String,
}

impl SignIn {
    /// Parses the variables. Without an issuer, there is no identity provider.
    pub(crate) fn parse(issuer: &str, client_id: &str, scope: &str) -> Self {
        if issuer.is_empty() && client_id.is_empty() {
            return Self::Token;
        }
        let invalid = |variable, reason| Self::Invalid { variable, reason };
        let Some(origin) = origin_of(issuer) else {
            let reason = "it must be an https URL without a query or a fragment";
            return invalid("oidc_issuer", reason);
        };
        if client_id.is_empty() {
            return invalid("oidc_client_id", "it is missing");
        }
        let scope = if scope.is_empty() { SCOPE } else { scope };
        if !scope.split(' ').any(|one| one == SCOPE) {
            return invalid("oidc_scope", "it must include openid");
        }
        Self::Provider(IdentityProvider {
            issuer: issuer.to_owned(),
            origin,
            client_id: client_id.to_owned(),
            scope: scope.to_owned(),
        })
    }

    /// Returns the origin that the page requests tokens from, if any.
    pub(crate) fn origin(&self) -> Option<&str> {
        match self {
            Self::Provider(provider) => Some(&provider.origin),
            Self::Token | Self::Invalid { .. } => None,
        }
    }

    /// Returns the status, content type, and body of the document.
    pub(crate) fn answer(&self) -> (StatusCode, &'static str, String) {
        let oidc = match self {
            Self::Token => json!(null),
            Self::Provider(IdentityProvider {
                issuer,
                client_id,
                scope,
                ..
            }) => json!({ "issuer": issuer, "clientId": client_id, "scope": scope }),
            Self::Invalid { variable, reason } => {
                let problem = json!({
                    "title": "The service is not configured",
                    "status": 503,
                    "code": format!("config.{variable}"),
                    "detail": format!("The operator's variable {variable}: {reason}."),
                });
                let status = StatusCode::SERVICE_UNAVAILABLE;
                return (status, "application/problem+json", problem.to_string());
            }
        };
        let told = json!({ "oidc": oidc }).to_string();
        (StatusCode::OK, "application/json", told)
    }
}

/// The origin of an issuer: https without query and fragment (OpenID Connect Discovery 1.0, §3), or http on this
/// machine. It appears in the content security policy, so its host contains no character that ends a source or a
/// directive there.
fn origin_of(issuer: &str) -> Option<String> {
    let url = Url::parse(issuer).ok()?;
    let is_local = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    let is_plain_name =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    let is_issuer = (url.scheme() == "https" || (url.scheme() == "http" && is_local))
        && url.host_str()?.chars().all(is_plain_name)
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    is_issuer.then(|| url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_https_or_on_this_machine() {
        let cases = [
            (
                "https://login.example.com",
                Some("https://login.example.com"),
            ),
            (
                "https://login.example.com:8443/realms/acme",
                Some("https://login.example.com:8443"),
            ),
            ("http://127.0.0.1:5556/dex", Some("http://127.0.0.1:5556")),
            ("http://localhost:8080", Some("http://localhost:8080")),
            ("http://login.example.com", None),
            ("https://login.example.com/?x=1", None),
            ("https://login.example.com/#x", None),
            ("https://anna@login.example.com", None),
            ("https://a;script-src.example.com", None),
            ("login.example.com", None),
            ("", None),
        ];
        for (issuer, origin) in cases {
            let sign_in = SignIn::parse(issuer, "bowline", "");
            assert_eq!(sign_in.origin(), origin, "{issuer}");
        }
    }

    #[test]
    fn the_page_is_told_the_client_or_which_variable_is_wrong() {
        let cases = [
            (("", "", ""), StatusCode::OK, r#"{"oidc":null}"#),
            (
                ("https://login.example.com/", "bowline", ""),
                StatusCode::OK,
                r#"{"oidc":{"clientId":"bowline","issuer":"https://login.example.com/","scope":"openid"}}"#,
            ),
            (
                ("https://login.example.com", "bowline", "openid registries"),
                StatusCode::OK,
                r#"{"oidc":{"clientId":"bowline","issuer":"https://login.example.com","scope":"openid registries"}}"#,
            ),
            (
                ("", "bowline", ""),
                StatusCode::SERVICE_UNAVAILABLE,
                "config.oidc_issuer",
            ),
            (
                ("https://login.example.com", "", ""),
                StatusCode::SERVICE_UNAVAILABLE,
                "config.oidc_client_id",
            ),
            (
                ("https://login.example.com", "bowline", "profile"),
                StatusCode::SERVICE_UNAVAILABLE,
                "config.oidc_scope",
            ),
        ];
        for ((issuer, client_id, scope), status, told) in cases {
            let (found, _, body) = SignIn::parse(issuer, client_id, scope).answer();
            assert_eq!(found, status, "{issuer} {client_id}");
            assert!(body.contains(told), "{body}");
        }
    }
}
