//! Images whose digest nobody has told: their tags are listed, and the registry refuses to serve them.
//!
//! The inventory shows them with the reason, because the image that a policy blocks is the one that matters. Nobody can pull
//! them, so they are never queued.

use bowline_registry::Code;
use bowline_store::ManifestDetails;

/// The text that the inventory keeps in place of the digest.
pub(crate) fn stand_in(repository: &str, tag: &str) -> String {
    format!("{repository}:{tag}")
}

/// The facts about such an image: why it could not be read. They are not asked for by the text in place of its digest.
pub(super) fn details(repository: &str, tag: &str, code: Code) -> ManifestDetails {
    ManifestDetails {
        digest: stand_in(repository, tag),
        problem: Some(code.as_str().to_owned()),
        ..ManifestDetails::default()
    }
}
