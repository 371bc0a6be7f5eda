//! The reason why a list of patterns takes an image, or does not.

/// The reason why a [`super::PatternSet`] takes an image, or does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Explanation {
    /// The pattern at `pattern` takes it, by each of its parts.
    Taken {
        /// The first such pattern's place in the list.
        pattern: usize,
        /// True if it has a name part.
        by_name: bool,
        /// True if it has a tag part.
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
