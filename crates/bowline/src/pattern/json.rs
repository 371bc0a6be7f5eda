//! Patterns and explanations as JSON.

use serde::{Serialize, Serializer};

use super::{Explanation, MissedPart, Part, Pattern};
use crate::finding::Finding;

/// The pattern taken apart: its parts, `null` where it has none, and its notes as findings in the field `pattern`.
impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let notes = self.notes().iter();
        PatternJson {
            name: self.name().map(PartJson::of),
            tag: self.tag().map(PartJson::of),
            findings: notes
                .map(|note| note.clone().in_field("pattern", self.text(), false))
                .collect(),
        }
        .serialize(serializer)
    }
}

#[derive(Serialize)]
struct PatternJson<'a> {
    name: Option<PartJson<'a>>,
    tag: Option<PartJson<'a>>,
    findings: Vec<Finding>,
}

#[derive(Serialize)]
struct PartJson<'a> {
    kind: &'static str,
    text: &'a str,
}

impl<'a> PartJson<'a> {
    fn of(part: &'a Part) -> Self {
        let kind = match part {
            Part::Literal(_) => "literal",
            Part::Glob(_) => "glob",
            Part::Regex(_) => "regex",
        };
        Self {
            kind,
            text: part.text(),
        }
    }
}

/// Whether the image is taken, the place of the pattern that says so, and its parts: those that match, and the one
/// that does not.
impl Serialize for Explanation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (pattern, matched, missed): (_, &[&str], _) = match *self {
            Self::Taken {
                pattern,
                by_name,
                by_tag,
            } => match (by_name, by_tag) {
                (true, true) => (Some(pattern), &["name", "tag"], None),
                (true, false) => (Some(pattern), &["name"], None),
                (false, _) => (Some(pattern), &["tag"], None),
            },
            Self::Missed {
                pattern,
                by: MissedPart::Tag,
            } => (Some(pattern), &["name"], Some("tag")),
            Self::Missed {
                pattern,
                by: MissedPart::Name,
            } => (Some(pattern), &["tag"], Some("name")),
            Self::Unmatched => (None, &[], None),
        };
        ExplanationJson {
            taken: matches!(self, Self::Taken { .. }),
            pattern,
            matched,
            missed,
        }
        .serialize(serializer)
    }
}

#[derive(Serialize)]
struct ExplanationJson {
    taken: bool,
    pattern: Option<usize>,
    matched: &'static [&'static str],
    missed: Option<&'static str>,
}
