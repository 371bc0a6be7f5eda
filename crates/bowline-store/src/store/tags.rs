//! Keyed tags of values that are kept in clear: nobody but the service can put another one in their place.

use crate::keys::{Purpose, SealingKeys};

/// A tag, and the id of the key that made it.
#[derive(Clone)]
pub(super) struct Tag {
    pub(super) key_id: String,
    pub(super) tag: String,
}

impl Tag {
    /// The tag of `parts` by the first key.
    pub(super) fn new<'a>(
        keys: &SealingKeys,
        purpose: Purpose<'_>,
        parts: impl IntoIterator<Item = &'a [u8]>,
    ) -> Option<Self> {
        let key = keys.sealing();
        Some(Self {
            key_id: key.id.clone(),
            tag: key.hash(purpose, parts)?,
        })
    }

    /// True if one of the operator's keys made it of `parts`.
    pub(super) fn holds<'a>(
        &self,
        keys: &SealingKeys,
        purpose: Purpose<'_>,
        parts: impl IntoIterator<Item = &'a [u8]>,
    ) -> bool {
        keys.named(&self.key_id)
            .is_some_and(|key| key.verifies(purpose, parts, &self.tag))
    }
}
