//! The error object of the distribution specification: `{"errors":[{"code":"DENIED","message":"…"}]}`.
//!
//! Registries send it with various statuses, such as 400 for a wrong login or 405 for an unknown name. Its code
//! therefore says more than the status.

use serde::Deserialize;

use crate::json::{self, List};

/// What an error object says, by the first of its codes that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OciError {
    /// There is no login, or it is wrong.
    Unauthorized,
    /// The login may not do this, or a policy of the registry refuses it to everybody.
    Denied,
    /// Requests from this network are refused for everybody.
    NetworkDenied,
    /// There were too many requests.
    TooManyRequests,
    /// There is no such repository, tag or content, or can be none.
    NotFound,
    /// The registry does not offer what was asked for.
    Unsupported,
    /// A code that is not known, or the one for errors without a code.
    Other,
}

#[derive(Deserialize)]
struct Body {
    #[serde(default, deserialize_with = "json::lenient")]
    errors: Option<List<Entry>>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default, deserialize_with = "json::lenient")]
    code: Option<String>,
    #[serde(default, deserialize_with = "json::lenient")]
    message: Option<String>,
}

impl OciError {
    /// Parses the error object of a body; `None` if there is none, or if none of its errors has a code.
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        let body: Body = json::from_slice(body).ok()?;
        let errors = body.errors?.0;
        let read = errors.iter().filter_map(|error| {
            let code = error.code.as_deref().filter(|code| !code.is_empty())?;
            Some(Self::of(code, error.message.as_deref().unwrap_or_default()))
        });
        read.reduce(|first, next| match first {
            Self::Other => next,
            known => known,
        })
    }

    /// Returns true if it does not depend on the caller and only says that the registry does not have this path.
    pub(crate) fn is_about_the_path(self) -> bool {
        matches!(self, Self::NotFound | Self::Unsupported | Self::Other)
    }

    fn of(code: &str, message: &str) -> Self {
        let letters = code.chars().filter(char::is_ascii_alphanumeric);
        let code = letters.collect::<String>().to_ascii_uppercase();
        let by_code = match code.as_str() {
            "UNAUTHORIZED" | "UNAUTHENTICATED" => Self::Unauthorized,
            "DENIED" | "FORBIDDEN" | "ACCESSDENIED" | "PERMISSIONDENIED" => Self::Denied,
            "TOOMANYREQUESTS" | "RATELIMITEXCEEDED" | "RATELIMITED" => Self::TooManyRequests,
            "NAMEINVALID"
            | "NAMEUNKNOWN"
            | "MANIFESTUNKNOWN"
            | "MANIFESTBLOBUNKNOWN"
            | "BLOBUNKNOWN"
            | "TAGINVALID"
            | "DIGESTINVALID"
            | "NOTFOUND"
            | "PROJECTUNKNOWN"
            | "REPOSITORYNOTFOUND" => Self::NotFound,
            "UNSUPPORTED" | "NOTIMPLEMENTED" | "METHODNOTALLOWED" | "MANIFESTINVALID"
            | "MANIFESTUNVERIFIED" => Self::Unsupported,
            code if names_policy(code) => Self::Denied,
            _ => Self::Other,
        };
        match by_code {
            Self::Unauthorized | Self::Denied | Self::Other if names_network(message) => {
                Self::NetworkDenied
            }
            Self::Other if names_policy(message) => Self::Denied,
            by_code => by_code,
        }
    }
}

/// Tells whether a registry's words say that it refuses the address or the network that a request comes from.
///
/// The words are those of Azure Container Registry's firewall, GitHub's allow list, Google's VPC Service Controls and
/// JFrog's and Quay's allow lists.
pub(crate) fn names_network(words: &str) -> bool {
    const WORDS: [&str; 11] = [
        "client with ip",
        "ip address is not",
        "your ip",
        "source ip",
        "ip allow list",
        "ip allowlist",
        "ip not allowed",
        "ip restriction",
        "firewall",
        "vpcservicecontrols",
        "public network access",
    ];
    let words = words.to_ascii_lowercase();
    WORDS.iter().any(|word| words.contains(word))
}

/// Returns true if a code or message says that a policy refuses an image: because of scan findings, quarantine, or the
/// origin of the request.
pub(crate) fn names_policy(words: &str) -> bool {
    const WORDS: [&str; 6] = [
        "policy",
        "vulnerab",
        "quarantin",
        "blocked",
        "legal reasons",
        "violation",
    ];
    let words = words.to_ascii_lowercase();
    WORDS.iter().any(|word| words.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_says_what_is_wrong_and_the_message_what_the_code_does_not() {
        use OciError::*;
        let cases = [
            (
                r#"{"errors":[{"code":"UNAUTHORIZED"}]}"#,
                Some(Unauthorized),
            ),
            (
                r#"{"errors":[{"code":"unauthorized"}]}"#,
                Some(Unauthorized),
            ),
            (
                r#"{"errors":[{"code":"TOO_MANY_REQUESTS"}]}"#,
                Some(TooManyRequests),
            ),
            (
                r#"{"errors":[{"code":"MANIFEST_UNKNOWN"}]}"#,
                Some(NotFound),
            ),
            (
                r#"{"errors":[{"code":"NAME_INVALID","message":"policy"}]}"#,
                Some(NotFound),
            ),
            (r#"{"errors":[{"code":"UNSUPPORTED"}]}"#, Some(Unsupported)),
            (
                r#"{"errors":[{"code":"PROJECTPOLICYVIOLATION"}]}"#,
                Some(Denied),
            ),
            (
                r#"{"errors":[{"code":"UNKNOWN","message":"the image has vulnerabilities"}]}"#,
                Some(Denied),
            ),
            (
                r#"{"errors":[{"code":"DENIED","message":"client with IP '192.0.2.1' is not allowed access"}]}"#,
                Some(NetworkDenied),
            ),
            (r#"{"errors":[{"code":"UNKNOWN"}]}"#, Some(Other)),
            (
                r#"{"errors":[{"code":"UNKNOWN"},null,{"code":"DENIED"},{"code":"UNSUPPORTED"}]}"#,
                Some(Denied),
            ),
            (r#"{"errors":[{"status":404,"message":"m"}]}"#, None),
            (r#"{"errors":[{"code":9109,"message":"m"}]}"#, None),
            (r#"{"errors":[]}"#, None),
            (r#"{"errors":"DENIED"}"#, None),
            (r#"{"message":"DENIED"}"#, None),
            ("<html>", None),
        ];
        for (body, expected) in cases {
            assert_eq!(OciError::read(body.as_bytes()), expected, "{body}");
        }
    }
}
