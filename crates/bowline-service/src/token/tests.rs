use serde_json::{Value, json};

use super::*;

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const NOW_MS: i64 = 1_800_000_000_000;
const NOW: i64 = NOW_MS / 1000;

fn sign_with(secret: &str, header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(header), part(claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(signed.as_bytes());
    format!(
        "{signed}.{}",
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    )
}

fn claims(change: Value) -> Value {
    let mut claims =
        json!({ "sub": "ada", "exp": NOW + 60, "projects": ["acme"], "permissions": ["read"] });
    for (name, value) in change.as_object().unwrap() {
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value.clone(),
        }
    }
    claims
}

fn hs256(claims: &Value) -> String {
    sign_with(SECRET, &json!({ "alg": "HS256", "typ": "JWT" }), claims)
}

fn verifier() -> Verifier {
    Verifier::new(SECRET, "", "").unwrap()
}

/// RFC 7515 appendix A.1: a token of another implementation.
#[test]
fn the_rfcs_own_example_has_a_good_signature() {
    let key = URL_SAFE_NO_PAD
        .decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
        .unwrap();
    let verifier = Verifier {
        secret: Zeroizing::new(key),
        issuer: None,
        audience: None,
    };
    let signed = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\
                  eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    let mut mac = Hmac::<Sha256>::new_from_slice(&verifier.secret).unwrap();
    mac.update(signed.as_bytes());
    let signature = URL_SAFE_NO_PAD
        .decode("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
        .unwrap();
    assert!(mac.verify_slice(&signature).is_ok());
    // It has no `sub`, so the service refuses it all the same.
    let token = format!("{signed}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    assert_eq!(
        verifier.verify(&token, 1_300_819_379_000).unwrap_err(),
        Invalid
    );
}

#[test]
fn claims_decide() {
    let cases = [
        ("good", json!({}), true),
        (
            "expiry as a fraction",
            json!({ "exp": NOW as f64 + 0.5 }),
            true,
        ),
        ("expired within the leeway", json!({ "exp": NOW - 9 }), true),
        ("expired", json!({ "exp": NOW - 10 }), false),
        ("expired long ago", json!({ "exp": 0 }), false),
        ("no expiry", json!({ "exp": null }), false),
        ("expiry as text", json!({ "exp": "2999999999" }), false),
        ("no subject", json!({ "sub": null }), false),
        ("empty subject", json!({ "sub": "" }), false),
        ("subject as a number", json!({ "sub": 7 }), false),
        ("valid already", json!({ "nbf": NOW + 10 }), true),
        ("not yet valid", json!({ "nbf": NOW + 11 }), false),
        ("no projects", json!({ "projects": null }), true),
        ("projects as text", json!({ "projects": "acme" }), false),
        (
            "permissions as text",
            json!({ "permissions": "read write" }),
            false,
        ),
        (
            "a project that is no text",
            json!({ "projects": ["acme", 7] }),
            false,
        ),
    ];
    for (name, change, holds) in cases {
        assert_eq!(
            verifier().verify(&hs256(&claims(change)), NOW_MS).is_ok(),
            holds,
            "{name}"
        );
    }
}

#[test]
fn issuer_and_audience_are_checked_when_set() {
    let cases = [
        (
            "both named",
            json!({ "iss": "https://id.example.com", "aud": "bowline" }),
            true,
        ),
        (
            "one of several",
            json!({ "iss": "https://id.example.com", "aud": ["x", "bowline"] }),
            true,
        ),
        (
            "another issuer",
            json!({ "iss": "https://id.example.org", "aud": "bowline" }),
            false,
        ),
        ("no issuer", json!({ "aud": "bowline" }), false),
        (
            "another audience",
            json!({ "iss": "https://id.example.com", "aud": "bowline2" }),
            false,
        ),
        (
            "no audience",
            json!({ "iss": "https://id.example.com" }),
            false,
        ),
        (
            "an empty list",
            json!({ "iss": "https://id.example.com", "aud": [] }),
            false,
        ),
    ];
    let strict = Verifier::new(SECRET, "https://id.example.com", "bowline").unwrap();
    for (name, change, holds) in cases {
        let token = hs256(&claims(change));
        assert_eq!(strict.verify(&token, NOW_MS).is_ok(), holds, "{name}");
        assert!(verifier().verify(&token, NOW_MS).is_ok(), "{name}, unset");
    }
}

#[test]
fn nothing_but_hs256_with_the_key_holds() {
    let good = hs256(&claims(json!({})));
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let with = |header: Value| sign_with(SECRET, &header, &claims(json!({})));
    let cases = [
        (
            "another key",
            sign_with(
                "another-key-another-key-another-key",
                &json!({ "alg": "HS256" }),
                &claims(json!({})),
            ),
        ),
        ("alg none, signed", with(json!({ "alg": "none" }))),
        (
            "alg none, unsigned",
            format!(
                "{}.",
                with(json!({ "alg": "none" })).rsplit_once('.').unwrap().0
            ),
        ),
        ("alg None", with(json!({ "alg": "None" }))),
        ("alg hs256", with(json!({ "alg": "hs256" }))),
        ("alg HS512", with(json!({ "alg": "HS512" }))),
        ("alg RS256", with(json!({ "alg": "RS256" }))),
        ("alg ES256", with(json!({ "alg": "ES256" }))),
        ("no alg", with(json!({ "typ": "JWT" }))),
        (
            "a critical extension",
            with(json!({ "alg": "HS256", "crit": ["b64"], "b64": false })),
        ),
        ("no signature", format!("{signed}.")),
        (
            "a shortened signature",
            format!("{signed}.{}", signature.split_at(20).0),
        ),
        ("a padded signature", format!("{signed}.{signature}=")),
        ("other claims under the signature", {
            let (header, _) = signed.split_once('.').unwrap();
            let payload = URL_SAFE_NO_PAD.encode(claims(json!({ "sub": "eve" })).to_string());
            format!("{header}.{payload}.{signature}")
        }),
        ("two parts", signed.to_owned()),
        ("four parts", format!("{good}.x")),
        ("empty", String::new()),
        ("only dots", "..".to_owned()),
        (
            "too long",
            hs256(&claims(json!({ "padding": "x".repeat(LONGEST) }))),
        ),
    ];
    assert!(verifier().verify(&good, NOW_MS).is_ok());
    for (name, token) in cases {
        assert_eq!(
            verifier().verify(&token, NOW_MS).unwrap_err(),
            Invalid,
            "{name}"
        );
    }
}

#[test]
fn a_short_secret_is_refused() {
    assert!(Verifier::new(SECRET.split_at(1).1, "", "").is_none());
    assert!(Verifier::new("", "", "").is_none());
}
