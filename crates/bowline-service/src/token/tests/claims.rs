//! What a token with a good signature says.

use super::*;

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
        (
            "expiry in 400 days",
            json!({ "exp": NOW + 34_560_000 }),
            true,
        ),
        ("expiry later", json!({ "exp": NOW + 34_560_001 }), false),
        ("no end to its life", json!({ "exp": 1e308 }), false),
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
        let token = hs256(&claims(change));
        assert_eq!(
            verify(&Rules::new("", ""), &secret(), &token).is_ok(),
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
    let strict = Rules::new("https://id.example.com", "bowline");
    for (name, change, holds) in cases {
        let token = hs256(&claims(change));
        assert_eq!(verify(&strict, &secret(), &token).is_ok(), holds, "{name}");
        assert!(
            verify(&Rules::new("", ""), &secret(), &token).is_ok(),
            "{name}, unset"
        );
    }
}
