//! Parsers of input from callers and registries, for the fuzz targets in `fuzz/`.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bowline::endpoint::Endpoint;
use bowline_registry::read_notification;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::token::{KeySet, Rules, Token};

const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// Parses a notification to a connection of this provider.
pub fn notification(provider: &str, body: &[u8]) {
    let Ok(endpoint) = Endpoint::parse("registry.example.com/team") else {
        return;
    };
    let Ok(provider) = provider.parse() else {
        return;
    };
    for event in read_notification(provider, body).events {
        let _ = event.within(&endpoint, endpoint.namespace());
    }
}

/// Verifies a caller's token.
pub fn caller_token(text: &str) {
    if let (Ok(token), Some(keys)) = (Token::parse(text), KeySet::of_secret(SECRET)) {
        let _ = Rules::new("issuer", "audience").verify(&token, &keys, 0);
    }
}

/// Verifies a token with these claims and a valid signature.
pub fn claims(claims: &[u8]) {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256"}"#);
    let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims));
    if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()) {
        mac.update(signed.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
        caller_token(&format!("{signed}.{signature}"));
    }
}
