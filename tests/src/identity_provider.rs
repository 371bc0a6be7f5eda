//! A double of an OpenID Connect provider (OpenID Connect Core 1.0, §3.1): it signs everybody in at once, as one person.

use std::{
    collections::BTreeMap,
    sync::Mutex,
    time::{SystemTime, UNIX_EPOCH},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

use crate::server::{Answer, Request, Server};

/// The client that it knows.
pub const CLIENT: &str = "console of the tests";

/// The provider. It ends when dropped.
pub struct IdentityProvider {
    server: Server,
}

impl IdentityProvider {
    /// Starts one that gives everybody this access token.
    pub fn start(access_token: String) -> Self {
        let asked = Mutex::new(BTreeMap::new());
        let server = Server::start(move |request| match request.path() {
            "/.well-known/openid-configuration" => discovery(request),
            "/authorize" => authorize(request, &mut asked.lock().expect("no handler panics")),
            "/token" => {
                let asked = asked.lock().expect("no handler panics").clone();
                exchange(request, &asked, &access_token)
            }
            _ => Answer::new(404, ""),
        });
        Self { server }
    }

    /// Its issuer.
    pub fn issuer(&self) -> String {
        self.server.origin()
    }

    /// How many codes it was given.
    pub fn exchanges(&self) -> usize {
        let requests = self.server.requests();
        requests.iter().filter(|one| one.path() == "/token").count()
    }
}

fn issuer_of(request: &Request) -> String {
    format!("http://{}", request.headers["host"])
}

fn discovery(request: &Request) -> Answer {
    let issuer = issuer_of(request);
    let document = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
    });
    Answer::json(200, &document).with("Access-Control-Allow-Origin", "*")
}

/// Keeps what was asked, and sends the browser back with a code.
fn authorize(request: &Request, asked: &mut BTreeMap<String, String>) -> Answer {
    *asked = request.query().into_iter().collect();
    let mut back = Url::parse(&asked["redirect_uri"]).expect("it is a URL");
    back.query_pairs_mut()
        .append_pair("code", "the code")
        .append_pair("state", &asked["state"]);
    Answer::new(302, "").with("Location", back.as_str())
}

/// The tokens for the code, where it comes from who asked (RFC 7636, §4.6).
fn exchange(request: &Request, asked: &BTreeMap<String, String>, access_token: &str) -> Answer {
    let form: BTreeMap<_, _> = request.form().into_iter().collect();
    let field = |name: &str| form.get(name).cloned().unwrap_or_default();
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(field("code_verifier")));
    let is_good = field("code") == "the code"
        && field("client_id") == CLIENT
        && asked.get("redirect_uri") == form.get("redirect_uri")
        && asked.get("code_challenge") == Some(&challenge)
        && asked
            .get("code_challenge_method")
            .is_some_and(|method| method == "S256");
    let (status, answer) = if is_good {
        let tokens = json!({
            "access_token": access_token, "token_type": "Bearer", "expires_in": 300, "id_token": id_token(request, asked),
        });
        (200, tokens)
    } else {
        (400, json!({ "error": "invalid_grant" }))
    };
    Answer::json(status, &answer).with("Access-Control-Allow-Origin", "*")
}

/// Nobody verifies its signature: it comes from the provider itself (OpenID Connect Core 1.0, §3.1.3.7, 6).
fn id_token(request: &Request, asked: &BTreeMap<String, String>) -> String {
    let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("it is after 1970")
        .as_secs();
    let claims = json!({
        "iss": issuer_of(request), "sub": "anna", "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"],
    });
    let header = json!({ "alg": "RS256" });
    format!("{}.{}.c2ln", encode(&header), encode(&claims))
}
