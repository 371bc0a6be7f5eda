//! Patterns and explanations as JSON.

use super::{Explanation, MissedPart, Part, Pattern};
use crate::json::{Value, serde::serialize_by_value};

/// The pattern taken apart: its parts, `null` where it has none, and its notes as findings in the field `pattern`.
impl From<&Pattern> for Value {
    fn from(pattern: &Pattern) -> Self {
        let findings = pattern
            .notes()
            .iter()
            .map(|note| note.clone().in_field("pattern", pattern.text(), false));
        Self::object(vec![
            ("name", pattern.name().map_or(Self::Null, Self::from)),
            ("tag", pattern.tag().map_or(Self::Null, Self::from)),
            (
                "findings",
                Self::Array(findings.map(|finding| Self::from(&finding)).collect()),
            ),
        ])
    }
}

impl From<&Part> for Value {
    fn from(part: &Part) -> Self {
        let kind = match part {
            Part::Literal(_) => "literal",
            Part::Glob(_) => "glob",
            Part::Regex(_) => "regex",
        };
        Self::object(vec![("kind", kind.into()), ("text", part.text().into())])
    }
}

/// Whether the image is taken, the place of the pattern that says so, and its parts: those that match, and the one
/// that does not.
impl From<&Explanation> for Value {
    fn from(explanation: &Explanation) -> Self {
        let (pattern, matched, missed): (_, &[&str], _) = match *explanation {
            Explanation::Taken {
                pattern,
                by_name,
                by_tag,
            } => match (by_name, by_tag) {
                (true, true) => (Some(pattern), &["name", "tag"], None),
                (true, false) => (Some(pattern), &["name"], None),
                (false, _) => (Some(pattern), &["tag"], None),
            },
            Explanation::Missed {
                pattern,
                by: MissedPart::Tag,
            } => (Some(pattern), &["name"], Some("tag")),
            Explanation::Missed {
                pattern,
                by: MissedPart::Name,
            } => (Some(pattern), &["tag"], Some("name")),
            Explanation::Unmatched => (None, &[], None),
        };
        Self::object(vec![
            (
                "taken",
                matches!(explanation, Explanation::Taken { .. }).into(),
            ),
            ("pattern", pattern.into()),
            ("matched", Self::array(matched.iter().copied())),
            ("missed", missed.into()),
        ])
    }
}

serialize_by_value!(Pattern, Explanation);
