//! CORS: exactly the origins that the operator lists may call the API.

use http::{HeaderMap, HeaderValue, Method, header};
use url::Url;

use crate::response::{self, Response};

/// The operator's list of origins.
#[derive(Debug, Default)]
pub(crate) struct Origins(Vec<String>);

impl Origins {
    /// A comma-separated list of origins as browsers send them: `https://app.example.com`. Empty: none.
    ///
    /// `None`: one of them is no origin. There is no `*`.
    pub(crate) fn parse(list: &str) -> Option<Self> {
        let origins = list
            .split(',')
            .map(str::trim)
            .filter(|origin| !origin.is_empty());
        let exact = |origin: &str| {
            let url = Url::parse(origin).ok()?;
            let sent = url.origin().ascii_serialization();
            (matches!(url.scheme(), "https" | "http") && sent == origin && !sent.contains('*'))
                .then_some(sent)
        };
        origins.map(exact).collect::<Option<_>>().map(Self)
    }

    /// Adds to `answer` what lets the page that sent `request` read it, if the operator lists its origin.
    pub(crate) fn allow(&self, request: &HeaderMap, answer: &mut HeaderMap) {
        if self.0.is_empty() {
            return;
        }
        answer.append(header::VARY, HeaderValue::from_static("Origin"));
        if let Some(origin) = self.listed(request) {
            answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            answer.insert(
                header::ACCESS_CONTROL_EXPOSE_HEADERS,
                HeaderValue::from_static(
                    "ETag, Location, Retry-After, X-Request-Id, Bowline-Expires-At",
                ),
            );
        }
    }

    /// The answer to a preflight: the methods and headers that may be sent.
    pub(crate) fn preflight(&self, request: &HeaderMap, methods: &[Method]) -> Response {
        let mut answer = response::empty();
        if self.listed(request).is_some() {
            Self::allow_preflight(methods, answer.headers_mut());
        }
        answer
    }

    fn allow_preflight(methods: &[Method], answer: &mut HeaderMap) {
        let methods: Vec<&str> = methods.iter().map(Method::as_str).collect();
        if let Ok(methods) = HeaderValue::from_str(&methods.join(", ")) {
            answer.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
        }
        answer.insert(
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static(
                "Authorization, Content-Type, Idempotency-Key, If-Match, Traceparent, X-Request-Id",
            ),
        );
        answer.insert(
            header::ACCESS_CONTROL_MAX_AGE,
            HeaderValue::from_static("600"),
        );
    }

    fn listed<'a>(&self, request: &'a HeaderMap) -> Option<&'a HeaderValue> {
        let origin = request.get(header::ORIGIN)?;
        self.0
            .iter()
            .any(|listed| listed.as_bytes() == origin.as_bytes())
            .then_some(origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_of_exact_origins() {
        let cases = [
            ("", true),
            ("https://app.example.com", true),
            ("https://app.example.com, http://127.0.0.1:3000", true),
            ("https://app.example.com/", false),
            ("https://app.example.com:443", false),
            ("https://APP.example.com", false),
            ("app.example.com", false),
            ("https://*.example.com", false),
            ("*", false),
            ("null", false),
            ("file:///x", false),
        ];
        for (list, valid) in cases {
            assert_eq!(Origins::parse(list).is_some(), valid, "{list}");
        }
    }

    #[test]
    fn only_listed_origins_are_answered() {
        let origins = Origins::parse("https://app.example.com").unwrap();
        for (origin, allowed) in [
            ("https://app.example.com", true),
            ("https://app.example.com.evil.test", false),
            ("http://app.example.com", false),
            ("null", false),
        ] {
            let request =
                HeaderMap::from_iter([(header::ORIGIN, HeaderValue::from_static(origin))]);
            let mut answer = HeaderMap::new();
            origins.allow(&request, &mut answer);
            assert_eq!(
                answer.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN),
                allowed,
                "{origin}"
            );
            assert_eq!(answer[header::VARY], "Origin");
        }
    }
}
