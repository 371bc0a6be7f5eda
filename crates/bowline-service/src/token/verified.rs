//! Tokens with a verified signature, so that a repeated token is verified only once. In WebAssembly, verification with
//! a public key takes longer than the rest of a read.
//!
//! This stores only the digest of a token, which is useless for sign-in. Its claims and times are checked every time.
//! The record belongs to one key set and ends with it, so a key that the issuer revoked no longer verifies anything.

use std::{cell::RefCell, collections::BTreeSet};

use sha2::{Digest, Sha256};

use super::jwt::Token;

/// The maximum number of remembered tokens. Beyond it, the record is cleared.
const MOST: usize = 256;

/// The digests of tokens that keys of one set have signed.
#[derive(Default)]
pub(super) struct Verified(RefCell<BTreeSet<[u8; 32]>>);

impl Verified {
    /// True when the signature of `token` was found good before, or `verify` finds it good now.
    pub(super) fn is_good(&self, token: &Token<'_>, verify: impl FnOnce() -> bool) -> bool {
        let digest = Sha256::new()
            .chain_update(token.signed)
            .chain_update(".")
            .chain_update(&token.signature)
            .finalize()
            .into();
        if self.0.borrow().contains(&digest) {
            return true;
        }
        let is_good = verify();
        if is_good {
            let mut known = self.0.borrow_mut();
            if known.len() >= MOST {
                known.clear();
            }
            known.insert(digest);
        }
        is_good
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `{"alg":"ES256"}`, `{}` and a signature of one byte.
    const TOKEN: &str = "eyJhbGciOiJFUzI1NiJ9.e30.AQ";

    fn asked(verified: &Verified, text: &str, is_good: bool) -> (bool, bool) {
        let token = Token::parse(text).unwrap();
        let mut was_asked = false;
        let answer = verified.is_good(&token, || {
            was_asked = true;
            is_good
        });
        (answer, was_asked)
    }

    #[test]
    fn the_same_token_is_verified_once_and_no_other_passes_for_it() {
        let verified = Verified::default();
        let cases = [
            ("a bad one", TOKEN, false, (false, true)),
            ("it once more, now good", TOKEN, true, (true, true)),
            ("it again", TOKEN, false, (true, false)),
            (
                "another signature",
                "eyJhbGciOiJFUzI1NiJ9.e30.AA",
                false,
                (false, true),
            ),
            (
                "another payload",
                "eyJhbGciOiJFUzI1NiJ9.e31.AQ",
                false,
                (false, true),
            ),
            (
                "another header",
                "eyJhbGciOiJSUzI1NiJ9.e30.AQ",
                false,
                (false, true),
            ),
        ];
        for (name, text, is_good, expected) in cases {
            assert_eq!(asked(&verified, text, is_good), expected, "{name}");
        }
        assert_eq!(
            asked(&Verified::default(), TOKEN, false),
            (false, true),
            "another set"
        );
    }

    #[test]
    fn the_memory_is_bounded() {
        let verified = Verified::default();
        for number in 0..=MOST {
            // Four characters are three bytes, whatever they are.
            let text = format!("eyJhbGciOiJFUzI1NiJ9.e30.{number:04}");
            assert_eq!(asked(&verified, &text, true), (true, true));
        }
        assert_eq!(verified.0.borrow().len(), 1);
    }
}
