//! JSON Web Key Sets (RFC 7517): an issuer's public keys.

use std::{collections::BTreeSet, fmt};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rsa::{BoxedUint, RsaPublicKey};
use serde::{Deserialize, de::IgnoredAny};

use super::{
    key::{Algorithm, Key},
    key_set::{KeySet, NamedKey},
};

/// The sizes of RSA keys that are taken, in bits: 2048 is the least that RFC 7518 §3.3 allows, and the work of a
/// request is bounded.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// Why a set is rejected. Contains nothing of its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JwksError {
    /// No JSON Web Key Set.
    Malformed,
    /// A shared secret, with which anybody who can read the set could sign.
    Symmetric,
    /// A private key, with which anybody who can read the set could sign.
    Private,
    /// An RSA key with fewer than 2048 bits, or another key that does not protect.
    Weak,
    /// A key that lacks a member or has invalid numbers.
    Key,
    /// Two keys with one id, or without any.
    Duplicate,
    /// No key that verifies EdDSA, ES256 or RS256.
    Empty,
}

impl fmt::Display for JwksError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "it isn't a JSON Web Key Set",
            Self::Symmetric => "it contains a symmetric key",
            Self::Private => "it contains a private key",
            Self::Weak => "it contains a weak key, such as RSA with fewer than 2048 bits",
            Self::Key => "it contains a malformed key",
            Self::Duplicate => "two of its keys have the same kid, or no kid",
            Self::Empty => "it has no key for EdDSA, ES256, or RS256",
        })
    }
}

impl KeySet {
    /// The keys of a JWKS that verify what this service takes. Keys for other purposes are left out (RFC 7517 §5).
    pub(crate) fn parse(jwks: &str) -> Result<Self, JwksError> {
        let set: Jwks = serde_json::from_str(jwks).map_err(|_| JwksError::Malformed)?;
        let mut ids = BTreeSet::new();
        let mut keys = Vec::new();
        for jwk in set.keys {
            if let Some(key) = jwk.key()? {
                if !ids.insert(jwk.kid.clone()) {
                    return Err(JwksError::Duplicate);
                }
                keys.push(NamedKey { id: jwk.kid, key });
            }
        }
        if keys.is_empty() {
            return Err(JwksError::Empty);
        }
        Ok(Self::of_keys(keys))
    }
}

#[derive(Deserialize)]
struct Jwks {
    keys: Vec<Jwk>,
}

/// The members of a key that are looked at.
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
    d: Option<IgnoredAny>,
}

impl Jwk {
    /// Returns the key, or `None` if it has another use.
    fn key(&self) -> Result<Option<Key>, JwksError> {
        if self.kty == "oct" {
            return Err(JwksError::Symmetric);
        }
        if self.d.is_some() {
            return Err(JwksError::Private);
        }
        let algorithm = match (self.kty.as_str(), self.crv.as_deref()) {
            ("RSA", _) => Algorithm::Rs256,
            ("EC", Some("P-256")) => Algorithm::Es256,
            ("OKP", Some("Ed25519")) => Algorithm::EdDsa,
            _ => return Ok(None),
        };
        if !self.is_for(algorithm) {
            return Ok(None);
        }
        match algorithm {
            Algorithm::Rs256 => rsa(&bytes(&self.n)?, &bytes(&self.e)?),
            Algorithm::Es256 => es256(&bytes(&self.x)?, &bytes(&self.y)?),
            Algorithm::EdDsa => eddsa(&bytes(&self.x)?),
            Algorithm::Hs256 => Err(JwksError::Symmetric),
        }
        .map(Some)
    }

    /// True when the key's own members let it verify tokens of this algorithm; without them it may.
    fn is_for(&self, algorithm: Algorithm) -> bool {
        let verifies = |operations: &Vec<String>| operations.iter().any(|it| it == "verify");
        self.purpose.as_ref().is_none_or(|it| it == "sig")
            && self.key_ops.as_ref().is_none_or(verifies)
            && self
                .alg
                .as_ref()
                .is_none_or(|name| Algorithm::parse(name) == Some(algorithm))
    }
}

fn rsa(modulus: &[u8], exponent: &[u8]) -> Result<Key, JwksError> {
    let too_long = |bytes: &[u8]| bytes.len() > RSA_BITS.end() / 8;
    if too_long(modulus) || too_long(exponent) {
        return Err(JwksError::Key);
    }
    let number = BoxedUint::from_be_slice_vartime;
    match RsaPublicKey::new_with_size_limits(number(modulus), number(exponent), RSA_BITS) {
        Ok(key) => Ok(Key::Rs256(rsa::pkcs1v15::VerifyingKey::new(key))),
        Err(rsa::Error::ModulusTooSmall | rsa::Error::PublicExponentTooSmall) => {
            Err(JwksError::Weak)
        }
        Err(_) => Err(JwksError::Key),
    }
}

fn es256(x: &[u8], y: &[u8]) -> Result<Key, JwksError> {
    // An uncompressed point: SEC 1 §2.3.3. What is not on the curve is refused.
    let point = [&[4], x, y].concat();
    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&point).map_err(|_| JwksError::Key)?;
    Ok(Key::Es256(key))
}

fn eddsa(x: &[u8]) -> Result<Key, JwksError> {
    let point = x.try_into().map_err(|_| JwksError::Key)?;
    let key = ed25519_dalek::VerifyingKey::from_bytes(point).map_err(|_| JwksError::Key)?;
    if key.is_weak() {
        return Err(JwksError::Weak);
    }
    Ok(Key::EdDsa(key))
}

/// A number's bytes: never none.
fn bytes(member: &Option<String>) -> Result<Vec<u8>, JwksError> {
    let text = member.as_ref().ok_or(JwksError::Key)?;
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| JwksError::Key)?;
    (!bytes.is_empty()).then_some(bytes).ok_or(JwksError::Key)
}
