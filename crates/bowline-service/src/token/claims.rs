//! The claims of a token and their rules.

use serde::Deserialize;

use super::{
    jwt::{Invalid, Token, decode},
    key_set::KeySet,
};

/// The most that the clocks of issuer and service may be apart, in milliseconds.
const LEEWAY_MS: f64 = 10_000.0;

/// The longest time that a token may still hold, in milliseconds: 400 days.
const LONGEST_LIFE_MS: f64 = 400.0 * 24.0 * 60.0 * 60.0 * 1000.0;

/// The claims that tokens must have beside a good signature.
pub(crate) struct Rules {
    issuer: Option<String>,
    audience: Option<String>,
}

/// A token's claims about its bearer, after its signature and its times were found good.
#[derive(Debug, Deserialize)]
pub(crate) struct Claims {
    /// The subject.
    pub(crate) sub: String,
    exp: f64,
    nbf: Option<f64>,
    iss: Option<String>,
    aud: Option<Audience>,
    /// The projects that they may act in.
    #[serde(default)]
    pub(crate) projects: Vec<String>,
    /// The permissions that they have there, by full names.
    #[serde(default)]
    pub(crate) permissions: Vec<String>,
}

impl Rules {
    /// The issuer and the audience that a token must have, unless they are empty.
    pub(crate) fn new(issuer: &str, audience: &str) -> Self {
        let required = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Self {
            issuer: required(issuer),
            audience: required(audience),
        }
    }

    /// The claims of `token`, if one of `keys` signed it and it holds at `now`, in milliseconds since 1970.
    pub(crate) fn verify(
        &self,
        token: &Token<'_>,
        keys: &KeySet,
        now: i64,
    ) -> Result<Claims, Invalid> {
        if !keys.signed(token) {
            return Err(Invalid);
        }
        let claims: Claims = decode(token.payload)?;
        self.hold(&claims, now).then_some(claims).ok_or(Invalid)
    }

    fn hold(&self, claims: &Claims, now: i64) -> bool {
        let now = now as f64;
        let named = |audience: &String| {
            claims
                .aud
                .as_ref()
                .is_some_and(|named| named.contains(audience))
        };
        let ends = claims.exp * 1000.0;
        !claims.sub.is_empty()
            && now < ends + LEEWAY_MS
            && ends <= now + LONGEST_LIFE_MS
            && claims.nbf.is_none_or(|nbf| nbf * 1000.0 - LEEWAY_MS <= now)
            && self
                .issuer
                .as_ref()
                .is_none_or(|issuer| claims.iss.as_ref() == Some(issuer))
            && self.audience.as_ref().is_none_or(named)
    }
}

/// `aud` is a text or a list of texts (RFC 7519 §4.1.3).
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    fn contains(&self, audience: &String) -> bool {
        match self {
            Self::One(one) => one == audience,
            Self::Many(many) => many.contains(audience),
        }
    }
}
