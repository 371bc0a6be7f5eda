//! The images of an inventory that are due.
//!
//! The order: `never`, then `include`, then the condition; `always` adds what those left out, except what `never`
//! excludes. Signatures, attestations, SBOMs, charts and other artifacts are no images.

use std::{cmp::Reverse, collections::BinaryHeap};

use serde::Serialize;

use super::{Condition, Policy, Unit};
use crate::{pattern::PatternSet, time};

/// An image of an inventory.
#[derive(Clone, Debug, Default)]
pub struct Image {
    /// The repository's path, without the host.
    pub repository: String,
    /// The tag.
    pub tag: String,
    /// The manifest's digest; two tags of one digest are one image.
    pub digest: String,
    /// The time of its build, in milliseconds since 1970.
    pub created_at: Option<i64>,
    /// The time of its push.
    pub pushed_at: Option<i64>,
    /// The time when it was first listed.
    pub first_seen: Option<i64>,
    /// The artifact's type, where it is no image.
    pub artifact_type: String,
}

/// A decision about an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// True if the image is due.
    pub selected: bool,
    /// The list or condition that decided.
    pub by: DecidedBy,
    /// The pattern that decided, by its place in the list.
    pub pattern: Option<usize>,
}

/// The list or condition that decided about an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DecidedBy {
    /// It is no image but a signature, an attestation or another artifact.
    Artifact,
    /// A pattern of `never`.
    Never,
    /// A pattern of `include`, that list being empty, or none of it.
    Include,
    /// The condition.
    Condition,
    /// A pattern of `always`.
    Always,
}

impl DecidedBy {
    const ALL: [Self; 5] = [
        Self::Artifact,
        Self::Never,
        Self::Include,
        Self::Condition,
        Self::Always,
    ];

    /// The list or condition of this name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.as_str() == text)
    }

    /// `artifact`, `never`, `include`, `condition` or `always`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Artifact => "artifact",
            Self::Never => "never",
            Self::Include => "include",
            Self::Condition => "condition",
            Self::Always => "always",
        }
    }
}

impl Policy {
    /// Decides about every image, in order. `now` is in milliseconds since 1970.
    pub fn select(&self, images: &[Image], now: i64) -> Vec<Decision> {
        let firsts = |patterns: &PatternSet| patterns.firsts(images, Image::write);
        let taken = Taken {
            never: firsts(&self.never),
            include: firsts(&self.include),
            always: firsts(&self.always),
            takes_all: self.include.patterns().is_empty(),
        };
        let holds = self.condition_holds(images, &taken, now);
        let decide = |(index, image)| {
            let holds = holds
                .as_ref()
                .is_none_or(|holds| holds.get(index) == Some(&true));
            taken.candidate(index, image).decide(holds)
        };
        images.iter().enumerate().map(decide).collect()
    }

    /// The first pattern of `never` that excludes a whole repository, so that its tags need not be asked for.
    pub fn excluded_by(&self, repository: &str) -> Option<usize> {
        let first = self.never.first(repository)?;
        let pattern = self.never.patterns().get(first)?;
        pattern.tag().is_none().then_some(first)
    }

    /// Returns true if a pattern of `never` excludes the whole repository, so that its tags need not be asked for.
    pub fn never_asks(&self, repository: &str) -> bool {
        self.excluded_by(repository).is_some()
    }

    /// The images for which the condition holds; `None` is all of them. Images that another list decides about do not
    /// count as one of the latest.
    fn condition_holds(&self, images: &[Image], taken: &Taken, now: i64) -> Option<Vec<bool>> {
        match self.condition {
            Condition::None => None,
            Condition::CreatedWithin { amount, unit } => {
                let since = before(now, amount, unit);
                let born = images.iter().map(|image| image.born(now));
                Some(born.map(|born| born >= since).collect())
            }
            Condition::Latest { count } => {
                let counted = images.iter().enumerate().filter(|(index, image)| {
                    let candidate = taken.candidate(*index, image);
                    let decided = candidate.is_artifact || candidate.never.is_some();
                    candidate.passes && !decided && candidate.always.is_none()
                });
                let mut holds = vec![false; images.len()];
                for index in latest(counted, count, now) {
                    if let Some(holds) = holds.get_mut(index) {
                        *holds = true;
                    }
                }
                Some(holds)
            }
        }
    }
}

/// The first pattern of each list that takes an image, for all images.
struct Taken {
    never: Vec<Option<u32>>,
    include: Vec<Option<u32>>,
    always: Vec<Option<u32>>,
    /// True if `include` is empty.
    takes_all: bool,
}

/// The first pattern of each list that takes one image.
struct Candidate {
    is_artifact: bool,
    never: Option<usize>,
    include: Option<usize>,
    always: Option<usize>,
    /// True if `include` takes it, with a pattern or because the list is empty.
    passes: bool,
}

impl Taken {
    fn candidate(&self, index: usize, image: &Image) -> Candidate {
        let of = |list: &[Option<u32>]| {
            let first = list.get(index).copied().flatten();
            first.and_then(|first| usize::try_from(first).ok())
        };
        let include = of(&self.include);
        Candidate {
            is_artifact: image.is_artifact(),
            never: of(&self.never),
            include,
            always: of(&self.always),
            passes: self.takes_all || include.is_some(),
        }
    }
}

impl Candidate {
    fn decide(&self, condition_holds: bool) -> Decision {
        let (selected, by, pattern) = if self.is_artifact {
            (false, DecidedBy::Artifact, None)
        } else if self.never.is_some() {
            (false, DecidedBy::Never, self.never)
        } else if self.passes && condition_holds {
            (true, DecidedBy::Include, self.include)
        } else if self.always.is_some() {
            (true, DecidedBy::Always, self.always)
        } else if self.passes {
            (false, DecidedBy::Condition, None)
        } else {
            (false, DecidedBy::Include, None)
        };
        Decision {
            selected,
            by,
            pattern,
        }
    }
}

/// The places of the images with the newest `count` digests of each repository.
fn latest<'a>(
    images: impl Iterator<Item = (usize, &'a Image)>,
    count: u32,
    now: i64,
) -> Vec<usize> {
    let most = usize::try_from(count).unwrap_or(usize::MAX);
    // Repository by repository, the newest first.
    let mut images: BinaryHeap<_> = images
        .map(|(index, image)| {
            let newest = (image.born(now), image.tag.as_str(), Reverse(index));
            (Reverse(image.repository.as_str()), newest, image.identity())
        })
        .collect();
    let mut due = Vec::new();
    let mut repository = "";
    // In order, so that a digest is found without walking them all.
    let mut digests: Vec<&str> = Vec::new();
    while let Some((Reverse(of), (_, _, Reverse(index)), digest)) = images.pop() {
        if of != repository {
            repository = of;
            digests.clear();
        }
        match digests.binary_search(&digest) {
            Ok(_) => due.push(index),
            Err(place) if digests.len() < most => {
                digests.insert(place, digest);
                due.push(index);
            }
            Err(_) => {}
        }
    }
    due
}

fn before(now: i64, amount: u32, unit: Unit) -> i64 {
    const DAY: i64 = 86_400_000;
    let amount = i64::from(amount);
    match unit {
        Unit::Days => now.saturating_sub(amount.saturating_mul(DAY)),
        Unit::Weeks => now.saturating_sub(amount.saturating_mul(7).saturating_mul(DAY)),
        Unit::Months => time::months_before(now, amount),
        Unit::Years => time::months_before(now, amount.saturating_mul(12)),
    }
}

/// 1981-01-01. Reproducible builds set dates of 1970 or 1980, which say nothing.
const FIRST_BELIEVED: i64 = 347_155_200_000;

impl Image {
    /// Puts the image's text, as patterns see it, behind another text.
    fn write(&self, text: &mut String) {
        text.push_str(&self.repository);
        if !self.tag.is_empty() {
            text.push(':');
            text.push_str(&self.tag);
        }
    }

    /// The time of its creation; an image that has no date at all is seen for the first time now.
    fn born(&self, now: i64) -> i64 {
        let created = self.created_at.filter(|&created| created >= FIRST_BELIEVED);
        created
            .or(self.pushed_at)
            .or(self.first_seen)
            .unwrap_or(now)
    }

    /// The identity of the image: its digest, or the tag if the digest is unknown.
    fn identity(&self) -> &str {
        if self.digest.is_empty() {
            &self.tag
        } else {
            &self.digest
        }
    }

    /// Returns true for a signature, an attestation, an SBOM or another artifact. Besides the declared type, the tags
    /// tell: `sha256-<digest>`, with `.sig`, `.att` or `.sbom` for Cosign (OCI distribution specification 1.1,
    /// "Referrers Tag Schema").
    fn is_artifact(&self) -> bool {
        let referrer = self.tag.split_once('-').is_some_and(|(algorithm, rest)| {
            let hex = rest.split_once('.').map_or(rest, |(hex, _)| hex);
            matches!(algorithm, "sha256" | "sha384" | "sha512")
                && hex.len() >= 64
                && hex.bytes().all(|b| b.is_ascii_hexdigit())
        });
        referrer
            || (!self.artifact_type.is_empty()
                && !IMAGE_TYPES.contains(&self.artifact_type.as_str()))
    }
}

/// The types that images declare, where they declare one.
const IMAGE_TYPES: &[&str] = &[
    "application/vnd.oci.image.config.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.container.image.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
];
