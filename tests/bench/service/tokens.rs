//! What a signature costs: reading with a token that the instance has seen before, and with a new one each time.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bowline_tests::{app::App, client::Client, sign_in::SignIn};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _},
};
use serde_json::{Value, json};

use crate::{
    bench::{form, median, optimized},
    load::{Call, Sample, always, sample},
};

const ROUNDS: usize = 5;

const INTRODUCTION: &str = "
Reads with a known token and with a new token for each request. An instance does not verify the signature of a known token
again. Values are medians with one caller.

| | p50 | CPU |
|---|---:|---:|";

/// A key of an issuer.
enum Key {
    EdDsa(Ed25519KeyPair),
    Es256(EcdsaKeyPair, SystemRandom),
}

/// Prints the table.
pub(crate) async fn measure(cache: &Path) {
    println!("{INTRODUCTION}");
    let keys = [Key::ed_dsa(), Key::es256()].map(Arc::new);
    let jwks = json!({ "keys": keys.each_ref().map(|key| key.jwk()) });
    let app = App::start_with(
        optimized(cache)
            .with("auth_secret", "")
            .with("jwks", jwks.to_string()),
    );
    let host: SocketAddr = app.address();
    let client = Client::new(app.origin(), Some(keys[0].token(0)));
    let form = serde_json::from_str(&form(0)).expect("it is JSON");
    let connection = client
        .post("/v1/projects/read/connections", &form)
        .expect(201);
    let id = connection["id"].as_str().expect("it has an id");
    let call = |name, token| Call {
        name,
        host,
        token,
        path: format!("/v1/projects/read/connections/{id}"),
        body: None,
    };
    let [ed_dsa, es256] = keys;
    let calls = [
        call("EdDSA, seen", always(ed_dsa.token(0))),
        call("EdDSA, new", Arc::new(move |number| ed_dsa.token(number))),
        call("ES256, seen", always(es256.token(0))),
        call("ES256, new", Arc::new(move |number| es256.token(number))),
    ];
    let mut samples: [Vec<Sample>; 4] = Default::default();
    for round in 1..=ROUNDS {
        for (call, samples) in calls.iter().zip(&mut samples) {
            let first = round as u64 * 1_000_000;
            samples.push(sample(call, 1, first, || app.computed()).await);
        }
    }
    for (call, samples) in calls.iter().zip(&samples) {
        let typical = |time: fn(&Sample) -> Duration| {
            median(
                samples
                    .iter()
                    .map(|sample| time(sample).as_secs_f64() * 1e3),
            )
        };
        let (p50, computed) = (typical(|it| it.p50), typical(|it| it.computed));
        println!("| {} | {p50:.2} ms | {computed:.2} ms |", call.name);
    }
}

impl Key {
    fn ed_dsa() -> Self {
        let pair = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new())
            .and_then(|key| Ok(Ed25519KeyPair::from_pkcs8(key.as_ref())?));
        Self::EdDsa(pair.expect("there is randomness"))
    }

    fn es256() -> Self {
        let (kind, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let pair = EcdsaKeyPair::generate_pkcs8(kind, &random)
            .and_then(|key| Ok(EcdsaKeyPair::from_pkcs8(kind, key.as_ref(), &random)?));
        Self::Es256(pair.expect("there is randomness"), random)
    }

    fn jwk(&self) -> Value {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match self {
            Self::EdDsa(pair) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "kid": "EdDSA", "x": encode(pair.public_key().as_ref()) })
            }
            // An uncompressed point: 4 and two numbers of 32 bytes.
            Self::Es256(pair, _) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                json!({ "kty": "EC", "crv": "P-256", "kid": "ES256", "x": encode(x), "y": encode(y) })
            }
        }
    }

    /// A token of somebody who may do everything; each number makes another one.
    fn token(&self, number: u64) -> String {
        let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let alg = match self {
            Self::EdDsa(_) => "EdDSA",
            Self::Es256(..) => "ES256",
        };
        let mut claims = SignIn::everything(&["read"]).claims;
        claims["jti"] = number.into();
        let signed = format!("{}.{}", encode(&json!({ "alg": alg })), encode(&claims));
        let signature = match self {
            Self::EdDsa(pair) => pair.sign(signed.as_bytes()).as_ref().to_vec(),
            Self::Es256(pair, random) => {
                let signature = pair.sign(random, signed.as_bytes());
                signature.expect("there is randomness").as_ref().to_vec()
            }
        };
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}
