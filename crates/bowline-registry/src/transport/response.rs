//! A server's response.

use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::{guard::Permit, json};

/// An answer, read within its bounds.
pub(crate) struct Response {
    /// Where it came from, after redirects.
    pub(crate) permit: Permit,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// Whole for a success; of an error only if it is sound and not larger than 64 KiB. It may hold a token.
    pub(crate) body: Zeroizing<Vec<u8>>,
}

impl Response {
    /// The body, as JSON.
    pub(crate) fn json<'de, T: Deserialize<'de>>(&'de self) -> serde_json::Result<T> {
        json::from_slice(&self.body)
    }

    /// Returns the text of a header, if present.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}
