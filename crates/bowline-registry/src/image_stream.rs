//! Image streams: the repositories of OpenShift's registry, as its API server returns them.

use serde::Deserialize;

use crate::{
    digest::Digest,
    image::{Repository, Tag},
    json::{First, List, or_default},
};

/// An image stream, as far as it is read.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct ImageStream {
    #[serde(deserialize_with = "or_default")]
    pub(crate) metadata: Metadata,
    #[serde(deserialize_with = "or_default")]
    status: Status,
}

/// What everything that the API server holds has.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Metadata {
    #[serde(deserialize_with = "or_default")]
    namespace: String,
    #[serde(deserialize_with = "or_default")]
    name: String,
    #[serde(deserialize_with = "or_default")]
    pub(crate) resource_version: String,
}

/// Where a tag points to.
pub(crate) struct Pointer {
    pub(crate) tag: Tag,
    pub(crate) digest: Digest,
    /// Since when, in milliseconds since 1970.
    pub(crate) since: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Status {
    tags: List<History>,
}

/// Where a tag has pointed to.
#[derive(Deserialize)]
struct History {
    tag: String,
    /// The newest first.
    #[serde(default)]
    items: First<Event>,
}

#[derive(Deserialize)]
struct Event {
    created: Option<String>,
    /// The digest of the image.
    #[serde(default, deserialize_with = "or_default")]
    image: String,
}

impl ImageStream {
    /// The repository; `None` if its name is not valid, because it cannot be requested.
    pub(crate) fn repository(&self) -> Option<Repository> {
        let Metadata {
            namespace, name, ..
        } = &self.metadata;
        Repository::parse(&format!("{namespace}/{name}"))
    }

    /// Where its tags point to now, without those that point nowhere.
    pub(crate) fn tags(&self) -> impl Iterator<Item = Pointer> {
        let histories = self.status.tags.0.iter();
        histories.filter_map(|history| {
            let newest = history.items.0.as_ref()?;
            let created = newest.created.as_deref();
            Some(Pointer {
                tag: Tag::parse(&history.tag)?,
                digest: Digest::parse(&newest.image)?,
                since: created.and_then(bowline::time::parse_rfc3339),
            })
        })
    }
}
