//! JSON Web Tokens (RFC 7515, RFC 7519), verified with EdDSA, ES256, RS256 or HS256.
//!
//! A [`key::Key`] has one algorithm, so a token cannot choose how it is verified: its header only selects the key. A
//! public key cannot serve as a shared secret, because their types differ. The libraries that we evaluated bring older
//! ciphers than this workspace uses, or read the clock themselves. This module adds only the token format and the
//! claims to the ciphers.

#![deny(clippy::arithmetic_side_effects)]

mod claims;
mod jwks;
mod jwt;
mod key;
mod key_set;
mod published;
#[cfg(test)]
pub(crate) mod signing;
#[cfg(test)]
mod tests;
mod verified;

pub(crate) use self::{
    claims::{Claims, Rules},
    jwt::{Invalid, Token},
    key_set::KeySet,
    published::{Published, PublishedError},
};
