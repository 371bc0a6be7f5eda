//! Tokens of an issuer with public keys, set or fetched.

use super::*;

const JWKS_URL: &str = "https://id.example.com/.well-known/jwks.json";
const ISSUER: &str = "https://id.example.com";
const AUDIENCE: &str = "bowline";
const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

fn published() -> Variables {
    Variables {
        auth_secret: String::new(),
        jwks_url: JWKS_URL.to_owned(),
        jwks_origin: "https://id.example.com".to_owned(),
        auth_issuer: ISSUER.to_owned(),
        auth_audience: AUDIENCE.to_owned(),
        ..variables()
    }
}

/// The issuer's set with the keys of these ids.
fn keys(ids: &[&str]) -> Value {
    let mut set = signing::jwks();
    let listed = |key: &Value| ids.iter().any(|id| key["kid"] == *id);
    set["keys"].as_array_mut().unwrap().retain(listed);
    set
}

/// Status and code of a list that is asked for with a token under the key `id`, of the algorithm of that name.
async fn list_with(harness: &Harness, id: &str) -> (u16, String) {
    let header = json!({ "alg": id, "kid": id });
    let mut claims = claims("ada", &["acme"], &ALL);
    claims["exp"] = json!(START_MS / 1000 + 30 * 24 * 3600);
    claims["iss"] = json!(ISSUER);
    claims["aud"] = json!(AUDIENCE);
    let token = format!("Bearer {}", signing::sign(b"", &header, &claims));
    let answer = harness
        .send(request(
            Method::GET,
            LIST,
            &[("authorization", &token)],
            None,
        ))
        .await;
    match answer.status {
        200 => problem(200, ""),
        _ => answer.problem(),
    }
}

fn good() -> (u16, String) {
    problem(200, "")
}

fn invalid() -> (u16, String) {
    problem(401, "auth.invalid")
}

fn unavailable() -> (u16, String) {
    problem(503, "auth.unavailable")
}

impl Harness {
    fn publishes(&self, ids: &[&str]) {
        self.script.whole(200, "application/json", &keys(ids));
    }

    fn later(&self, ms: i64) {
        self.now.set(self.now.get().saturating_add(ms));
    }

    fn fetches(&self) -> usize {
        self.script.sent.borrow().len()
    }
}

#[tokio::test]
async fn keys_that_are_set_sign_in() {
    let harness = Harness::with(&Variables {
        auth_secret: String::new(),
        jwks: keys(&["EdDSA", "RS256"]).to_string(),
        ..variables()
    });
    for (id, expected) in [("EdDSA", good()), ("RS256", good()), ("ES256", invalid())] {
        assert_eq!(list_with(&harness, id).await, expected, "{id}");
    }
    assert_eq!(harness.get(LIST).await.problem(), invalid(), "HS256");
    assert_eq!(harness.fetches(), 0);
}

#[tokio::test]
async fn keys_are_fetched_once_and_kept_for_all_instances() {
    let harness = Harness::with(&published());
    harness.publishes(&["EdDSA"]);
    assert_eq!(list_with(&harness, "EdDSA").await, good());
    assert_eq!(list_with(&harness, "EdDSA").await, good());
    {
        let sent = harness.script.sent.borrow();
        assert_eq!(sent[0].address, JWKS_URL);
        assert!(!sent[0].headers.contains_key(header::AUTHORIZATION));
    }
    let other = harness.another_instance(&published());
    assert_eq!(list_with(&other, "EdDSA").await, good());
    assert_eq!(harness.fetches(), 1);
}

#[tokio::test]
async fn an_unknown_key_is_asked_for_at_most_once_a_minute() {
    let harness = Harness::with(&published());
    harness.publishes(&["EdDSA"]);
    assert_eq!(list_with(&harness, "EdDSA").await, good());
    for _ in 0..3 {
        assert_eq!(
            list_with(&harness, "ES256").await,
            invalid(),
            "in the minute"
        );
    }
    assert_eq!(harness.fetches(), 1);

    harness.later(MINUTE_MS);
    harness.publishes(&["EdDSA", "ES256"]);
    assert_eq!(list_with(&harness, "ES256").await, good(), "after it");
    harness.later(MINUTE_MS);
    harness.publishes(&["EdDSA", "ES256"]);
    assert_eq!(
        list_with(&harness, "RS256").await,
        invalid(),
        "nobody's key"
    );
    assert_eq!(harness.fetches(), 3);
}

#[tokio::test]
async fn a_key_that_was_taken_back_is_good_for_an_hour() {
    let harness = Harness::with(&published());
    harness.publishes(&["EdDSA", "ES256"]);
    assert_eq!(list_with(&harness, "EdDSA").await, good());
    harness.later(HOUR_MS - 1);
    assert_eq!(list_with(&harness, "EdDSA").await, good());
    harness.later(1);
    harness.publishes(&["ES256"]);
    assert_eq!(list_with(&harness, "EdDSA").await, invalid());
    assert_eq!(list_with(&harness, "ES256").await, good());
    assert_eq!(harness.fetches(), 2);
}

#[tokio::test]
async fn what_is_known_serves_for_a_day_while_the_issuer_is_silent() {
    let harness = Harness::with(&published());
    harness.publishes(&["EdDSA"]);
    assert_eq!(list_with(&harness, "EdDSA").await, good());
    harness.later(2 * HOUR_MS);
    assert_eq!(list_with(&harness, "EdDSA").await, good());
    assert_eq!(list_with(&harness, "EdDSA").await, good());
    assert_eq!(harness.fetches(), 2, "and is asked once a minute");
    harness.later(22 * HOUR_MS);
    assert_eq!(list_with(&harness, "EdDSA").await, unavailable());
}

#[tokio::test]
async fn without_keys_no_token_is_judged() {
    let symmetric = json!({ "keys": [{ "kty": "oct", "k": "AA" }] });
    let cases: [(&str, u16, Value); 5] = [
        ("no set", 200, json!({})),
        ("a set with a secret", 200, symmetric),
        ("an error", 500, keys(&["EdDSA"])),
        ("a redirect", 302, keys(&["EdDSA"])),
        (
            "a long one",
            200,
            json!({ "keys": [], "x": "x".repeat(256 * 1024) }),
        ),
    ];
    for (name, status, body) in cases {
        let harness = Harness::with(&published());
        harness.script.whole(status, "application/json", &body);
        assert_eq!(list_with(&harness, "EdDSA").await, unavailable(), "{name}");
        assert_eq!(
            list_with(&harness, "EdDSA").await,
            unavailable(),
            "{name}, again"
        );
        assert_eq!(harness.fetches(), 1, "{name}");
        harness.later(MINUTE_MS);
        harness.publishes(&["EdDSA"]);
        assert_eq!(list_with(&harness, "EdDSA").await, good(), "{name}, fixed");
    }
    let harness = Harness::with(&published());
    assert_eq!(
        harness.get("/v1/providers").await.status,
        200,
        "which needs no token"
    );
}

/// Two requests that need the keys at once: one fetches, and the other has them too.
#[tokio::test]
async fn who_comes_while_the_keys_are_fetched_waits_for_them() {
    let harness = Harness::with(&published());
    let sender = harness.script.stream(200, "application/json");
    let first = list_with(&harness, "EdDSA");
    let second = async {
        let waiting = list_with(&harness, "EdDSA");
        sender
            .send(Bytes::from(keys(&["EdDSA"]).to_string()))
            .unwrap();
        drop(sender);
        waiting.await
    };
    let (first, second) = tokio::join!(first, second);
    assert_eq!((first, second), (good(), good()));
    assert_eq!(harness.fetches(), 1);
}

#[tokio::test]
async fn the_way_to_sign_in_is_set_once_and_soundly() {
    let none = || Variables {
        auth_secret: String::new(),
        ..variables()
    };
    let jwks = keys(&["EdDSA"]).to_string();
    let at = |url: &str, origin: &str| Variables {
        jwks_url: url.to_owned(),
        jwks_origin: origin.to_owned(),
        auth_secret: String::new(),
        ..published()
    };
    let cases = [
        ("auth_secret", none()),
        (
            "jwks",
            Variables {
                jwks: jwks.clone(),
                ..variables()
            },
        ),
        (
            "jwks_url",
            Variables {
                jwks_url: JWKS_URL.to_owned(),
                ..variables()
            },
        ),
        (
            "jwks",
            Variables {
                jwks: "{}".to_owned(),
                ..none()
            },
        ),
        ("jwks_url", at("id.example.com", "https://id.example.com")),
        (
            "jwks_url",
            at("http://id.example.com/jwks", "http://id.example.com"),
        ),
        (
            "jwks_url",
            at(
                "https://ada:pw@id.example.com/jwks",
                "https://id.example.com",
            ),
        ),
        (
            "jwks_url",
            at("https://id.example.com/jwks#x", "https://id.example.com"),
        ),
        ("jwks_url", at("file:///jwks", "null")),
        (
            "auth_issuer",
            Variables {
                auth_issuer: String::new(),
                ..published()
            },
        ),
        (
            "auth_audience",
            Variables {
                auth_audience: String::new(),
                ..published()
            },
        ),
        ("jwks_origin", at(JWKS_URL, "")),
        ("jwks_origin", at(JWKS_URL, "https://unset.invalid")),
        ("jwks_origin", at(JWKS_URL, "https://id.example.com/")),
        ("jwks_origin", at(JWKS_URL, "https://id.example.com:444")),
        ("jwks_origin", at(JWKS_URL, "https://*:*")),
        (
            "trusted_proxies",
            Variables {
                trusted_proxies: "proxy".to_owned(),
                ..variables()
            },
        ),
        (
            "public_url",
            Variables {
                public_url: "https://app.example.com/".to_owned(),
                ..variables()
            },
        ),
        (
            "public_url",
            Variables {
                public_url: "app.example.com".to_owned(),
                ..variables()
            },
        ),
        (
            "public_url",
            Variables {
                public_url: "https://app.example.com/?x".to_owned(),
                ..variables()
            },
        ),
    ];
    for (name, variables) in cases {
        let answer = Harness::with(&variables).get("/v1/providers").await;
        assert_eq!(
            answer.problem(),
            problem(503, &format!("config.{name}")),
            "{answer:?}"
        );
    }
    let plain = Variables {
        plain_http_hosts: "127.0.0.1:5000".to_owned(),
        ..at("http://127.0.0.1:5000/jwks", "http://127.0.0.1:5000")
    };
    assert_eq!(Harness::with(&plain).get("/v1/providers").await.status, 200);
}

#[tokio::test]
async fn locations_and_addresses_are_as_seen_from_outside() {
    let harness = Harness::with(&Variables {
        public_url: "https://app.example.com/registries".to_owned(),
        trusted_proxies: "192.0.2.0/24".to_owned(),
        ..variables()
    });
    let headers = [
        ("spin-client-addr", "192.0.2.7:4711"),
        ("x-forwarded-for", "198.51.100.9"),
    ];
    let form = form("a", "https://a.example.com");
    let answer = harness
        .send(request(Method::POST, LIST, &headers, Some(&form)))
        .await;
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(
        answer.headers[header::LOCATION],
        format!("https://app.example.com/registries{LIST}/{id}")
    );
    let audit = harness.get(&format!("{LIST}/{id}/audit")).await.json();
    assert_eq!(audit["items"][0]["from"], "198.51.100.9");
}
