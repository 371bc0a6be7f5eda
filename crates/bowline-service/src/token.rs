//! JSON Web Tokens signed with HMAC-SHA-256 (RFC 7515, RFC 7519), verified.
//!
//! There is one algorithm and one key, so nothing in a token chooses how it is judged: a header that names another
//! algorithm is refused before anything else is looked at. The libraries that were weighed either bring the code of
//! every other algorithm into the component that holds the keys, or read the clock themselves.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::Sha256;
use zeroize::Zeroizing;

/// The most bytes that a token may have.
const LONGEST: usize = 8 * 1024;

/// How far the clocks of issuer and service may be apart, in milliseconds.
const LEEWAY_MS: f64 = 10_000.0;

/// The shortest secret that is taken: as long as the hash (RFC 7518 §3.2), in bytes.
const SHORTEST_SECRET: usize = 32;

/// What verifies tokens: the shared secret and, where the operator set them, who issues them and for whom.
pub(crate) struct Verifier {
    secret: Zeroizing<Vec<u8>>,
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

impl Verifier {
    /// With `secret` and, where they are not empty, the issuer and audience that a token must name.
    ///
    /// `None`: the secret has fewer than 32 bytes.
    pub(crate) fn new(secret: &str, issuer: &str, audience: &str) -> Option<Self> {
        let required = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        (secret.len() >= SHORTEST_SECRET).then(|| Self {
            secret: Zeroizing::new(secret.as_bytes().to_vec()),
            issuer: required(issuer),
            audience: required(audience),
        })
    }

    /// The claims of `token`, if it holds at `now`, in milliseconds since 1970.
    pub(crate) fn verify(&self, token: &str, now: i64) -> Result<Claims, Invalid> {
        if token.len() > LONGEST {
            return Err(Invalid);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Invalid)?;
        let (header, payload) = signed.split_once('.').ok_or(Invalid)?;
        let header: Header = decode(header)?;
        if header.alg != "HS256" || header.crit.is_some() {
            return Err(Invalid);
        }
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Invalid)?;
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).map_err(|_| Invalid)?;
        mac.update(signed.as_bytes());
        mac.verify_slice(&signature).map_err(|_| Invalid)?;

        let claims: Claims = decode(payload)?;
        self.holds(&claims, now).then_some(claims).ok_or(Invalid)
    }

    fn holds(&self, claims: &Claims, now: i64) -> bool {
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

/// The part of a token's header that decides. Everything else in it is left alone.
#[derive(Deserialize)]
struct Header {
    alg: String,
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
