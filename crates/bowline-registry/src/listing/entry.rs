//! Repositories and tags in a listing.

use crate::{
    digest::Digest,
    image::{Repository, Tag},
    listing::cursor::Place,
};

/// A repository in a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedRepository {
    pub(crate) repository: Repository,
    /// The time of its last change, in milliseconds since 1970.
    pub updated_at: Option<i64>,
}

impl ListedRepository {
    /// Returns its name: `team/app`.
    pub fn name(&self) -> &str {
        self.repository.as_str()
    }

    /// The repository of this name, of which nothing else is known; `None` where it breaks the grammar, because it
    /// could not be asked for.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Repository::parse(name).map(Self::of)
    }

    /// This repository, of which nothing else is known.
    pub(crate) fn of(repository: Repository) -> Self {
        Self {
            repository,
            updated_at: None,
        }
    }

    /// With the time of its last change.
    pub(crate) fn updated(mut self, at: Option<i64>) -> Self {
        self.updated_at = at;
        self
    }
}

/// A tag in a listing. Optional members are set if the product's listing has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedTag {
    pub(crate) tag: Tag,
    /// The digest of the manifest or index that it points to.
    pub digest: Option<String>,
    /// The creation time of the image, in milliseconds since 1970.
    pub created_at: Option<i64>,
    /// The time of the push, in milliseconds since 1970.
    pub pushed_at: Option<i64>,
    /// The size in bytes.
    pub size: Option<u64>,
}

impl ListedTag {
    /// Returns the tag: `3.20`.
    pub fn name(&self) -> &str {
        self.tag.as_str()
    }

    /// Returns true if tools use such a tag for something other than an image: signatures, attestations, SBOMs, and the
    /// referrers of a digest.
    pub fn is_attachment(&self) -> bool {
        self.tag.is_attachment()
    }

    /// The tag of this text, of which nothing else is known; `None` where it breaks the grammar.
    pub(crate) fn parse(tag: &str) -> Option<Self> {
        Tag::parse(tag).map(Self::of)
    }

    /// This tag, of which nothing else is known.
    pub(crate) fn of(tag: Tag) -> Self {
        Self {
            tag,
            digest: None,
            created_at: None,
            pushed_at: None,
            size: None,
        }
    }

    /// With its digest, where the text is one.
    pub(crate) fn digest(mut self, text: Option<&str>) -> Self {
        self.digest = text
            .and_then(Digest::parse)
            .map(|digest| digest.to_string());
        self
    }
}

/// What a listing lists.
pub(crate) trait Entry {
    /// The name that tells it from the others.
    fn name(&self) -> &str;
}

impl Entry for ListedRepository {
    fn name(&self) -> &str {
        self.repository.as_str()
    }
}

impl Entry for ListedTag {
    fn name(&self) -> &str {
        self.tag.as_str()
    }
}

/// One page of a listing. A way gives it with its own mark of the next.
#[derive(Debug)]
pub(crate) struct Page<T, Next = Place> {
    /// What it lists, without names that break the grammar.
    pub(crate) items: Vec<T>,
    /// The place where it goes on; `None` after the last.
    pub(crate) next: Option<Next>,
    /// True if entries may be missing after it, or after one before.
    pub(crate) is_cut: bool,
    /// True if the response had no entry at all.
    pub(crate) is_empty: bool,
    /// True if the response had as many entries as were asked for, and not more.
    pub(crate) is_full: bool,
}

impl<T, Next> Page<T, Next> {
    /// A page of a listing that always tells where it goes on.
    pub(crate) fn new(items: Vec<T>, next: Option<Next>) -> Self {
        Self {
            is_empty: items.is_empty(),
            items,
            next,
            is_cut: false,
            is_full: false,
        }
    }

    /// A page of nothing, and the last.
    pub(crate) fn empty() -> Self {
        Self::new(Vec::new(), None)
    }

    /// A page that was announced and is not there: entries may be missing.
    pub(crate) fn lost() -> Self {
        Self {
            is_cut: true,
            ..Self::empty()
        }
    }
}
