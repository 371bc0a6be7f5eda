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

    /// Parses a repository without details; `None` if its name is not valid, because it cannot be requested.
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

    /// Parses a tag without details; `None` if it is not valid.
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

    /// Adds its digest, if the text is valid.
    pub(crate) fn digest(mut self, text: Option<&str>) -> Self {
        self.digest = text
            .and_then(Digest::parse)
            .map(|digest| digest.to_string());
        self
    }
}

/// What a listing lists.
pub(crate) trait Entry {
    /// Returns its unique name.
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

/// A page of a listing. Each way has its own type for the next position.
#[derive(Debug)]
pub(crate) struct Page<T, Next = Place> {
    /// What it lists, without names that break the grammar.
    pub(crate) items: Vec<T>,
    /// The next position; `None` after the last page.
    pub(crate) next: Option<Next>,
    /// True if entries may be missing after it, or after one before.
    pub(crate) is_cut: bool,
    /// True if the response had no entry at all.
    pub(crate) is_empty: bool,
    /// True if the response had exactly the requested number of entries.
    pub(crate) is_full: bool,
}

impl<T, Next> Page<T, Next> {
    /// Creates a page of a listing that always returns the next position.
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
