//! JSON Web Tokens (RFC 7515, RFC 7519), verified with EdDSA, ES256, RS256 or HS256.
//!
//! A [`key::Key`] carries its one algorithm, so nothing in a token chooses how it is judged: what its header says only finds
//! the key, and a public key is never taken for a shared secret because it is no secret by its type. The libraries that
//! were weighed bring older ciphers beside those of this workspace, or read the clock themselves; what is here on top of
//! the ciphers is the form of a token and its claims.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;

mod jwks;
mod key;
mod key_set;
mod published;
#[cfg(test)]
pub(crate) mod signing;
mod verified;

use self::key::Algorithm;
pub(crate) use self::{
    key_set::KeySet,
    published::{Published, PublishedError},
};

/// The most bytes that a token may have.
const LONGEST: usize = 8 * 1024;

/// How far the clocks of issuer and service may be apart, in milliseconds.
const LEEWAY_MS: f64 = 10_000.0;

/// A token, taken apart. Nothing of it is verified yet.
pub(crate) struct Token<'a> {
    algorithm: Algorithm,
    key_id: Option<String>,
    /// Header and payload, as they are signed.
    signed: &'a str,
    payload: &'a str,
    signature: Vec<u8>,
}

/// What tokens must say beside a good signature.
pub(crate) struct Rules {
    issuer: Option<String>,
    audience: Option<String>,
}

/// What a token says about its bearer, after its signature and its times were found good.
#[derive(Debug, Deserialize)]
pub(crate) struct Claims {
    /// Who it is.
    pub(crate) sub: String,
    exp: f64,
    nbf: Option<f64>,
    iss: Option<String>,
    aud: Option<Audience>,
    /// The projects that they may act in.
    #[serde(default)]
    pub(crate) projects: Vec<String>,
    /// What they may do there, by full names.
    #[serde(default)]
    pub(crate) permissions: Vec<String>,
}

/// The token does not hold. Why is not told: whoever holds a good one does not need it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Invalid;

impl<'a> Token<'a> {
    /// Takes a token in the compact form (RFC 7515 §3.1) apart.
    ///
    /// Errors: it is none, or nothing that this service can judge: another algorithm, or an extension that has to be
    /// understood.
    pub(crate) fn parse(text: &'a str) -> Result<Self, Invalid> {
        if text.len() > LONGEST {
            return Err(Invalid);
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(Invalid)?;
        let (header, payload) = signed.split_once('.').ok_or(Invalid)?;
        let header: Header = decode(header)?;
        if header.crit.is_some() {
            return Err(Invalid);
        }
        Ok(Self {
            algorithm: Algorithm::parse(&header.alg).ok_or(Invalid)?,
            key_id: header.kid,
            signed,
            payload,
            signature: URL_SAFE_NO_PAD.decode(signature).map_err(|_| Invalid)?,
        })
    }
}

impl Rules {
    /// The issuer and the audience that a token must name, where they are not empty.
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
        !claims.sub.is_empty()
            && now < claims.exp * 1000.0 + LEEWAY_MS
            && claims.nbf.is_none_or(|nbf| nbf * 1000.0 - LEEWAY_MS <= now)
            && self
                .issuer
                .as_ref()
                .is_none_or(|issuer| claims.iss.as_ref() == Some(issuer))
            && self.audience.as_ref().is_none_or(named)
    }
}

/// The part of a token's header that is looked at. A key or the address of one that it names is none of it.
#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    /// Extensions that must be understood; there is none that this service does.
    crit: Option<serde::de::IgnoredAny>,
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

fn decode<T: for<'de> Deserialize<'de>>(part: &str) -> Result<T, Invalid> {
    let json = URL_SAFE_NO_PAD.decode(part).map_err(|_| Invalid)?;
    serde_json::from_slice(&json).map_err(|_| Invalid)
}

#[cfg(test)]
mod tests;
