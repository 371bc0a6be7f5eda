//! Assertions that a private key signs: JSON Web Signatures with RS256 (RFC 7515, RFC 7518 section 3.3).

use std::convert::Infallible;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use rsa::{
    RsaPrivateKey,
    pkcs1v15::SigningKey,
    pkcs8::DecodePrivateKey,
    rand_core::{TryCryptoRng, TryRng},
    signature::{RandomizedSigner, SignatureEncoding},
    traits::PublicKeyParts,
};
use sha2::Sha256;

use crate::world::Random;

/// The sizes of a modulus, in bytes, that are taken: smaller ones are not safe (RFC 7518), larger ones cost too much.
const SIZES: std::ops::RangeInclusive<usize> = 256..=512;
/// No longer text is looked at. A key of 4096 bits takes 3.3 KiB.
const MAX_PEM: usize = 8 * 1024;

/// A key that signs assertions.
pub(super) struct AssertionKey(SigningKey<Sha256>);

impl AssertionKey {
    /// Parses the key in a PKCS #8 document in PEM; `None` if it is not an RSA key of 2048 to 4096 bits.
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
    ///
    /// The key's arithmetic is blinded by `random`, so that the time it takes says nothing of the key (RUSTSEC-2023-0071).
    /// The signature does not depend on it.
    pub(super) fn sign(
        &self,
        header: &[u8],
        claims: &[u8],
        random: &impl Random,
    ) -> Option<String> {
        let encoded = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let signed = [encoded(header), encoded(claims)].join(".");
        let signature = self
            .0
            .try_sign_with_rng(&mut Blinding(random), signed.as_bytes())
            .ok()?;
        Some([signed, encoded(&signature.to_bytes())].join("."))
    }
}

/// Randomness as the crate takes it.
struct Blinding<'a, R>(&'a R);

impl<R: Random> TryRng for Blinding<'_, R> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let [a, b, c, d, ..] = self.0.next_u64().to_le_bytes();
        Ok(u32::from_le_bytes([a, b, c, d]))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0.next_u64())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            for (byte, random) in chunk.iter_mut().zip(self.0.next_u64().to_le_bytes()) {
                *byte = random;
            }
        }
        Ok(())
    }
}

impl<R: Random> TryCryptoRng for Blinding<'_, R> {}

#[cfg(test)]
mod tests {
    use rsa::{BoxedUint, pkcs8::EncodePrivateKey, pkcs8::LineEnding};

    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

    use super::*;

    /// Counts what is asked of it.
    #[derive(Default)]
    struct Counted(AtomicU64);

    impl Random for Counted {
        fn next_u64(&self) -> u64 {
            let count = self.0.fetch_add(1, Relaxed).wrapping_add(1);
            count.wrapping_mul(0x9e37_79b9_7f4a_7c15)
        }
    }

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
        let random = Counted::default();
        let signed = AssertionKey::of_pem(&pem()).unwrap().sign(
            text("header").as_bytes(),
            text("payload").as_bytes(),
            &random,
        );
        assert_eq!(signed.as_deref(), Some(text("signed")));
        assert!(random.0.load(Relaxed) > 0, "the arithmetic is blinded");
    }

    #[test]
    fn what_is_no_key_of_a_usual_size_is_none() {
        let long = format!("{}{}", pem(), " ".repeat(MAX_PEM));
        for text in ["", "-----BEGIN PRIVATE KEY-----", "not a key", &long] {
            assert!(AssertionKey::of_pem(text).is_none());
        }
    }
}
