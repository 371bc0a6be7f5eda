//! A list of patterns, built once and matched many times.

use super::{cost::Budget, engine::Engine, explanation::Explanation, parse::Pattern};
use crate::finding::Issue;

/// A list of patterns. It takes an image that any of them matches; an empty list takes none.
#[derive(Debug)]
pub struct PatternSet {
    patterns: Vec<Pattern>,
    engine: Engine,
}

impl Default for PatternSet {
    /// The empty list.
    fn default() -> Self {
        Self::of(Vec::new())
    }
}

/// Lists of the same patterns are the same.
impl PartialEq for PatternSet {
    fn eq(&self, other: &Self) -> bool {
        self.patterns == other.patterns
    }
}

impl Eq for PatternSet {}

impl PatternSet {
    /// Parses and compiles the patterns.
    ///
    /// # Errors
    /// The first text that is no pattern: its place in the list, and why. Where the patterns are too large together,
    /// it is the first that no longer fits.
    pub fn new<T: AsRef<str>>(
        patterns: impl IntoIterator<Item = T>,
    ) -> Result<Self, (usize, Issue)> {
        let mut budget = Budget::default();
        let mut parsed = Vec::new();
        for (index, text) in patterns.into_iter().enumerate() {
            let pattern = Pattern::parse_within(text.as_ref(), &mut budget);
            parsed.push(pattern.map_err(|issue| (index, issue))?);
        }
        Ok(Self::of(parsed))
    }

    /// Compiles patterns that were parsed within one budget.
    pub(crate) fn of(patterns: Vec<Pattern>) -> Self {
        Self {
            engine: Engine::new(&patterns),
            patterns,
        }
    }

    /// The patterns, in the order given.
    pub fn patterns(&self) -> &[Pattern] {
        &self.patterns
    }

    /// Returns true if a pattern matches the image: `team/api`, `alpine:3.20`, `alpine:3.20@sha256:…`.
    pub fn matches(&self, image: &str) -> bool {
        self.engine.matches(image)
    }

    /// The place of the first pattern that matches the image.
    pub fn first(&self, image: &str) -> Option<usize> {
        self.engine.first(image)
    }

    /// The places of the images that a pattern matches, in order.
    pub fn filter<T: AsRef<str>>(&self, images: impl IntoIterator<Item = T>) -> Vec<u32> {
        self.engine.filter(images.into_iter())
    }

    /// [`PatternSet::first`] of each image; none at all where there are no patterns. `write` puts an image's text behind
    /// another text.
    pub(crate) fn firsts<T>(
        &self,
        images: &[T],
        write: impl Fn(&T, &mut String),
    ) -> Vec<Option<u32>> {
        match self.patterns.is_empty() {
            true => Vec::new(),
            false => self.engine.firsts(images, write),
        }
    }

    /// Says which pattern decides about the image, and by which part. It asks each pattern: it is for a person who
    /// tries patterns.
    pub fn explain(&self, image: &str) -> Explanation {
        self.engine.explain(image)
    }
}
