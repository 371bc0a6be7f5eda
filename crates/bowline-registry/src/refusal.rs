//! Interprets a registry's error response, by its error object and its status.

use http::HeaderMap;

use crate::{
    challenge,
    oci_error::{self, OciError},
    problem::{Code, Failure},
    registry::Registry,
    transport::Response,
    world::World,
};

/// What the refusals of a registry are called; that depends on what was asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refusals {
    /// The login may not have it.
    pub(crate) denied: Code,
    /// It is not there.
    pub(crate) unknown: Code,
    /// The registry does not offer it.
    pub(crate) unsupported: Code,
}

impl Refusals {
    /// Reading an image.
    pub(crate) const PULL: Self = Self {
        denied: Code::PermissionPullMissing,
        unknown: Code::ImageUnknown,
        unsupported: Code::ManifestUnsupported,
    };
    /// Changing an image.
    pub(crate) const PUSH: Self = Self {
        denied: Code::PermissionPushMissing,
        unknown: Code::ImageUnknown,
        unsupported: Code::PermissionPushMissing,
    };
    /// Listing what there is. A registry that has no listing is like one that keeps it from this login.
    pub(crate) const LISTING: Self = Self {
        denied: Code::PermissionCatalogMissing,
        unknown: Code::PermissionCatalogMissing,
        unsupported: Code::PermissionCatalogMissing,
    };
    /// Listing the tags of a repository.
    pub(crate) const TAGS: Self = Self {
        denied: Code::PermissionPullMissing,
        unknown: Code::ImageUnknown,
        unsupported: Code::PermissionCatalogMissing,
    };
    /// Asking a token service for a token.
    pub(crate) const TOKEN: Self = Self {
        denied: Code::AuthRejected,
        unknown: Code::AnswerMalformed,
        unsupported: Code::AnswerMalformed,
    };
    /// Logging in.
    pub(crate) const LOGIN: Self = Self {
        denied: Code::AuthRejected,
        unknown: Code::AuthRejected,
        unsupported: Code::AuthRejected,
    };
}

/// What an error answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    /// The reason in the error object.
    Object(OciError),
    /// The server failed.
    Failed,
    /// Nothing that makes sense for what was asked.
    Nonsense,
}

impl<W: World> Registry<'_, W> {
    /// What an answer with an error status means for something that was read with a login.
    pub(crate) fn refusal(&self, answer: &Response, what: &str, refusals: Refusals) -> Failure {
        let code = match self.said(answer) {
            Said::Object(OciError::Unauthorized) => {
                if self.has_credentials() && !self.tokens.are_proven() {
                    return self.rejection(answer);
                }
                match is_token_refused(&answer.headers) {
                    true if self.transport.credentials_have_ended() => Code::AuthExpired,
                    true => Code::AuthRejected,
                    false => refusals.denied,
                }
            }
            Said::Object(OciError::Denied) if self.says_login_ended(answer) => Code::AuthExpired,
            Said::Object(OciError::Denied) => refusals.denied,
            Said::Object(OciError::NetworkDenied) => Code::NetworkDenied,
            Said::Object(OciError::TooManyRequests) => Code::RateLimited,
            Said::Object(OciError::NotFound) => refusals.unknown,
            Said::Object(OciError::Unsupported) => refusals.unsupported,
            Said::Object(OciError::Other) | Said::Failed => Code::ServerError,
            Said::Nonsense => Code::AnswerMalformed,
        };
        Failure::new(code, format!("{what}: {}", self.transport.seen(answer)))
    }

    /// Returns true if a registry says that the login's token has expired, as Amazon ECR does with status 403.
    fn says_login_ended(&self, answer: &Response) -> bool {
        let words = self.transport.error(answer).unwrap_or_default();
        let words = words.to_ascii_lowercase();
        self.has_credentials() && words.contains("token has expired")
    }

    /// Interprets an error response: by its error object, or else by its message and its status.
    fn said(&self, answer: &Response) -> Said {
        let object = OciError::read(&answer.body);
        match object {
            Some(OciError::Other) | None => {}
            Some(known) => return Said::Object(known),
        }
        let status = answer.status.as_u16();
        let words = self.transport.error(answer).unwrap_or_default();
        let by_words = match status {
            401 | 403 if oci_error::names_network(&words) => Some(OciError::NetworkDenied),
            400..=499 if oci_error::names_policy(&words) => Some(OciError::Denied),
            _ => None,
        };
        let by_status = || match status {
            401 => Some(OciError::Unauthorized),
            // 402 and on: a subscription, a quota, a policy or the law keeps this one from being read.
            403 | 402 | 409 | 412 | 423 | 428 | 451 => Some(OciError::Denied),
            404 | 410 => Some(OciError::NotFound),
            406 | 415 => Some(OciError::Unsupported),
            429 => Some(OciError::TooManyRequests),
            _ => None,
        };
        match by_words.or_else(by_status) {
            Some(known) => Said::Object(known),
            None if matches!(status, 408 | 500..) => Said::Failed,
            None => object.map_or(Said::Nonsense, Said::Object),
        }
    }
}

/// Tells whether the registry does not take the token at all, which says nothing about permissions.
fn is_token_refused(headers: &HeaderMap) -> bool {
    challenge::challenges(headers)
        .iter()
        .any(|challenge| challenge.parameter("error") == Some("invalid_token"))
}
