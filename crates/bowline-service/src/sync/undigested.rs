//! Images without a known digest: the registry lists their tags but refuses to serve them.
//!
//! The inventory shows them with the reason, because images that a policy blocks matter most. Nobody can pull them, so
//! they are never queued.

use bowline_registry::Code;
use bowline_store::ManifestDetails;

/// The text that the inventory stores instead of the digest.
pub(crate) fn stand_in(repository: &str, tag: &str) -> String {
    format!("{repository}:{tag}")
}

/// The details of such an image: why it could not be read.
pub(super) fn details(repository: &str, tag: &str, code: Code) -> ManifestDetails {
    ManifestDetails {
        digest: stand_in(repository, tag),
        problem: Some(code.as_str().to_owned()),
        ..ManifestDetails::default()
    }
}
