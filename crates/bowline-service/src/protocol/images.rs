//! A connection's images, for the preview of a policy.

use bowline::document::Document;
use serde::{Deserialize, Serialize};

use super::{PrivateOperation, PrivateRequest};

/// Lists the images that a policy chooses from.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImagesRequest<F> {
    pub(crate) form: F,
    /// The policy that will select: a repository that it excludes whole is not asked for its tags.
    #[serde(default)]
    pub(crate) policy: Document,
}

impl<F> PrivateRequest for ImagesRequest<F> {
    const OPERATION: PrivateOperation = PrivateOperation::Images;
    type Response = Images;
}

/// The images.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(crate) struct Images {
    pub(crate) images: Vec<ListedImage>,
    /// True when that is all there is.
    pub(crate) complete: bool,
}

/// An image with the details from its listing. Times are in milliseconds since 1970.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListedImage {
    pub(crate) repository: String,
    pub(crate) tag: String,
    #[serde(default)]
    pub(crate) digest: Option<String>,
    #[serde(default)]
    pub(crate) created_at: Option<i64>,
    #[serde(default)]
    pub(crate) pushed_at: Option<i64>,
}
