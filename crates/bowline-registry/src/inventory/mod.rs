//! The inventory of a repository: the digests of its tags, and the dates and sizes of its images.
//!
//! Digests cost a request a tag, and its details one or two more, once for each digest. So both come in parts: what time
//! or the registry's limits leave over is named, and asked for again.

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

/// A tag whose digest is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AskedTag {
    /// The tag: `3.20`.
    pub tag: String,
    /// What it pointed to when that was asked for last. Where it still does, nothing is read.
    #[serde(default)]
    pub known: Option<String>,
}

/// The digest that a tag points to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TagDigest {
    /// The tag: `3.20`.
    pub tag: String,
    /// The digest of its manifest or index; `None` where there is no such tag, or where `problem` says why it is not
    /// known.
    pub digest: Option<String>,
    /// Where its details stand; `None` where the tag still points to what was known.
    pub from: Option<Source>,
    /// Why what it points to could not be read. It says nothing about whether the tag is there; a digest beside it is what
    /// the registry says, which nothing proves.
    pub problem: Option<Code>,
}

/// The tags or images of a repository that were found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Found<T> {
    /// In the order in which they were asked for.
    pub items: Vec<T>,
    /// The tags or digests that are to be asked for again.
    pub left: Vec<String>,
    /// How many requests that took.
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

/// An image whose details are asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AskedImage {
    /// The digest of its manifest or index.
    pub digest: String,
    /// Where its details stand, as its tag's [`TagDigest`] tells; without it the manifest is read first.
    #[serde(default)]
    pub from: Option<Source>,
}

/// The details of an image, from its manifest and config.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageDetails {
    /// The digest that was asked for.
    pub digest: String,
    /// When it was made, in milliseconds since 1970, where its config tells. Of an index, that of the image for
    /// linux/amd64, else of its first image.
    pub created_at: Option<i64>,
    /// How large its config and its layers are, compressed, in bytes; of an index, as above.
    pub size: Option<u64>,
    /// What it is, where that is not an image but a signature, an SBOM, a chart or another artifact: a media type;
    /// `unknown` where that is not told or the manifest is of a kind that is not understood.
    pub artifact_type: String,
    /// Why it could not be read.
    pub problem: Option<Code>,
}

/// Where the details of an image stand, learned from its manifest, so that this is not read again. Only this crate looks
/// into it; everybody else hands it on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Source(Place);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase")]
enum Place {
    /// In this manifest.
    Manifest(Digest),
    /// In this config, of so many bytes; the image has this size.
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
