//! A list of patterns, built once and matched many times.

use super::{
    Pattern,
    engine::{CompiledPattern, Engine},
    split_image,
};
use crate::finding::Issue;

/// A list of patterns. It takes an image that any of them matches; an empty list takes none.
#[derive(Debug)]
pub struct PatternSet {
    patterns: Vec<Pattern>,
    compiled: Vec<CompiledPattern>,
    engine: Engine,
}

/// Why a [`PatternSet`] takes an image, or does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Explanation {
    /// The pattern at `pattern` takes it, by each of its parts.
    Taken {
        /// The first such pattern's place in the list.
        pattern: usize,
        /// Whether it has a name part.
        by_name: bool,
        /// Whether it has a tag part.
        by_tag: bool,
    },
    /// No pattern takes it; the one at `pattern` matches one part and not the other.
    Missed {
        /// The first such pattern's place in the list.
        pattern: usize,
        /// The part that does not match.
        by: MissedPart,
    },
    /// No pattern matches any part of it.
    Unmatched,
}

/// The part of a pattern that an image misses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissedPart {
    /// The repository.
    Name,
    /// The tag, or there is none.
    Tag,
}

impl Default for PatternSet {
    /// The empty list.
    fn default() -> Self {
        Self {
            patterns: Vec::new(),
            compiled: Vec::new(),
            engine: Engine::new(&[]),
        }
    }
}

impl PatternSet {
    /// Parses and compiles the patterns.
    ///
    /// # Errors
    /// The first text that is no pattern: its place in the list, and why.
    pub fn new<T: AsRef<str>>(
        patterns: impl IntoIterator<Item = T>,
    ) -> Result<Self, (usize, Issue)> {
        let parsed = patterns.into_iter().enumerate();
        let parsed = parsed
            .map(|(index, text)| Pattern::parse(text.as_ref()).map_err(|error| (index, error)));
        let patterns = parsed.collect::<Result<Vec<_>, _>>()?;
        let engine = Engine::new(&patterns);
        Ok(Self {
            compiled: patterns.iter().map(CompiledPattern::new).collect(),
            patterns,
            engine,
        })
    }

    /// The patterns, in the order given.
    pub fn patterns(&self) -> &[Pattern] {
        &self.patterns
    }

    /// Whether a pattern matches the image: `team/api`, `alpine:3.20`, `alpine:3.20@sha256:…`.
    pub fn matches(&self, image: &str) -> bool {
        self.engine.matches(&self.compiled, image)
    }

    /// The places of the images that a pattern matches, in order.
    pub fn filter<T: AsRef<str>>(&self, images: impl IntoIterator<Item = T>) -> Vec<u32> {
        self.engine.filter(&self.compiled, images.into_iter())
    }

    /// Says which pattern decides about the image, and by which part.
    pub fn explain(&self, image: &str) -> Explanation {
        let (name, tag) = split_image(image);
        let mut missed = None;
        for (index, pattern) in self.compiled.iter().enumerate() {
            let (has_name, has_tag) = (pattern.has_name(), pattern.has_tag());
            match (pattern.matches_name(name), pattern.matches_tag(tag)) {
                (true, true) => {
                    return Explanation::Taken {
                        pattern: index,
                        by_name: has_name,
                        by_tag: has_tag,
                    };
                }
                (true, false) if has_name => missed = missed.or(Some((index, MissedPart::Tag))),
                (false, true) if has_tag => missed = missed.or(Some((index, MissedPart::Name))),
                _ => {}
            }
        }
        missed.map_or(Explanation::Unmatched, |(pattern, by)| {
            Explanation::Missed { pattern, by }
        })
    }
}
