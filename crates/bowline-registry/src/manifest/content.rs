//! The content of a manifest that a pull continues with.

use serde::Deserialize;

use crate::{
    digest::Digest,
    json,
    problem::{Code, Failure},
};

/// A manifest, as far as a pull goes on from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Manifest {
    /// Several platforms: the digest of the one to go on with.
    Index(Digest),
    /// One image, or something else in the same form.
    Content(Content),
}

/// What a manifest that is no index says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Content {
    pub(crate) kind: Kind,
    /// What to pull to prove that pulling works: the config, of an artifact its smallest blob, of schema 1 a layer.
    pub(crate) blob: Digest,
    /// Returns the size of this blob in the manifest; `None` if it is missing.
    pub(crate) blob_bytes: Option<u64>,
    /// Returns the total size of its blobs; `None` if a size is missing.
    pub(crate) bytes: Option<u64>,
}

/// What a manifest is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An image, whose config says when it was made.
    Image,
    /// An image in the form of schema 1, which says itself when it was made, in milliseconds since 1970.
    Schema1(Option<i64>),
    /// A chart, a signature, an attestation or another artifact, of this media type.
    Artifact(String),
}

impl Content {
    /// Tells whether it is an image, not a chart, a signature, an attestation or another artifact.
    pub(crate) fn is_image(&self) -> bool {
        !matches!(self.kind, Kind::Artifact(_))
    }
}

/// The part that is read of a config.
#[derive(Deserialize)]
struct Config {
    created: Option<String>,
}

/// Returns the creation time in a config, in milliseconds since 1970; `None` if it is missing.
pub(crate) fn created_at(config: &[u8]) -> Option<i64> {
    let config: Config = json::from_slice(config).ok()?;
    bowline::time::parse_rfc3339(&config.created?)
}

pub(super) fn unsupported(detail: &str) -> Failure {
    Failure::new(Code::ManifestUnsupported, detail)
}
