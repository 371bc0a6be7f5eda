//! JSON Web Tokens (RFC 7515, RFC 7519), verified with EdDSA, ES256, RS256 or HS256.
//!
//! A [`key::Key`] carries its one algorithm, so nothing in a token chooses how it is judged: what its header says only finds
//! the key, and a public key is never taken for a shared secret because it is no secret by its type. The libraries that
//! were weighed bring older ciphers beside those of this workspace, or read the clock themselves; what is here on top of
//! the ciphers is the form of a token and its claims.

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
