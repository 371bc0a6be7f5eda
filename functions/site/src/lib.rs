//! The Spin component `site`: serves the console page.

use std::{cell::OnceCell, rc::Rc};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header};
use spin_sdk::{
    http::{FullBody, Request},
    http_service, variables,
};

mod files;
mod sign_in;

use sign_in::SignIn;

/// The headers of every response, in addition to the content security policy.
const HEADERS: [(HeaderName, &str); 3] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    // What opens the page, or is opened by it, cannot reach into it.
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
];

thread_local! {
    /// The operator's settings, read once for all requests of this instance.
    static SIGN_IN: Rc<OnceCell<SignIn>> = Rc::default();
}

#[http_service]
async fn handle(request: Request) -> Response<FullBody<Bytes>> {
    answer(
        request.method(),
        request.uri().path(),
        takes_gzip(request.headers()),
        &sign_in().await,
    )
}

async fn sign_in() -> SignIn {
    let kept = SIGN_IN.with(Rc::clone);
    if let Some(sign_in) = kept.get() {
        return sign_in.clone();
    }
    // One that cannot be read counts as empty.
    let value = async |name| variables::get(name).await.unwrap_or_default();
    let issuer = value("oidc_issuer").await;
    let client_id = value("oidc_client_id").await;
    let scope = value("oidc_scope").await;
    kept.get_or_init(|| SignIn::parse(&issuer, &client_id, &scope))
        .clone()
}

/// The page runs its own script and module, connects to its own origin and the identity provider's, and is never
/// framed.
fn policy(sign_in: &SignIn) -> HeaderValue {
    let provider = sign_in
        .origin()
        .map_or_else(String::new, |origin| format!(" {origin}"));
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self'{provider}; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    );
    // An origin is ASCII without a control character, so this never fails.
    HeaderValue::try_from(policy).unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"))
}

fn answer(
    method: &Method,
    path: &str,
    takes_gzip: bool,
    sign_in: &SignIn,
) -> Response<FullBody<Bytes>> {
    let mut headers: HeaderMap = HEADERS
        .into_iter()
        .map(|(name, value)| (name, HeaderValue::from_static(value)))
        .collect();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy(sign_in));
    let (status, body) = match files::find(path) {
        _ if !matches!(*method, Method::GET | Method::HEAD) => {
            headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            (StatusCode::METHOD_NOT_ALLOWED, Bytes::new())
        }
        _ if path == sign_in::PATH => {
            let (status, content_type, body) = sign_in.answer();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
            (status, Bytes::from(body))
        }
        None => {
            headers.insert(
                header::CONTENT_TYPE,
                HeaderValue::from_static("text/plain; charset=utf-8"),
            );
            (StatusCode::NOT_FOUND, Bytes::from_static(b"Not found.\n"))
        }
        Some(file) => {
            headers.insert(
                header::CONTENT_TYPE,
                HeaderValue::from_static(file.content_type),
            );
            headers.insert(
                header::CACHE_CONTROL,
                HeaderValue::from_static(file.cache_control),
            );
            headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
            let gzip = file.gzip.filter(|_| takes_gzip);
            if gzip.is_some() {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            }
            (
                StatusCode::OK,
                Bytes::from_static(gzip.unwrap_or(file.body)),
            )
        }
    };
    let body = if method == Method::HEAD {
        // Its length would be that of the body that is not sent, which the runtime would take for a mistake.
        Bytes::new()
    } else {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
        body
    };
    let mut response = Response::new(FullBody::new(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

/// Returns true if the browser accepts gzip (RFC 9110 §12.5.3).
fn takes_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter();
    let codings = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    codings
        .filter_map(|coding| {
            let mut parts = coding.split(';').map(str::trim);
            let named = parts.next()?.eq_ignore_ascii_case("gzip");
            let quality = parts.find_map(|part| part.strip_prefix("q="));
            let refused = quality.is_some_and(|q| q.parse::<f32>().is_ok_and(|q| q == 0.0));
            Some(named && !refused)
        })
        .any(|takes| takes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_carries_the_policy() {
        let cases = [
            (Method::GET, "/", 200),
            (Method::HEAD, "/", 200),
            (Method::GET, "/nothing", 404),
            (Method::POST, "/", 405),
        ];
        for (method, path, status) in cases {
            let answer = answer(&method, path, true, &SignIn::Token);
            assert_eq!(answer.status(), status, "{method} {path}");
            for (name, value) in HEADERS {
                assert_eq!(answer.headers()[&name], value, "{method} {path}");
            }
            let policy = &answer.headers()[header::CONTENT_SECURITY_POLICY];
            assert!(policy.to_str().unwrap().contains("connect-src 'self';"));
        }
    }

    #[test]
    fn the_page_may_talk_to_the_identity_provider_and_is_told_of_it() {
        let sign_in = SignIn::parse("https://login.example.com/realms/acme", "bowline", "");
        let page = answer(&Method::GET, "/", true, &sign_in);
        let policy = &page.headers()[header::CONTENT_SECURITY_POLICY];
        let sources = "connect-src 'self' https://login.example.com;";
        assert!(policy.to_str().unwrap().contains(sources));

        let told = answer(&Method::GET, sign_in::PATH, true, &sign_in);
        assert_eq!(told.status(), 200);
        assert_eq!(told.headers()[header::CONTENT_TYPE], "application/json");
    }

    #[test]
    fn gzip_goes_to_those_who_take_it() {
        let cases = [
            (None, false),
            (Some("gzip"), true),
            (Some("gzip, deflate, br, zstd"), true),
            (Some("br;q=1.0, GZIP;q=0.5"), true),
            (Some("gzip;q=0"), false),
            (Some("gzip; q=0.000"), false),
            (Some("x-gzip-like"), false),
            (Some("identity"), false),
            (Some(""), false),
        ];
        for (value, takes) in cases {
            let value =
                value.map(|value| (header::ACCEPT_ENCODING, HeaderValue::from_static(value)));
            assert_eq!(
                takes_gzip(&value.clone().into_iter().collect()),
                takes,
                "{value:?}"
            );
        }
    }
}
