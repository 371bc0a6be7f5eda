//! One pattern, ready to be asked.

use super::super::{
    explanation::{Explanation, MissedPart},
    expression,
    glob::Glob,
    parse::Pattern,
    part::Part,
};
use crate::text::contains;

/// A text that expressions are looked for in.
pub(super) trait Search {
    fn text(&self) -> &str;

    /// Returns true if the expression at this place is found.
    fn has(&self, place: usize) -> bool;
}

/// A pattern, whose expressions are known by their places among those of the list.
#[derive(Debug)]
pub(super) struct CompiledPattern {
    pub(super) name: Option<CompiledPart>,
    pub(super) tag: Option<CompiledPart>,
}

#[derive(Debug)]
pub(super) enum CompiledPart {
    Literal(String),
    Glob(Glob),
    /// An expression: its place, and a text that it needs, which is empty where it needs none.
    Regex(usize, String),
}

/// The patterns of a list, and the texts of the expressions that they refer to.
#[derive(Default)]
pub(super) struct Compiled<'a> {
    pub(super) patterns: Vec<CompiledPattern>,
    pub(super) name_expressions: Vec<&'a str>,
    pub(super) tag_expressions: Vec<&'a str>,
}

impl<'a> Compiled<'a> {
    pub(super) fn new(patterns: &'a [Pattern]) -> Self {
        let mut compiled = Self::default();
        for pattern in patterns {
            let name = pattern.name();
            let name = name.map(|part| CompiledPart::new(part, &mut compiled.name_expressions));
            let tag = pattern.tag();
            let tag = tag.map(|part| CompiledPart::new(part, &mut compiled.tag_expressions));
            compiled.patterns.push(CompiledPattern { name, tag });
        }
        compiled
    }
}

impl CompiledPattern {
    pub(super) fn matches(&self, name: &impl Search, tag: Option<&impl Search>) -> bool {
        self.matches_name(name) && self.matches_tag(tag)
    }

    pub(super) fn matches_name(&self, name: &impl Search) -> bool {
        self.name.as_ref().is_none_or(|part| part.matches(name))
    }

    /// An image without a tag is matched by no tag part.
    pub(super) fn matches_tag(&self, tag: Option<&impl Search>) -> bool {
        let matches = |part: &CompiledPart| tag.is_some_and(|tag| part.matches(tag));
        self.tag.as_ref().is_none_or(matches)
    }
}

impl CompiledPart {
    fn new<'a>(part: &'a Part, expressions: &mut Vec<&'a str>) -> Self {
        match part {
            Part::Literal(text) => Self::Literal(text.clone()),
            Part::Glob(glob) => Self::Glob(glob.clone()),
            Part::Regex(text) => {
                expressions.push(text);
                let place = expressions.len().saturating_sub(1);
                Self::Regex(place, expression::needed_text(text))
            }
        }
    }

    /// The texts one of which it needs; `None` where it needs none.
    pub(super) fn needed_texts(&self) -> Option<Vec<&str>> {
        let needed: Vec<&str> = match self {
            Self::Literal(text) | Self::Regex(_, text) => vec![text],
            Self::Glob(glob) => glob.needed_texts().collect(),
        };
        (!needed.iter().any(|text| text.is_empty())).then_some(needed)
    }

    fn matches(&self, searched: &impl Search) -> bool {
        match self {
            Self::Literal(literal) => contains(searched.text(), literal),
            Self::Glob(glob) => glob.matches(searched.text()),
            Self::Regex(place, _) => searched.has(*place),
        }
    }
}

/// Says which pattern decides about an image, and by which part.
pub(super) fn explain<S: Search>(
    patterns: &[CompiledPattern],
    name: &S,
    tag: Option<&S>,
) -> Explanation {
    let mut missed = None;
    for (index, pattern) in patterns.iter().enumerate() {
        let (has_name, has_tag) = (pattern.name.is_some(), pattern.tag.is_some());
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
