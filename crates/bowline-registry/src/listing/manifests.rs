//! Manifests in a list of tags, which Google's registries include.

use std::{collections::HashMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};

use crate::{
    digest::Digest,
    json::{List, Number},
    listing::entry::ListedTag,
};

/// The manifests of a repository by digest, from the list of its tags.
#[derive(Default)]
pub(crate) struct Manifests {
    /// Those that have tags.
    tagged: Vec<(Digest, Manifest)>,
    /// True if there is any, tagged or not.
    are_there: bool,
}

/// What is known of a manifest. Numbers come as texts.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    #[serde(default)]
    tag: List<String>,
    #[serde(default)]
    image_size_bytes: Number,
    #[serde(default)]
    time_created_ms: Number,
    #[serde(default)]
    time_uploaded_ms: Number,
}

impl Manifests {
    pub(crate) fn is_empty(&self) -> bool {
        !self.are_there
    }

    /// What is known of the tags.
    pub(crate) fn by_tag(&self) -> HashMap<&str, ListedTag> {
        let tags = self.tagged.iter().flat_map(|(digest, manifest)| {
            manifest
                .tag
                .0
                .iter()
                .map(move |tag| (tag, digest, manifest))
        });
        tags.filter_map(|(tag, digest, manifest)| {
            let mut listed = ListedTag::parse(tag)?;
            listed.digest = Some(digest.to_string());
            listed.size = manifest
                .image_size_bytes
                .0
                .and_then(|size| size.try_into().ok());
            listed.created_at = manifest.time_created_ms.0;
            listed.pushed_at = manifest.time_uploaded_ms.0;
            Some((tag.as_str(), listed))
        })
        .collect()
    }
}

/// Drops entries without a tag or with an invalid digest.
impl<'de> Deserialize<'de> for Manifests {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ManifestsVisitor)
    }
}

struct ManifestsVisitor;

impl<'de> Visitor<'de> for ManifestsVisitor {
    type Value = Manifests;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("manifests by their digests")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Manifests, A::Error> {
        let mut manifests = Manifests::default();
        while let Some((digest, manifest)) = entries.next_entry::<String, Option<Manifest>>()? {
            manifests.are_there = true;
            let tagged = manifest.filter(|manifest| !manifest.tag.0.is_empty());
            manifests.tagged.extend(Digest::parse(&digest).zip(tagged));
        }
        Ok(manifests)
    }
}
