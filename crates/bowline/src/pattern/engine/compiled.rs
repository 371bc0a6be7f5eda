//! One pattern, ready to be asked.

use super::{
    super::{Glob, Part, Pattern},
    regex::Regex,
};
use crate::text::contains;

/// A pattern with its expressions compiled.
#[derive(Debug)]
pub(crate) struct CompiledPattern {
    name: Option<CompiledPart>,
    tag: Option<CompiledPart>,
}

#[derive(Debug)]
enum CompiledPart {
    Literal(String),
    Glob(Glob),
    /// `None` matches nothing; a parsed pattern has none such.
    Regex(Option<Regex>),
}

impl CompiledPattern {
    pub(crate) fn new(pattern: &Pattern) -> Self {
        Self {
            name: pattern.name().map(CompiledPart::new),
            tag: pattern.tag().map(CompiledPart::new),
        }
    }

    pub(crate) fn has_name(&self) -> bool {
        self.name.is_some()
    }

    pub(crate) fn has_tag(&self) -> bool {
        self.tag.is_some()
    }

    pub(crate) fn matches(&self, name: &str, tag: Option<&str>) -> bool {
        self.matches_name(name) && self.matches_tag(tag)
    }

    pub(crate) fn matches_name(&self, name: &str) -> bool {
        self.name.as_ref().is_none_or(|part| part.matches(name))
    }

    /// An image without a tag is matched by no tag part.
    pub(crate) fn matches_tag(&self, tag: Option<&str>) -> bool {
        self.tag
            .as_ref()
            .is_none_or(|part| tag.is_some_and(|tag| part.matches(tag)))
    }
}

impl CompiledPart {
    fn new(part: &Part) -> Self {
        match part {
            Part::Literal(text) => Self::Literal(text.clone()),
            Part::Glob(glob) => Self::Glob(glob.clone()),
            Part::Regex(text) => Self::Regex(Regex::parse(text).ok()),
        }
    }

    fn matches(&self, text: &str) -> bool {
        match self {
            Self::Literal(literal) => contains(text, literal),
            Self::Glob(glob) => glob.matches(text),
            Self::Regex(regex) => regex.as_ref().is_some_and(|regex| regex.is_match(text)),
        }
    }
}
