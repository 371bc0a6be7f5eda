//! One half of a pattern.

use super::glob::Glob;

/// One half of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// The image's part contains this text.
    Literal(String),
    /// The image's whole part is of this shape.
    Glob(Glob),
    /// This expression is found in the image's part. Linear time; ASCII, without Unicode classes.
    Regex(String),
}

impl Part {
    /// The part as it was written; an expression without its slashes.
    pub fn text(&self) -> &str {
        match self {
            Self::Literal(text) | Self::Regex(text) => text,
            Self::Glob(glob) => glob.text(),
        }
    }
}

/// The half of a pattern that a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// Of the repository.
    Name,
    Tag,
}
