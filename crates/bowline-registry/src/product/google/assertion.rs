//! Assertions that a private key signs: JSON Web Signatures with RS256 (RFC 7515, RFC 7518 section 3.3).

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use rsa::{
    RsaPrivateKey,
    pkcs1v15::SigningKey,
    pkcs8::DecodePrivateKey,
    signature::{SignatureEncoding, Signer},
    traits::PublicKeyParts,
};
use sha2::Sha256;

/// The sizes of a modulus, in bytes, that are taken: smaller ones are not safe (RFC 7518), larger ones cost too much.
const SIZES: std::ops::RangeInclusive<usize> = 256..=512;
/// No longer text is looked at. A key of 4096 bits takes 3.3 KiB.
const MAX_PEM: usize = 8 * 1024;

/// A key that signs assertions.
pub(super) struct AssertionKey(SigningKey<Sha256>);

impl AssertionKey {
    /// The key of a PKCS #8 document in PEM; `None` where that holds no RSA key of 2048 to 4096 bits.
    pub(super) fn of_pem(pem: &str) -> Option<Self> {
        if pem.len() > MAX_PEM {
            return None;
        }
        let key = RsaPrivateKey::from_pkcs8_pem(pem).ok()?;
        SIZES
            .contains(&key.size())
            .then(|| Self(SigningKey::new(key)))
    }

    /// The compact serialization of these claims under this header, both JSON.
    pub(super) fn sign(&self, header: &[u8], claims: &[u8]) -> Option<String> {
        let encoded = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let signed = [encoded(header), encoded(claims)].join(".");
        let signature = self.0.try_sign(signed.as_bytes()).ok()?;
        Some([signed, encoded(&signature.to_bytes())].join("."))
    }
}

#[cfg(test)]
mod tests {
    use rsa::{BoxedUint, pkcs8::EncodePrivateKey, pkcs8::LineEnding};

    use super::*;

    /// The key of RFC 7515 appendix A.2, as PEM.
    fn pem() -> String {
        let jwk: serde_json::Value =
            serde_json::from_str(include_str!("../../../tests/rfc7515-a2.json")).unwrap();
        let number = |name: &str| {
            let bytes = BASE64_URL_SAFE_NO_PAD
                .decode(jwk["key"][name].as_str().unwrap())
                .unwrap();
            BoxedUint::from_be_slice_vartime(&bytes)
        };
        let primes = vec![number("p"), number("q")];
        let key =
            RsaPrivateKey::from_components(number("n"), number("e"), number("d"), primes).unwrap();
        key.to_pkcs8_pem(LineEnding::LF).unwrap().to_string()
    }

    #[test]
    fn it_signs_as_the_example_of_rfc_7515() {
        let example: serde_json::Value =
            serde_json::from_str(include_str!("../../../tests/rfc7515-a2.json")).unwrap();
        let text = |name: &str| example[name].as_str().unwrap();
        let signed = AssertionKey::of_pem(&pem())
            .unwrap()
            .sign(text("header").as_bytes(), text("payload").as_bytes());
        assert_eq!(signed.as_deref(), Some(text("signed")));
    }

    #[test]
    fn what_is_no_key_of_a_usual_size_is_none() {
        let long = format!("{}{}", pem(), " ".repeat(MAX_PEM));
        for text in ["", "-----BEGIN PRIVATE KEY-----", "not a key", &long] {
            assert!(AssertionKey::of_pem(text).is_none());
        }
    }
}
