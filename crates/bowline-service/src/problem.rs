//! Problems (RFC 9457): the responses to failed requests, from one table.

use std::fmt;

use bowline::form::Report;
use bowline_registry::Code;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use serde_json::{Map, Value};

/// Makes the table: one row is one failure, with its code, status, title and what it usually means.
macro_rules! failures {
    ($($(#[doc = $doc:literal])+ $variant:ident = $code:literal, $status:ident, $title:literal, $detail:literal;)+) => {
        /// Why a request failed. The meaning of a code never changes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ProblemType {
            $($(#[doc = $doc])+ $variant,)+
            /// A variable of the operator is missing or invalid: `config.<name>`.
            Config(&'static str),
            /// A request to a registry failed because of the connection: the code of a check.
            RegistryRefused(Code),
            /// A request to a registry failed for a reason unrelated to the connection: the code of a check.
            RegistryFailed(Code),
        }

        impl ProblemType {
            /// Every row of the table. It does not contain `config.<name>`, which has the names of variables, or the
            /// codes of checks.
            pub const TABLE: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable, dotted code.
            pub fn code(self) -> String {
                match self {
                    $(Self::$variant => $code.to_owned(),)+
                    Self::Config(name) => format!("config.{name}"),
                    Self::RegistryRefused(code) | Self::RegistryFailed(code) => code.to_string(),
                }
            }

            /// The HTTP status.
            pub fn status(self) -> StatusCode {
                match self {
                    $(Self::$variant => StatusCode::$status,)+
                    Self::Config(_) => StatusCode::SERVICE_UNAVAILABLE,
                    Self::RegistryRefused(_) => StatusCode::UNPROCESSABLE_ENTITY,
                    Self::RegistryFailed(_) => StatusCode::BAD_GATEWAY,
                }
            }

            /// The title: the failure in a few words.
            pub fn title(self) -> &'static str {
                match self {
                    $(Self::$variant => $title,)+
                    Self::Config(_) => "The service is not configured",
                    Self::RegistryRefused(code) | Self::RegistryFailed(code) => code.title(),
                }
            }

            /// The detail: the usual cause, and what helps.
            pub(crate) fn detail(self) -> String {
                match self {
                    $(Self::$variant => $detail.to_owned(),)+
                    Self::Config(name) => format!("The operator's variable {name} is missing or not valid."),
                    Self::RegistryRefused(code) | Self::RegistryFailed(code) => code.hint().to_owned(),
                }
            }
        }
    };
}

failures! {
    /// The form has errors. The member `findings` lists them.
    FormInvalid = "form.invalid", UNPROCESSABLE_ENTITY,
        "The form is not valid", "The findings name each field and what's wrong with it.";
    /// The check that the caller requested before saving failed. The member `check` is its result.
    CheckFailed = "check.failed", UNPROCESSABLE_ENTITY,
        "The connection test failed", "Nothing was saved. The check names the reason.";
    /// Another connection of the project has this name.
    NameTaken = "name.taken", CONFLICT,
        "The name is taken", "Another connection in this project has this name. Names aren't case-sensitive.";
    /// The project has a connection to this endpoint for this purpose.
    EndpointTaken = "endpoint.taken", CONFLICT,
        "This registry is already connected", "The project already has a connection to this endpoint for this purpose.";
    /// The new credentials have another endpoint.
    EndpointImmutable = "endpoint.immutable", CONFLICT,
        "A connection's endpoint can't be changed",
        "To move to another endpoint, create a connection there, move what uses this one, then delete this one.";
    /// The registry's endpoint is not known without the provider's API.
    EndpointUnresolved = "endpoint.unresolved", UNPROCESSABLE_ENTITY,
        "The registry's URL isn't known", "The form doesn't contain the registry's URL, and the provider's API didn't return it.";
    /// A pipeline uses the connection.
    ConnectionInUse = "connection.in_use", CONFLICT,
        "The connection is in use", "Something uses this connection. To delete it anyway, add ?force=true.";
    /// The connection has the maximum number of uses.
    UsesTooMany = "uses.too_many", CONFLICT,
        "The connection has too many uses", "A connection can have at most 100 uses at once. End some, or let them lapse.";
    /// The project has reached a quota. The members `quota` and `limit` name it.
    QuotaExceeded = "quota.exceeded", UNPROCESSABLE_ENTITY,
        "The project's limit is reached", "The operator limits what a project can have. Remove what you don't need, or ask for a higher limit.";
    /// Another scanner has the image, or its scan ended with another result.
    LeaseLost = "lease.lost", CONFLICT,
        "The lease is lost", "Another scanner has this image now, or its scan has ended. Discard the result.";
    /// The request has no token.
    AuthMissing = "auth.missing", UNAUTHORIZED,
        "Not signed in", "Send a token in the Authorization header, as Bearer.";
    /// The token is not valid.
    AuthInvalid = "auth.invalid", UNAUTHORIZED,
        "The token is not valid", "It is malformed, expired, not yet valid, or not signed for this service.";
    /// The issuer's keys are not available, so the token cannot be verified.
    AuthUnavailable = "auth.unavailable", SERVICE_UNAVAILABLE,
        "Tokens cannot be verified", "The issuer's keys couldn't be fetched. Try again in a moment.";
    /// The token is valid but lacks the permission.
    PermissionMissing = "permission.missing", FORBIDDEN,
        "Permission denied", "The token lacks a permission that this request needs.";
    /// No such route, project or connection for this caller.
    NotFound = "not_found", NOT_FOUND,
        "Not found", "It doesn't exist, or you don't have access to it.";
    /// A change without `If-Match`.
    PreconditionRequired = "precondition.required", PRECONDITION_REQUIRED,
        "If-Match is missing", "Send the ETag of the version you want to change in the If-Match header.";
    /// A change of an outdated version.
    PreconditionFailed = "precondition.failed", PRECONDITION_FAILED,
        "The connection has changed", "It was changed after you read it. Read it again, then repeat your change.";
    /// The body is not valid for the route.
    BodyMalformed = "body.malformed", BAD_REQUEST,
        "The body is malformed", "The body isn't the JSON that this route accepts.";
    /// A query parameter is not valid for the route.
    QueryMalformed = "query.malformed", BAD_REQUEST,
        "The query is malformed", "A query parameter is unknown or has an invalid value.";
    /// A body over the limit.
    BodyTooLarge = "body.too_large", PAYLOAD_TOO_LARGE,
        "The body is too large", "A body can have at most 1 MiB.";
    /// The route does not have this method.
    MethodNotAllowed = "method.not_allowed", METHOD_NOT_ALLOWED,
        "The method is not allowed", "The Allow header lists this route's methods.";
    /// The route cannot produce any type in `Accept`.
    AcceptUnsupported = "accept.unsupported", NOT_ACCEPTABLE,
        "The requested media type isn't available", "This route returns application/json. Checks can also return text/event-stream.";
    /// The route does not accept this `Content-Type`.
    MediaTypeUnsupported = "media_type.unsupported", UNSUPPORTED_MEDIA_TYPE,
        "The media type isn't supported", "Send the body as application/json.";
    /// The `Idempotency-Key` is not valid.
    IdempotencyKeyMalformed = "idempotency_key.malformed", BAD_REQUEST,
        "The Idempotency-Key is malformed", "Send one key of 1 to 255 visible ASCII characters, such as a UUID.";
    /// The `Idempotency-Key` was used with another body.
    IdempotencyKeyReused = "idempotency_key.reused", CONFLICT,
        "The Idempotency-Key was used for another request", "Send a new key with each new request.";
    /// The request with this `Idempotency-Key` is still running.
    IdempotencyKeyInProgress = "idempotency_key.in_progress", CONFLICT,
        "The request is still being processed", "To get its response, send it again after the time in the Retry-After header.";
    /// A rate limit is reached.
    RateLimited = "rate.limited", TOO_MANY_REQUESTS,
        "Too many requests",
        "You reached one of the operator's limits: checks a minute, requests to registries, validated bytes, notifications of a webhook, or queued scans. Wait as long as the Retry-After header says.";
    /// The database is locked.
    StoreBusy = "store.busy", SERVICE_UNAVAILABLE,
        "The database is busy", "Try again in a moment.";
    /// This build does not know the connection's provider.
    ProviderUnknown = "provider.unknown", SERVICE_UNAVAILABLE,
        "This version of the service doesn't know the connection's provider",
        "A newer version of the service saved this connection. It is listed here, but only that version can use it.";
    /// An internal error.
    Internal = "internal", INTERNAL_SERVER_ERROR,
        "Something went wrong", "The service's log has the reason under this request ID.";
}

/// The cause of an internal error, for the log and never for the caller. An extension of the response.
#[derive(Clone, Debug)]
pub struct Cause(pub String);

/// A failed request: its problem with details.
#[derive(Debug)]
pub struct Problem {
    failure: ProblemType,
    pub(crate) particulars: Box<Particulars>,
}

/// The particulars of a failure.
#[derive(Debug, Default)]
pub(crate) struct Particulars {
    pub(crate) title: Option<String>,
    pub(crate) detail: Option<String>,
    pub(crate) field: Option<&'static str>,
    pub(crate) members: Map<String, Value>,
    pub(crate) headers: HeaderMap,
    pub(crate) cause: Option<Cause>,
}

impl Problem {
    /// Replaces the title from the table.
    pub fn titled(mut self, title: impl Into<String>) -> Self {
        self.particulars.title = Some(title.into());
        self
    }

    /// Returns its own title, or the one from the table.
    pub fn title(&self) -> &str {
        let own = self.particulars.title.as_deref();
        own.unwrap_or_else(|| self.failure.title())
    }

    /// Replaces the detail from the table. It must not repeat a caller's secrets.
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.particulars.detail = Some(detail.into());
        self
    }

    /// Adds the field with the problem.
    pub fn field(mut self, field: &'static str) -> Self {
        self.particulars.field = Some(field);
        self
    }

    /// Adds a member to the document.
    pub fn member(mut self, name: &str, value: Value) -> Self {
        self.particulars.members.insert(name.to_owned(), value);
        self
    }

    /// Adds a header to the response.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.particulars.headers.append(name, value);
        self
    }

    /// Returns 405 with the allowed methods.
    pub fn method_not_allowed(allowed: &[Method]) -> Self {
        let allowed: Vec<&str> = allowed.iter().map(Method::as_str).collect();
        let problem = Self::from(ProblemType::MethodNotAllowed);
        match HeaderValue::from_str(&allowed.join(", ")) {
            Ok(allow) => problem.header(header::ALLOW, allow),
            Err(_) => problem,
        }
    }

    /// Returns `form.invalid` with the findings, without text that may contain a secret.
    pub fn form_invalid(mut report: Report) -> Self {
        report.redact();
        match serde_json::to_value(&report.findings) {
            Ok(findings) => Self::from(ProblemType::FormInvalid).member("findings", findings),
            Err(error) => Self::internal(error),
        }
    }

    /// Returns `internal`. `cause` goes to the log.
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self::from(ProblemType::Internal).because(cause)
    }

    /// With why it came to that, for the log; never for the caller.
    pub(crate) fn because(mut self, cause: impl fmt::Display) -> Self {
        self.particulars.cause = Some(Cause(cause.to_string()));
        self
    }

    /// The failure.
    pub fn problem_type(&self) -> ProblemType {
        self.failure
    }
}

impl From<ProblemType> for Problem {
    fn from(failure: ProblemType) -> Self {
        let mut headers = HeaderMap::new();
        match failure {
            ProblemType::AuthMissing => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            ProblemType::AuthInvalid => {
                headers.insert(
                    header::WWW_AUTHENTICATE,
                    HeaderValue::from_static("Bearer error=\"invalid_token\""),
                );
            }
            ProblemType::StoreBusy => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            ProblemType::AuthUnavailable => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
            }
            _ => {}
        }
        Self {
            failure,
            particulars: Box::new(Particulars {
                headers,
                ..Particulars::default()
            }),
        }
    }
}

/// Converts a check's problem. If a field of the connection can fix it, the caller has to: 422. Otherwise, the registry
/// failed: 502.
impl From<bowline_registry::Problem> for Problem {
    fn from(problem: bowline_registry::Problem) -> Self {
        let bowline_registry::Problem {
            code,
            title,
            detail,
            hint,
            field,
        } = problem;
        let refused = Self::from(match &field {
            Some(_) => ProblemType::RegistryRefused(code),
            None => ProblemType::RegistryFailed(code),
        });
        let refused = refused.titled(title).detail(detail);
        let refused = refused.member("hint", hint.into());
        match field {
            Some(field) => refused.member("field", field.into()),
            None => refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_distinct_dotted_and_failures() {
        let codes: BTreeSet<String> = ProblemType::TABLE
            .iter()
            .map(|failure| failure.code())
            .collect();
        assert_eq!(codes.len(), ProblemType::TABLE.len());
        for failure in ProblemType::TABLE {
            let code = failure.code();
            assert!(
                code.chars()
                    .all(|c| c.is_ascii_lowercase() || c == '.' || c == '_'),
                "{code}"
            );
            assert!(
                failure.status().is_client_error() || failure.status().is_server_error(),
                "{code}"
            );
        }
    }
}
