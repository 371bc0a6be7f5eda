//! The compact form of a token.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, de::IgnoredAny};

use super::key::Algorithm;

/// The most bytes that a token may have.
pub(super) const LONGEST: usize = 8 * 1024;

/// The values that `typ` may have, in lower case: RFC 7519 §5.1, RFC 9068 §2.1.
const TYPES: [&str; 2] = ["jwt", "at+jwt"];

/// A token, taken apart. Nothing of it is verified yet.
pub(crate) struct Token<'a> {
    pub(super) algorithm: Algorithm,
    pub(super) key_id: Option<String>,
    /// Header and payload, as they are signed.
    pub(super) signed: &'a str,
    pub(super) payload: &'a str,
    pub(super) signature: Vec<u8>,
}

/// The token is not valid. The reason is not reported, because the holder of a valid one does not need it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Invalid;

impl<'a> Token<'a> {
    /// Takes a token in the compact form (RFC 7515 §3.1) apart.
    ///
    /// Errors: it is not a token, or one that this service cannot verify: another algorithm or a critical extension.
    pub(crate) fn parse(text: &'a str) -> Result<Self, Invalid> {
        if text.len() > LONGEST {
            return Err(Invalid);
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(Invalid)?;
        let (header, payload) = signed.split_once('.').ok_or(Invalid)?;
        let header: Header = decode(header)?;
        let is_jwt = header.typ.is_none_or(|typ| {
            let typ = typ.to_ascii_lowercase();
            TYPES.contains(&typ.strip_prefix("application/").unwrap_or(&typ))
        });
        if header.has_critical || !is_jwt {
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

/// The used part of a token's header. Keys and key URLs in it are ignored.
#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    /// The type of the token, if present.
    typ: Option<String>,
    /// True when there are extensions that must be understood; this service knows none.
    #[serde(default, rename = "crit", deserialize_with = "is_there")]
    has_critical: bool,
}

/// A part of a token: a JSON object in base64url.
pub(super) fn decode<T: for<'de> Deserialize<'de>>(part: &str) -> Result<T, Invalid> {
    let json = URL_SAFE_NO_PAD.decode(part).map_err(|_| Invalid)?;
    // A list would pass for the members of an object, in order.
    if json.trim_ascii_start().first() != Some(&b'{') {
        return Err(Invalid);
    }
    serde_json::from_slice(&json).map_err(|_| Invalid)
}

/// That a member is there, be it `null`.
fn is_there<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}
