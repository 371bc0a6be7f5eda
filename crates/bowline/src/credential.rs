//! What a connection logs in with, parsed.

use std::fmt;

use crate::secret::Secret;

/// A username as the registry gets it: not empty, without `:` (RFC 7617 §2) and control characters.
/// Its letter case is kept: registries tell `AWS` from `aws`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username(String);

impl Username {
    /// The username of this text, or `None` where the text is none.
    pub fn parse(text: &str) -> Option<Self> {
        let sound = !text.is_empty() && !text.chars().any(|c| c == ':' || c.is_control());
        sound.then(|| Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a connection logs in with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Credentials {
    /// Nothing: the registry serves everybody.
    Anonymous,
    /// A username with a password or an access token in its place.
    Password {
        /// Whose password it is.
        username: Username,
        /// The password or token.
        password: Secret,
    },
    /// A token alone: tried as an OAuth2 `refresh_token` grant, then as a Bearer token.
    OAuth2 {
        /// The token.
        token: Secret,
    },
}
