//! Which images of an inventory are due.
//!
//! The order: `never`, then `include`, then the condition; `always` adds what those left out, except what `never`
//! excludes. Signatures, attestations, SBOMs, charts and other artifacts are no images.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::{Condition, Policy, Unit};
use crate::{
    pattern::{Explanation, PatternSet},
    text::concat,
    time,
};

/// An image of an inventory.
#[derive(Clone, Debug, Default)]
pub struct Image {
    /// The repository's path, without the host.
    pub repository: String,
    /// The tag.
    pub tag: String,
    /// The manifest's digest; two tags of one digest are one image.
    pub digest: String,
    /// When it was built, in milliseconds since 1970.
    pub created_at: Option<i64>,
    /// When it was pushed.
    pub pushed_at: Option<i64>,
    /// When it was first listed.
    pub first_seen: Option<i64>,
    /// The artifact's type, where it is no image.
    pub artifact_type: String,
}

/// What was decided about an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Whether it is due.
    pub selected: bool,
    /// What decided.
    pub by: DecidedBy,
    /// Which pattern of the list that decided, where one did.
    pub pattern: Option<usize>,
}

/// What decided about an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

impl Policy {
    /// Decides about every image, in order. `now` is in milliseconds since 1970.
    pub fn select(&self, images: &[Image], now: i64) -> Vec<Decision> {
        let mut decisions: Vec<Decision> =
            images.iter().map(|image| self.by_patterns(image)).collect();
        let due = self.by_condition(images, &decisions, now);
        for ((decision, image), due) in decisions.iter_mut().zip(images).zip(due) {
            let left_out = match decision.by {
                DecidedBy::Artifact | DecidedBy::Never | DecidedBy::Always => continue,
                DecidedBy::Include if !decision.selected => true,
                DecidedBy::Include | DecidedBy::Condition => !due,
            };
            if !left_out {
                continue;
            }
            let always = taken_by(&self.always, &image.text());
            *decision = match (always, decision.selected) {
                (Some(pattern), _) => Decision {
                    selected: true,
                    by: DecidedBy::Always,
                    pattern: Some(pattern),
                },
                (None, true) => Decision {
                    selected: false,
                    by: DecidedBy::Condition,
                    pattern: None,
                },
                (None, false) => *decision,
            };
        }
        decisions
    }

    /// Whether a pattern of `never` excludes the whole repository, so that its tags need not be asked for.
    pub fn never_asks(&self, repository: &str) -> bool {
        let whole = |explanation| matches!(explanation, Explanation::Taken { by_tag: false, .. });
        whole(self.never.explain(repository))
    }

    fn by_patterns(&self, image: &Image) -> Decision {
        let text = image.text();
        if image.is_artifact() {
            return Decision {
                selected: false,
                by: DecidedBy::Artifact,
                pattern: None,
            };
        }
        if let Some(pattern) = taken_by(&self.never, &text) {
            return Decision {
                selected: false,
                by: DecidedBy::Never,
                pattern: Some(pattern),
            };
        }
        let pattern = taken_by(&self.include, &text);
        let selected = self.include.patterns().is_empty() || pattern.is_some();
        Decision {
            selected,
            by: DecidedBy::Include,
            pattern,
        }
    }

    /// For each image whether it passed the patterns and passes the condition; what `always` takes does not count as one
    /// of the latest.
    fn by_condition(&self, images: &[Image], decisions: &[Decision], now: i64) -> Vec<bool> {
        let passed = decisions.iter().map(|decision| decision.selected);
        match self.condition {
            Condition::None => passed.collect(),
            Condition::CreatedWithin { amount, unit } => {
                let since = before(now, amount, unit);
                let young = images.iter().map(|image| image.born(now) >= since);
                passed
                    .zip(young)
                    .map(|(passed, young)| passed && young)
                    .collect()
            }
            Condition::Latest { count } => {
                let images = images.iter().enumerate();
                let passed = images.zip(passed).filter(|((_, image), passed)| {
                    // What is taken anyway takes no place from the others.
                    *passed && !self.always.matches(&image.text())
                });
                let due = latest(passed.map(|(image, _)| image), count, now);
                let mut flags = vec![false; decisions.len()];
                for index in due {
                    if let Some(flag) = flags.get_mut(index) {
                        *flag = true;
                    }
                }
                flags
            }
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

/// The first pattern of the list that takes the image.
fn taken_by(patterns: &PatternSet, text: &str) -> Option<usize> {
    if !patterns.matches(text) {
        return None;
    }
    match patterns.explain(text) {
        Explanation::Taken { pattern, .. } => Some(pattern),
        Explanation::Missed { .. } | Explanation::Unmatched => None,
    }
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
    fn text(&self) -> String {
        if self.tag.is_empty() {
            self.repository.clone()
        } else {
            concat(&[self.repository.as_str(), ":", &self.tag])
        }
    }

    /// When it came to be; one that has no date at all is seen for the first time now.
    fn born(&self, now: i64) -> i64 {
        let created = self.created_at.filter(|&created| created >= FIRST_BELIEVED);
        created
            .or(self.pushed_at)
            .or(self.first_seen)
            .unwrap_or(now)
    }

    /// What makes it another image than its neighbour: the digest, or the tag where that is unknown.
    fn identity(&self) -> &str {
        if self.digest.is_empty() {
            &self.tag
        } else {
            &self.digest
        }
    }

    /// Whether it is a signature, an attestation, an SBOM or another artifact. Besides the declared type, the tags
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
