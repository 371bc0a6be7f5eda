//! The parts of a sync: pages of listings, digests, and details of images.
//!
//! Each response contains its number of requests to the registry. If the request has a [`Session`], so has the
//! response, for the next request of the same step. A step therefore logs in once, and the private service stores
//! nothing.

use bowline_registry::{AskedImage, AskedTag, Details, Digests, Session, StreamChanges};
use serde::{Deserialize, Serialize};

use super::{PrivateOperation, PrivateRequest};

/// An answer, with what the next request of the same step need not ask again.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct InSession<T> {
    #[serde(flatten)]
    pub(crate) answer: T,
    /// Present if the request had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) session: Option<Session>,
}

/// Asks for a page of the repositories.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RepositoriesPageRequest<F> {
    pub(crate) form: F,
    #[serde(default)]
    pub(crate) session: Option<Session>,
    /// That of the page before; `None` for the first.
    pub(crate) cursor: Option<String>,
}

impl<F> PrivateRequest for RepositoriesPageRequest<F> {
    const OPERATION: PrivateOperation = PrivateOperation::RepositoriesPage;
    type Response = InSession<RepositoriesPage>;
}

/// A page of the repositories that a connection reaches.
#[derive(Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RepositoriesPage {
    /// None, it may be, in the middle of a listing.
    pub(crate) items: Vec<RepositoryEntry>,
    /// The cursor of the next page; `None` after the last.
    pub(crate) cursor: Option<String>,
    /// True when this and the pages before it are known to be all; only the last can be.
    pub(crate) complete: bool,
    pub(crate) requests: u32,
}

/// A repository, with what its listing knows.
#[derive(Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RepositoryEntry {
    pub(crate) name: String,
    /// When something in it changed last, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) updated_at: Option<i64>,
}

/// Asks for a page of a repository's tags; a repository that is not there is `image.unknown`.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TagsPageRequest<F> {
    pub(crate) form: F,
    #[serde(default)]
    pub(crate) session: Option<Session>,
    pub(crate) repository: String,
    /// That of the page before; `None` for the first.
    pub(crate) cursor: Option<String>,
}

impl<F> PrivateRequest for TagsPageRequest<F> {
    const OPERATION: PrivateOperation = PrivateOperation::TagsPage;
    type Response = InSession<TagsPage>;
}

/// A page of a repository's tags, without those under which tools keep signatures, SBOMs and other attachments.
#[derive(Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TagsPage {
    /// None, it may be, in the middle of a listing.
    pub(crate) items: Vec<TagEntry>,
    /// The cursor of the next page; `None` after the last.
    pub(crate) cursor: Option<String>,
    /// True when this and the pages before it are known to be all; only the last can be.
    pub(crate) complete: bool,
    pub(crate) requests: u32,
}

/// A tag, with what its listing knows; times are in milliseconds since 1970.
#[derive(Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TagEntry {
    pub(crate) tag: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) digest: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) created_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pushed_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) size: Option<u64>,
}

/// How many tags or images one request may ask for, so that it fits into what the private service reads.
pub(crate) const MOST_ASKED: usize = 200;

/// Asks what tags point to; as many are answered as 8 seconds allow, at least one.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DigestsRequest<F> {
    pub(crate) form: F,
    #[serde(default)]
    pub(crate) session: Option<Session>,
    pub(crate) repository: String,
    pub(crate) tags: Vec<AskedTag>,
}

impl<F> PrivateRequest for DigestsRequest<F> {
    const OPERATION: PrivateOperation = PrivateOperation::Digests;
    type Response = InSession<Digests>;
}

/// Asks when images were made; as many are answered as 8 seconds allow, at least one.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DetailsRequest<F> {
    pub(crate) form: F,
    #[serde(default)]
    pub(crate) session: Option<Session>,
    pub(crate) repository: String,
    pub(crate) digests: Vec<AskedImage>,
}

impl<F> PrivateRequest for DetailsRequest<F> {
    const OPERATION: PrivateOperation = PrivateOperation::Details;
    type Response = InSession<Details>;
}

/// Lifts the quarantine of an image at Azure Container Registry.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ReleaseRequest<F> {
    pub(crate) form: F,
    pub(crate) repository: String,
    pub(crate) digest: String,
}

impl<F> PrivateRequest for ReleaseRequest<F> {
    const OPERATION: PrivateOperation = PrivateOperation::Release;
    type Response = Released;
}

/// Asks which of OpenShift's image streams changed.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct StreamsRequest<F> {
    pub(crate) form: F,
    /// Up to which changes are known; `None` asks for the present version alone.
    pub(crate) resource_version: Option<String>,
}

impl<F> PrivateRequest for StreamsRequest<F> {
    const OPERATION: PrivateOperation = PrivateOperation::Streams;
    type Response = StreamChanges;
}

/// The quarantine is lifted.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Released {}
