//! Which keys are taken.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{
    super::{
        jwks::JwksError,
        signing::{EC_X, EC_Y, ED_X, RSA_N},
    },
    *,
};

#[test]
fn a_short_secret_is_refused() {
    assert!(KeySet::of_secret(SECRET.split_at(1).1).is_none());
    assert!(KeySet::of_secret("").is_none());
}

#[test]
fn key_sets_are_taken_whole_or_refused() {
    let rsa = |change: Value| {
        merged(
            json!({ "kty": "RSA", "kid": "r", "n": RSA_N, "e": "AQAB" }),
            change,
        )
    };
    let ec = |change: Value| {
        merged(
            json!({ "kty": "EC", "kid": "c", "crv": "P-256", "x": EC_X, "y": EC_Y }),
            change,
        )
    };
    let ed = |change: Value| {
        merged(
            json!({ "kty": "OKP", "kid": "d", "crv": "Ed25519", "x": ED_X }),
            change,
        )
    };
    let none = || json!({});
    let short = URL_SAFE_NO_PAD.encode([0xff; 255]);
    let order_one = URL_SAFE_NO_PAD.encode({
        let mut point = [0; 32];
        point[0] = 1;
        point
    });
    use JwksError::{Duplicate, Empty, Key, Private, Symmetric, Weak};
    let cases = [
        (
            "one of each",
            vec![rsa(none()), ec(none()), ed(none())],
            Ok(3),
        ),
        ("one without an id", vec![ed(json!({ "kid": null }))], Ok(1)),
        (
            "a key to encrypt with beside it",
            vec![rsa(none()), ec(json!({ "use": "enc" }))],
            Ok(1),
        ),
        (
            "another curve beside it",
            vec![rsa(none()), ec(json!({ "crv": "P-384" }))],
            Ok(1),
        ),
        (
            "another algorithm beside it",
            vec![ed(none()), rsa(json!({ "alg": "PS256" }))],
            Ok(1),
        ),
        (
            "a kind of the future beside it",
            vec![ed(none()), json!({ "kty": "AKP", "pub": "AA" })],
            Ok(1),
        ),
        ("no key", vec![], Err(Empty)),
        (
            "only keys for something else",
            vec![
                ec(json!({ "use": "enc" })),
                ed(json!({ "key_ops": ["sign"] })),
            ],
            Err(Empty),
        ),
        (
            "a shared secret beside a key",
            vec![rsa(none()), json!({ "kty": "oct", "k": "AA" })],
            Err(Symmetric),
        ),
        (
            "a private key",
            vec![ed(json!({ "d": "AA" }))],
            Err(Private),
        ),
        (
            "a private key to encrypt with",
            vec![ed(none()), rsa(json!({ "use": "enc", "d": "AA" }))],
            Err(Private),
        ),
        (
            "RSA with 2040 bits",
            vec![rsa(json!({ "n": short }))],
            Err(Weak),
        ),
        (
            "RSA with the exponent 1",
            vec![rsa(json!({ "e": "AQ" }))],
            Err(Weak),
        ),
        (
            "RSA with an even modulus",
            vec![rsa(json!({ "n": URL_SAFE_NO_PAD.encode([0xfe; 256]) }))],
            Err(Key),
        ),
        (
            "RSA with 16384 bits",
            vec![rsa(json!({ "n": URL_SAFE_NO_PAD.encode([0xff; 2048]) }))],
            Err(Key),
        ),
        (
            "RSA without an exponent",
            vec![rsa(json!({ "e": null }))],
            Err(Key),
        ),
        (
            "RSA with an empty modulus",
            vec![rsa(json!({ "n": "" }))],
            Err(Key),
        ),
        (
            "a point off the curve",
            vec![ec(json!({ "y": EC_X }))],
            Err(Key),
        ),
        (
            "a point with one number",
            vec![ec(json!({ "y": null }))],
            Err(Key),
        ),
        (
            "a point of the least order",
            vec![ed(json!({ "x": order_one }))],
            Err(Weak),
        ),
        (
            "a point that is too short",
            vec![ed(json!({ "x": "AA" }))],
            Err(Key),
        ),
        (
            "padding",
            vec![ed(json!({ "x": format!("{ED_X}=") }))],
            Err(Key),
        ),
        (
            "one id twice",
            vec![rsa(none()), ed(json!({ "kid": "r" }))],
            Err(Duplicate),
        ),
        (
            "no id twice",
            vec![rsa(json!({ "kid": null })), ed(json!({ "kid": null }))],
            Err(Duplicate),
        ),
    ];
    for (name, keys, expected) in cases {
        let parsed = KeySet::parse(&json!({ "keys": keys }).to_string());
        assert_eq!(parsed.map(|keys| keys.len()), expected, "{name}");
    }
    for text in [
        "",
        "[]",
        "{}",
        r#"{"keys":{}}"#,
        r#"{"keys":[1]}"#,
        "-----BEGIN PUBLIC KEY-----",
    ] {
        assert_eq!(
            KeySet::parse(text).map(|keys| keys.len()),
            Err(JwksError::Malformed),
            "{text}"
        );
    }
}
