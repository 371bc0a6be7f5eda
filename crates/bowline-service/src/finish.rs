//! Adds the headers of every public response.

use http::{HeaderMap, HeaderValue, header};

use crate::{cors::Origins, problem::Problem, request_id, response::Response};

/// An answer of the API is no page: a browser that shows one runs nothing in it and puts it in no frame.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// For a year, browsers reach a host that is behind TLS in no other way (RFC 6797 §6.1).
const STRICT_TRANSPORT_SECURITY: &str = "max-age=31536000";

/// Completes a response: adds the problem, the request's id, and CORS headers for listed origins. `is_behind_tls` is
/// true if callers reach the service over HTTPS.
pub(crate) fn finish(
    outcome: Result<Response, Problem>,
    request_id: &str,
    origins: Option<&Origins>,
    is_behind_tls: bool,
    request: &HeaderMap,
) -> Response {
    let mut answer = outcome.unwrap_or_else(|problem| problem.into_response(request_id));
    let headers = answer.headers_mut();
    if let Ok(id) = HeaderValue::try_from(request_id) {
        headers.insert(request_id::HEADER, id);
    }
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(CONTENT_SECURITY_POLICY),
    );
    if is_behind_tls {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static(STRICT_TRANSPORT_SECURITY),
        );
    }
    if let Some(origins) = origins {
        origins.allow(request, answer.headers_mut());
    }
    answer
}
