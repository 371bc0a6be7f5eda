//! Whose signature a token has.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{
    super::{
        jwt::LONGEST,
        key::Key,
        key_set,
        signing::{ED_X, RSA_N},
    },
    *,
};

/// RFC 7515 appendices A.1, A.2 and A.3, RFC 8037 appendix A.4: tokens of other implementations.
#[test]
fn the_rfcs_own_examples_have_good_signatures() {
    let claims = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    let bytes = |text| URL_SAFE_NO_PAD.decode(text).unwrap();
    let hmac = KeySet::of_keys(vec![key_set::NamedKey {
        id: None,
        key: Key::Hs256(zeroize::Zeroizing::new(bytes(
            "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
        ))),
    }]);
    let public = || KeySet::parse(&jwks().to_string()).unwrap();
    let cases = [
        (
            "HS256",
            hmac,
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9",
            claims,
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        ),
        (
            "RS256",
            public(),
            "eyJhbGciOiJSUzI1NiJ9",
            claims,
            "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw",
        ),
        (
            "ES256",
            public(),
            "eyJhbGciOiJFUzI1NiJ9",
            claims,
            "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
        ),
        (
            "EdDSA",
            public(),
            "eyJhbGciOiJFZERTQSJ9",
            "RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
        ),
    ];
    for (name, keys, header, payload, signature) in cases {
        let text = format!("{header}.{payload}.{signature}");
        let token = Token::parse(&text).unwrap();
        let key = keys.find(&token).unwrap();
        assert!(
            key.signed(token.signed.as_bytes(), &token.signature),
            "{name}"
        );
        assert!(!key.signed(b"another message", &token.signature), "{name}");
        // None of them names a subject, so the service refuses them all the same.
        assert!(
            Rules::new("", "")
                .verify(&token, &keys, 1_300_819_379_000)
                .is_err(),
            "{name}"
        );
    }
}

#[test]
fn nothing_but_hs256_with_the_key_holds() {
    let good = hs256(&claims(json!({})));
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let with = |header: Value| sign(SECRET.as_bytes(), &header, &claims(json!({})));
    let cases = [
        (
            "another key",
            sign(
                b"another-key-another-key-another-key",
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
        ("alg RS256, signed so", with(json!({ "alg": "RS256" }))),
        ("alg ES256, signed so", with(json!({ "alg": "ES256" }))),
        ("alg EdDSA, signed so", with(json!({ "alg": "EdDSA" }))),
        ("no alg", with(json!({ "typ": "JWT" }))),
        (
            "a critical extension",
            with(json!({ "alg": "HS256", "crit": ["b64"], "b64": false })),
        ),
        (
            "a critical extension that is null",
            with(json!({ "alg": "HS256", "crit": null })),
        ),
        (
            "a header that is a list",
            with(json!(["HS256", null, null])),
        ),
        (
            "another type",
            with(json!({ "alg": "HS256", "typ": "logout+jwt" })),
        ),
        ("claims that are a list", {
            let list = json!(["ada", NOW + 60, null, null, null, ["acme"], ["read"]]);
            hs256(&list)
        }),
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
    assert!(holds(&secret(), &good));
    for (name, token) in cases {
        assert!(!holds(&secret(), &token), "{name}");
    }
    for typ in ["JWT", "jwt", "at+jwt", "application/at+jwt"] {
        let token = with(json!({ "alg": "HS256", "typ": typ }));
        assert!(holds(&secret(), &token), "{typ}");
    }
}

/// The key decides: a token finds it by algorithm and id, and a public key is nobody's shared secret.
#[test]
fn a_token_holds_only_under_the_key_of_its_algorithm() {
    let keys = KeySet::parse(&jwks().to_string()).unwrap();
    let with = |header: Value| sign(b"", &header, &claims(json!({})));
    let resigned = |header: Value, secret: &[u8]| sign(secret, &header, &claims(json!({})));
    let renamed = |token: &str, header: Value| {
        let (_, rest) = token.split_once('.').unwrap();
        format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header.to_string()))
    };
    let rs256 = with(json!({ "alg": "RS256", "kid": "RS256" }));
    let cases = [
        ("RS256", rs256.clone(), true),
        (
            "ES256",
            with(json!({ "alg": "ES256", "kid": "ES256" })),
            true,
        ),
        (
            "EdDSA",
            with(json!({ "alg": "EdDSA", "kid": "EdDSA" })),
            true,
        ),
        (
            "by its newer name",
            with(json!({ "alg": "Ed25519", "kid": "EdDSA" })),
            true,
        ),
        ("without an id", with(json!({ "alg": "ES256" })), true),
        (
            "an unknown id",
            with(json!({ "alg": "ES256", "kid": "other" })),
            false,
        ),
        (
            "the id of another algorithm's key",
            with(json!({ "alg": "ES256", "kid": "RS256" })),
            false,
        ),
        (
            "HS256 with the modulus for a secret",
            resigned(json!({ "alg": "HS256", "kid": "RS256" }), RSA_N.as_bytes()),
            false,
        ),
        (
            "HS256 with the bytes of the modulus",
            resigned(
                json!({ "alg": "HS256" }),
                &URL_SAFE_NO_PAD.decode(RSA_N).unwrap(),
            ),
            false,
        ),
        (
            "HS256 with the bytes of the point",
            resigned(
                json!({ "alg": "HS256" }),
                &URL_SAFE_NO_PAD.decode(ED_X).unwrap(),
            ),
            false,
        ),
        (
            "HS256 without a secret",
            resigned(json!({ "alg": "HS256" }), b""),
            false,
        ),
        (
            "another algorithm's name over the signature",
            renamed(&rs256, json!({ "alg": "RS512", "kid": "RS256" })),
            false,
        ),
        (
            "another header over the signature",
            renamed(&rs256, json!({ "alg": "RS256" })),
            false,
        ),
        (
            "the key in the header",
            with(
                json!({ "alg": "EdDSA", "kid": "own", "jwk": { "kty": "OKP", "crv": "Ed25519", "x": ED_X } }),
            ),
            false,
        ),
        (
            "an empty signature",
            format!("{}.", rs256.rsplit_once('.').unwrap().0),
            false,
        ),
        (
            "an ES256 signature of zeros",
            format!(
                "{}.{}",
                with(json!({ "alg": "ES256" })).rsplit_once('.').unwrap().0,
                URL_SAFE_NO_PAD.encode([0; 64])
            ),
            false,
        ),
        (
            "an EdDSA signature of zeros",
            format!(
                "{}.{}",
                with(json!({ "alg": "EdDSA" })).rsplit_once('.').unwrap().0,
                URL_SAFE_NO_PAD.encode([0; 64])
            ),
            false,
        ),
    ];
    for (name, token, expected) in cases {
        assert_eq!(holds(&keys, &token), expected, "{name}");
        assert!(
            !holds(&secret(), &token),
            "{name}: no key of the issuer is a secret"
        );
    }
    assert!(
        !holds(&keys, &hs256(&claims(json!({})))),
        "nor the other way round"
    );
}

#[test]
fn a_token_that_held_is_judged_anew() {
    let only = |kid: &str| {
        let mut set = jwks();
        set["keys"]
            .as_array_mut()
            .unwrap()
            .retain(|key| key["kid"] == kid);
        KeySet::parse(&set.to_string()).unwrap()
    };
    let keys = only("ES256");
    let token = sign(b"", &json!({ "alg": "ES256" }), &claims(json!({})));
    let [header, payload, signature] = token.split('.').collect::<Vec<_>>()[..] else {
        panic!("a token has three parts");
    };
    let admin = json!({ "permissions": ["admin"] });
    let other_payload = URL_SAFE_NO_PAD.encode(claims(admin).to_string());
    let anybody = || Rules::new("", "");
    let hour_ms = 60 * 60 * 1000;
    let cases = [
        ("at first", anybody(), &keys, token.clone(), 0, true),
        ("again", anybody(), &keys, token.clone(), 0, true),
        (
            "after its end",
            anybody(),
            &keys,
            token.clone(),
            hour_ms,
            false,
        ),
        (
            "for another audience",
            Rules::new("", "us"),
            &keys,
            token.clone(),
            0,
            false,
        ),
        (
            "with other claims",
            anybody(),
            &keys,
            format!("{header}.{other_payload}.{signature}"),
            0,
            false,
        ),
        (
            "with another signature",
            anybody(),
            &keys,
            format!("{header}.{payload}.{}", URL_SAFE_NO_PAD.encode([7; 64])),
            0,
            false,
        ),
        (
            "when its key is gone",
            anybody(),
            &only("EdDSA"),
            token.clone(),
            0,
            false,
        ),
    ];
    for (name, rules, keys, text, later_ms, expected) in cases {
        let token = Token::parse(&text).unwrap();
        let outcome = rules.verify(&token, keys, NOW_MS + later_ms);
        assert_eq!(outcome.is_ok(), expected, "{name}");
    }
}
