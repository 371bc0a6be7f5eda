//! Repositories and tags for browsing. The responses go to callers unchanged.

use serde::{Deserialize, Serialize};

use super::{PrivateOperation, PrivateRequest};

/// Lists the repositories that a connection reaches.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RepositoriesRequest<F> {
    pub(crate) form: F,
    /// A part of the names that are listed; empty takes all.
    #[serde(default)]
    pub(crate) search: String,
}

impl<F> PrivateRequest for RepositoriesRequest<F> {
    const OPERATION: PrivateOperation = PrivateOperation::Repositories;
    type Response = Listing;
}

/// Lists the tags of a repository.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TagsRequest<F> {
    pub(crate) form: F,
    pub(crate) repository: String,
}

impl<F> PrivateRequest for TagsRequest<F> {
    const OPERATION: PrivateOperation = PrivateOperation::Tags;
    type Response = Listing;
}

/// Names, in the order of the registry.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Listing {
    pub(crate) items: Vec<Entry>,
    /// True when that is all there is.
    pub(crate) complete: bool,
    /// A listing is one page: search instead.
    pub(crate) next: Option<String>,
}

/// A repository or a tag.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Entry {
    pub(crate) name: String,
}
