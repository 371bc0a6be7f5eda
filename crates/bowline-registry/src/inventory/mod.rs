//! The inventory of a repository: the digests of its tags, and the dates and sizes of its images.
//!
//! Each tag's digest costs a request, and each image's details one or two more. Both functions therefore return partial
//! results: they list what time or the registry's limits did not allow, so that the caller can ask for it again.

use serde::{Deserialize, Serialize};

use crate::{digest::Digest, problem::Code};

mod details;
mod digests;
mod release;
mod streams;
mod work;

pub use self::{
    details::details,
    digests::digests,
    release::release,
    streams::{ImageStream, StreamChanges, StreamTag, stream_changes},
};

/// A tag to look up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AskedTag {
    /// The tag: `3.20`.
    pub tag: String,
    /// The digest that it pointed to last time. If it still does, no manifest is read.
    #[serde(default)]
    pub known: Option<String>,
}

/// The digest that a tag points to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TagDigest {
    /// The tag: `3.20`.
    pub tag: String,
    /// The digest of its manifest or index; `None` if there is no such tag, or if `problem` says why the digest is not
    /// known.
    pub digest: Option<String>,
    /// Where to read its details; `None` if the tag still points to the known digest.
    pub from: Option<Source>,
    /// Why its manifest could not be read. This does not mean that the tag is missing. A `digest` beside it is the one
    /// that the registry reports, without proof.
    pub problem: Option<Code>,
}

/// The results for a number of tags or images of a repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Found<T> {
    /// The results, in the order of the request.
    pub items: Vec<T>,
    /// The tags or digests to ask for again.
    pub left: Vec<String>,
    /// The number of requests sent.
    pub requests: u32,
}

/// The digests of a number of tags.
pub type Digests = Found<TagDigest>;

/// The details of a number of images.
pub type Details = Found<ImageDetails>;

impl<T> Default for Found<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            left: Vec::new(),
            requests: 0,
        }
    }
}

/// An image to look up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AskedImage {
    /// The digest of its manifest or index.
    pub digest: String,
    /// Where to read its details, from its tag's [`TagDigest`]. Without it, the manifest is read first.
    #[serde(default)]
    pub from: Option<Source>,
}

/// The details of an image, from its manifest and config.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageDetails {
    /// The digest of the request.
    pub digest: String,
    /// The creation time in milliseconds since 1970, if the config has it. For an index, that of the image for
    /// linux/amd64, or of its first image.
    pub created_at: Option<i64>,
    /// The compressed size of its config and layers in bytes; for an index, as above.
    pub size: Option<u64>,
    /// The media type of an artifact that is not an image: a signature, an SBOM, a chart, or another one. It is
    /// `unknown` if the manifest does not say or is of an unsupported kind.
    pub artifact_type: String,
    /// Why it could not be read.
    pub problem: Option<Code>,
}

/// Where to read the details of an image, from its manifest, so that the manifest is not read again. Opaque to callers,
/// who only pass it on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Source(Place);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase")]
enum Place {
    /// In this manifest.
    Manifest(Digest),
    /// In this config with its length; the image has this size.
    Config {
        digest: Digest,
        bytes: Option<u64>,
        size: Option<u64>,
    },
    /// Here.
    Here {
        created_at: Option<i64>,
        size: Option<u64>,
        artifact_type: String,
    },
    /// This kind of manifest isn't supported.
    Nowhere,
}
