//! Tokens and keys, good and not.

use serde_json::{Value, json};

use super::{
    signing::{jwks, sign},
    *,
};

mod claims;
mod key_sets;
mod signatures;

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const NOW_MS: i64 = 1_800_000_000_000;
const NOW: i64 = NOW_MS / 1000;

fn claims(change: Value) -> Value {
    let claims =
        json!({ "sub": "ada", "exp": NOW + 60, "projects": ["acme"], "permissions": ["read"] });
    merged(claims, change)
}

fn hs256(claims: &Value) -> String {
    let header = json!({ "alg": "HS256", "typ": "JWT" });
    sign(SECRET.as_bytes(), &header, claims)
}

fn secret() -> KeySet {
    KeySet::of_secret(SECRET).unwrap()
}

fn verify(rules: &Rules, keys: &KeySet, token: &str) -> Result<Claims, Invalid> {
    rules.verify(&Token::parse(token)?, keys, NOW_MS)
}

fn holds(keys: &KeySet, token: &str) -> bool {
    verify(&Rules::new("", ""), keys, token).is_ok()
}

/// `value` with other members; `null` takes one away.
fn merged(mut value: Value, change: Value) -> Value {
    for (name, member) in change.as_object().unwrap() {
        match member {
            Value::Null => drop(value.as_object_mut().unwrap().remove(name)),
            member => value[name] = member.clone(),
        }
    }
    value
}
