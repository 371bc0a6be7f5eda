use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use bowline_registry::{HttpClient, Random, Request, ResponseBody, SendError};
use http::{StatusCode, header};
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};

use super::*;
use crate::token::signing;

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const NOW: i64 = 1_800_000_000_000;
const WRITE: &str = "iam:project:cicd:registry:write";

/// Blocks private networks, finds no name, and counts what was sent beside the question whether they are blocked.
#[derive(Clone, Default)]
struct Client(Arc<AtomicUsize>);

struct NoBody;

impl ResponseBody for NoBody {
    async fn chunk(&mut self) -> Result<Option<Bytes>, SendError> {
        Ok(None)
    }
}

impl HttpClient for Client {
    type Body = NoBody;

    async fn send(
        &self,
        request: Request,
        _timeout: Duration,
    ) -> Result<http::Response<NoBody>, SendError> {
        let host = request.url.host_str().unwrap_or_default();
        if host
            .trim_matches(['[', ']'])
            .parse::<std::net::IpAddr>()
            .is_ok()
        {
            return Err(SendError::Prohibited);
        }
        self.0.fetch_add(1, Relaxed);
        Err(SendError::Dns)
    }
}

struct StoppedClock;

impl Clock for StoppedClock {
    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }

    fn epoch_ms(&self) -> i64 {
        NOW
    }

    async fn sleep(&self, _duration: Duration) {
        std::future::pending().await
    }
}

struct Seven;

impl Random for Seven {
    fn next_u64(&self) -> u64 {
        7
    }
}

struct TestWorld {
    http: Client,
    clock: StoppedClock,
    random: Seven,
}

impl World for TestWorld {
    type Http = Client;
    type Clock = StoppedClock;
    type Random = Seven;

    fn http(&self) -> &Client {
        &self.http
    }

    fn clock(&self) -> &StoppedClock {
        &self.clock
    }

    fn random(&self) -> &Seven {
        &self.random
    }
}

struct Edge {
    service: EdgeService<TestWorld>,
    sent: Arc<AtomicUsize>,
}

impl Edge {
    fn with(variables: &Variables) -> Self {
        let http = Client::default();
        let sent = Arc::clone(&http.0);
        let world = TestWorld {
            http,
            clock: StoppedClock,
            random: Seven,
        };
        Self {
            service: EdgeService::new(world, variables),
            sent,
        }
    }

    fn new() -> Self {
        Self::with(&variables())
    }

    /// Sends a request of `bearer`, if there is one, with a JSON body where it is not null.
    async fn send(&self, method: &str, path: &str, bearer: &str, body: &Value) -> Response {
        let mut request = http::Request::builder()
            .method(method)
            .uri(path)
            .header("x-request-id", "r-1")
            .header(header::ORIGIN, "https://app.example.com")
            .header(header::CONTENT_TYPE, "application/json");
        if !bearer.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {bearer}"));
        }
        let body = match body {
            Value::Null => Bytes::new(),
            body => Bytes::from(body.to_string()),
        };
        self.service
            .handle(request.body(Full::new(body)).unwrap())
            .await
    }
}

fn variables() -> Variables {
    Variables {
        auth_secret: SECRET.to_owned(),
        allowed_origins: "https://app.example.com".to_owned(),
        ..Variables::default()
    }
}

fn token(subject: &str, permissions: &[&str]) -> String {
    token_of("HS256", subject, permissions)
}

fn token_of(algorithm: &str, subject: &str, permissions: &[&str]) -> String {
    let claims = json!({
        "sub": subject, "exp": NOW / 1000 + 60, "projects": ["acme"], "permissions": permissions,
    });
    signing::sign(SECRET.as_bytes(), &json!({ "alg": algorithm }), &claims)
}

fn form() -> Value {
    json!({ "provider": "docker-registry", "name": "a", "auth": "password",
            "values": { "url": "https://registry.example.com", "username": "ada", "password": "s3cret-value" } })
}

async fn body(answer: Response) -> Value {
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    serde_json::from_slice(&bytes).unwrap()
}

async fn code(answer: Response) -> (u16, String) {
    let status = answer.status().as_u16();
    (
        status,
        body(answer).await["code"].as_str().unwrap().to_owned(),
    )
}

#[tokio::test]
async fn it_has_three_routes() {
    let edge = Edge::new();
    let writer = token("ada", &[WRITE]);
    let table = edge.send("GET", "/v1/providers", "", &Value::Null).await;
    assert_eq!(table.status(), StatusCode::OK);
    assert_eq!(table.headers()["x-request-id"], "r-1");
    assert_eq!(
        table.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN],
        "https://app.example.com"
    );
    assert!(
        body(table)
            .await
            .as_array()
            .is_some_and(|table| !table.is_empty())
    );

    let report = edge.send("POST", "/v1/validate", &writer, &form()).await;
    assert_eq!(body(report).await["valid"], true);

    let asked = json!({ "form": form() });
    let check = body(edge.send("POST", "/v1/check", &writer, &asked).await).await;
    assert_eq!(check["problem"]["code"], "dns.not_found", "{check:#}");
    assert_eq!(edge.sent.load(Relaxed), 1);

    for (method, path, expected) in [
        ("GET", "/", (404, "not_found")),
        ("POST", "/check", (404, "not_found")),
        ("GET", "/v1/projects/acme/connections", (404, "not_found")),
        ("GET", "/v1/check", (405, "method.not_allowed")),
        ("POST", "/v1/providers", (405, "method.not_allowed")),
    ] {
        let (status, code) = code(edge.send(method, path, &writer, &Value::Null).await).await;
        assert_eq!((status, &*code), expected, "{method} {path}");
    }
    let preflight = edge.send("OPTIONS", "/v1/check", "", &Value::Null).await;
    assert_eq!(
        preflight.headers()[header::ACCESS_CONTROL_ALLOW_METHODS],
        "POST"
    );
}

#[tokio::test]
async fn it_verifies_its_callers() {
    let edge = Edge::new();
    let asked = json!({ "form": form() });
    let cases = [
        ("nobody", "", (401, "auth.missing")),
        ("no token of ours", "a.b.c", (401, "auth.invalid")),
        (
            "who may only read",
            &token("ada", &["iam:project:cicd:registry:read"]),
            (403, "permission.missing"),
        ),
    ];
    for (name, bearer, expected) in cases {
        let (status, code) = code(edge.send("POST", "/v1/check", bearer, &asked).await).await;
        assert_eq!((status, &*code), expected, "{name}");
    }
    let (status, code) = code(edge.send("POST", "/v1/validate", "", &form()).await).await;
    assert_eq!((status, &*code), (401, "auth.missing"));
    assert_eq!(edge.sent.load(Relaxed), 0);
}

#[tokio::test]
async fn it_takes_tokens_of_a_key_set() {
    let edge = Edge::with(&Variables {
        auth_secret: String::new(),
        jwks: signing::jwks().to_string(),
        ..variables()
    });
    for (algorithm, status) in [
        ("EdDSA", StatusCode::OK),
        ("HS256", StatusCode::UNAUTHORIZED),
    ] {
        let bearer = token_of(algorithm, "ada", &[WRITE]);
        let answer = edge.send("POST", "/v1/validate", &bearer, &form()).await;
        assert_eq!(answer.status(), status, "{algorithm}");
    }
}

#[tokio::test]
async fn a_subject_starts_thirty_checks_a_minute() {
    let edge = Edge::new();
    let asked = json!({ "form": form() });
    let (ada, bob) = (token("ada", &[WRITE]), token("bob", &[WRITE]));
    for _ in 0..30 {
        let answer = edge.send("POST", "/v1/check", &ada, &asked).await;
        assert_eq!(answer.status(), StatusCode::OK);
    }
    let limited = edge.send("POST", "/v1/check", &ada, &asked).await;
    assert_eq!(limited.headers()[header::RETRY_AFTER], "60");
    assert_eq!(code(limited).await, (429, "rate.limited".to_owned()));
    assert_eq!(edge.sent.load(Relaxed), 30);
    let other = edge.send("POST", "/v1/check", &bob, &asked).await;
    assert_eq!(other.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_subject_has_so_many_bytes_validated_a_minute() {
    let edge = Edge::with(&Variables {
        validate_bytes_per_subject: "20000".to_owned(),
        ..variables()
    });
    let (ada, bob) = (token("ada", &[WRITE]), token("bob", &[WRITE]));
    let mut long = form();
    long["policy"] = json!({ "include": vec!["alpine"; 1000] });
    let validated = async |bearer: &str, form: &Value| {
        let answer = edge.send("POST", "/v1/validate", bearer, form).await;
        answer.status().as_u16()
    };
    assert_eq!(validated(&ada, &long).await, 200);
    assert_eq!(validated(&ada, &long).await, 200);
    assert_eq!(validated(&ada, &long).await, 429);
    assert_eq!(validated(&ada, &form()).await, 200, "a usual form is free");
    assert_eq!(validated(&bob, &long).await, 200);
}

#[tokio::test]
async fn an_operator_limits_callers_in_their_own_way() {
    let mut edge = Edge::new();
    edge.service =
        edge.service
            .limited_by(Box::new(|subject, operation| match (subject, operation) {
                ("ada", "checkForm") => Err(7),
                _ => Ok(()),
            }));
    let asked = json!({ "form": form() });
    let (ada, bob) = (token("ada", &[WRITE]), token("bob", &[WRITE]));
    let limited = edge.send("POST", "/v1/check", &ada, &asked).await;
    assert_eq!(limited.headers()[header::RETRY_AFTER], "7");
    assert_eq!(code(limited).await, (429, "rate.limited".to_owned()));
    let other = edge.send("POST", "/v1/check", &bob, &asked).await;
    assert_eq!(other.status(), StatusCode::OK);
    let validated = edge.send("POST", "/v1/validate", &ada, &form()).await;
    assert_eq!(validated.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_variable_that_is_not_valid_is_named_on_every_route() {
    let cases = [
        (
            "auth_secret",
            Variables {
                auth_secret: "short".to_owned(),
                ..variables()
            },
        ),
        (
            "jwks_url",
            Variables {
                auth_secret: String::new(),
                jwks_url: "https://id.example.com/keys".to_owned(),
                jwks_origin: "https://id.example.com".to_owned(),
                auth_issuer: "https://id.example.com".to_owned(),
                auth_audience: "bowline".to_owned(),
                ..variables()
            },
        ),
        (
            "allowed_origins",
            Variables {
                allowed_origins: "*".to_owned(),
                ..variables()
            },
        ),
        (
            "private_hosts",
            Variables {
                private_hosts: "not a host".to_owned(),
                ..variables()
            },
        ),
    ];
    for (name, variables) in cases {
        let edge = Edge::with(&variables);
        for path in ["/v1/providers", "/else"] {
            let answer = edge.send("GET", path, "", &Value::Null).await;
            assert_eq!(code(answer).await, (503, format!("config.{name}")));
        }
    }
}
