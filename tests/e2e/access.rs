//! Signing in with the keys that an issuer publishes, through the real components.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bowline_tests::{
    app::{App, Setup},
    client::Client,
    server::{Answer, Server},
    sign_in::SignIn,
};
use ring::{
    rand::SystemRandom,
    signature::{Ed25519KeyPair, KeyPair},
};
use serde_json::{Value, json};

const PATH: &str = "/v1/projects/acme/connections";
const ISSUER: &str = "https://id.example.com";
const AUDIENCE: &str = "bowline";

/// An issuer with a key of its own, made by another implementation than the one that verifies.
struct Issuer {
    id: &'static str,
    key: Ed25519KeyPair,
}

impl Issuer {
    fn new(id: &'static str) -> Self {
        let key = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Self {
            id,
            key: Ed25519KeyPair::from_pkcs8(key.as_ref()).unwrap(),
        }
    }

    fn jwk(&self) -> Value {
        let x = URL_SAFE_NO_PAD.encode(self.key.public_key());
        json!({ "kty": "OKP", "crv": "Ed25519", "kid": self.id, "x": x })
    }

    fn token(&self, projects: &[&str]) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header = json!({ "alg": "EdDSA", "kid": self.id });
        let mut claims = SignIn::everything(projects).claims;
        claims["iss"] = json!(ISSUER);
        claims["aud"] = json!(AUDIENCE);
        let signed = format!("{}.{}", part(&header), part(&claims));
        let signature = self.key.sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

fn without_secret() -> Setup {
    Setup::default().with("auth_secret", "")
}

#[test]
fn keys_are_fetched_from_the_one_allowed_origin() {
    let issuer = Issuer::new("2026-11");
    let jwks = json!({ "keys": [issuer.jwk()] });
    let server = Server::start(move |_| Answer::json(200, &jwks));
    let setup = without_secret()
        .with("jwks_url", format!("{}/jwks.json", server.origin()))
        .with("jwks_origin", server.origin())
        .with("auth_issuer", ISSUER)
        .with("auth_audience", AUDIENCE);
    let mut app = App::start_with(setup);
    let signed_in = Client::new(app.origin(), Some(issuer.token(&["acme"])));
    signed_in.get(PATH).expect(200);
    signed_in.get(PATH).expect(200);
    let stranger = Issuer::new("unknown").token(&["acme"]);
    for _ in 0..3 {
        Client::new(app.origin(), Some(stranger.clone()))
            .get(PATH)
            .problem(401, "auth.invalid");
    }
    app.client(&["acme"]).get(PATH).problem(401, "auth.invalid");
    assert_eq!(server.requests().len(), 1, "all that came within a minute");

    // What was fetched outlives the host: the issuer may be away.
    app.kill();
    drop(server);
    app.start_again();
    Client::new(app.origin(), Some(issuer.token(&["acme"])))
        .get(PATH)
        .expect(200);
}

#[test]
fn keys_that_are_set_need_no_way_out() {
    let issuer = Issuer::new("2026-11");
    let app = App::start_with(
        without_secret().with("jwks", json!({ "keys": [issuer.jwk()] }).to_string()),
    );
    Client::new(app.origin(), Some(issuer.token(&["acme"])))
        .get(PATH)
        .expect(200);
    Client::new(app.origin(), Some(issuer.token(&["other"])))
        .get(PATH)
        .problem(404, "not_found");
}

#[test]
fn an_issuer_that_gives_no_keys_is_named_and_nobody_signs_in() {
    let server =
        Server::start(|_| Answer::json(200, &json!({ "keys": [{ "kty": "oct", "k": "AA" }] })));
    let setup = without_secret()
        .with("jwks_url", format!("{}/jwks.json", server.origin()))
        .with("jwks_origin", server.origin())
        .with("auth_issuer", ISSUER)
        .with("auth_audience", AUDIENCE);
    let app = App::start_with(setup);
    let token = Issuer::new("2026-11").token(&["acme"]);
    let answer = Client::new(app.origin(), Some(token)).get(PATH);
    assert!(!answer.header("retry-after").is_empty(), "{answer:?}");
    answer.problem(503, "auth.unavailable");
}
