//! Tokens for tests, signed with the private keys that RFC 7515 and RFC 8037 print.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use p256::ecdsa::signature::{SignatureEncoding, Signer};
use rsa::{BoxedUint, RsaPrivateKey};
use serde_json::{Value, json};
use sha2::Sha256;

/// RFC 7515 appendix A.2: the modulus and the private exponent; the public one is `AQAB`.
pub(crate) const RSA_N: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
const RSA_D: &str = "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46sui395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ";

/// RFC 7515 appendix A.3: a point of P-256 and its private number.
pub(crate) const EC_X: &str = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
pub(crate) const EC_Y: &str = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
const EC_D: &str = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI";

/// RFC 8037 appendix A: an Ed25519 key and its seed.
pub(crate) const ED_X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
const ED_D: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";

/// The three public keys, named by their algorithms.
pub(crate) fn jwks() -> Value {
    json!({ "keys": [
        { "kty": "RSA", "kid": "RS256", "use": "sig", "alg": "RS256", "n": RSA_N, "e": "AQAB" },
        { "kty": "EC", "kid": "ES256", "crv": "P-256", "x": EC_X, "y": EC_Y },
        { "kty": "OKP", "kid": "EdDSA", "crv": "Ed25519", "x": ED_X, "key_ops": ["verify"] },
    ] })
}

/// A token with this header, signed as its `alg` says; `HS256` with `secret`.
pub(crate) fn sign(secret: &[u8], header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(header), part(claims));
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    let message = signed.as_bytes();
    let signature = match header["alg"].as_str() {
        Some("RS256") => {
            let number = |text| BoxedUint::from_be_slice_vartime(&bytes(text));
            let key = RsaPrivateKey::from_components(
                number(RSA_N),
                number("AQAB"),
                number(RSA_D),
                Vec::new(),
            );
            let key = rsa::pkcs1v15::SigningKey::<Sha256>::new(key.unwrap());
            key.sign(message).to_vec()
        }
        Some("ES256") => {
            let key = p256::ecdsa::SigningKey::from_slice(&bytes(EC_D)).unwrap();
            let signature: p256::ecdsa::Signature = key.sign(message);
            signature.to_vec()
        }
        Some("EdDSA" | "Ed25519") => {
            let seed = bytes(ED_D).try_into().unwrap();
            ed25519_dalek::SigningKey::from_bytes(&seed)
                .sign(message)
                .to_vec()
        }
        _ => {
            let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
            mac.update(message);
            mac.finalize().into_bytes().to_vec()
        }
    };
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}
