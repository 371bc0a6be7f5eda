//! The keys of an issuer.

use zeroize::Zeroizing;

use super::{
    jwt::Token,
    key::{Algorithm, Key},
    verified::Verified,
};

/// The shortest secret that is taken: as long as the hash (RFC 7518 §3.2), in bytes.
const SHORTEST_SECRET: usize = 32;

/// Keys, each with the id that tokens name it by.
pub(crate) struct KeySet {
    keys: Vec<NamedKey>,
    verified: Verified,
}

/// A key and its id, if it has one.
pub(super) struct NamedKey {
    pub(super) id: Option<String>,
    pub(super) key: Key,
}

impl KeySet {
    /// One shared secret. `None`: it has fewer than 32 bytes.
    pub(crate) fn of_secret(secret: &str) -> Option<Self> {
        (secret.len() >= SHORTEST_SECRET).then(|| {
            Self::of_keys(vec![NamedKey {
                id: None,
                key: Key::Hs256(Zeroizing::new(secret.as_bytes().to_vec())),
            }])
        })
    }

    pub(super) fn of_keys(keys: Vec<NamedKey>) -> Self {
        Self {
            keys,
            verified: Verified::default(),
        }
    }

    /// True when one of the keys signed `token`.
    pub(super) fn signed(&self, token: &Token<'_>) -> bool {
        let verify = |key: &Key| key.signed(token.signed.as_bytes(), &token.signature);
        self.find(token).is_some_and(|key| match token.algorithm {
            // As quick as looking it up.
            Algorithm::Hs256 => verify(key),
            _ => self.verified.is_good(token, || verify(key)),
        })
    }

    /// The one key that a token can be signed with: of its algorithm and, where both say one, of its id. A token for
    /// which there are two says too little.
    pub(super) fn find(&self, token: &Token<'_>) -> Option<&Key> {
        let fits = |named: &&NamedKey| {
            let differs =
                matches!((&named.id, &token.key_id), (Some(id), Some(asked)) if id != asked);
            named.key.algorithm() == token.algorithm && !differs
        };
        let mut fitting = self.keys.iter().filter(fits);
        let found = fitting.next()?;
        fitting.next().is_none().then_some(&found.key)
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }
}
