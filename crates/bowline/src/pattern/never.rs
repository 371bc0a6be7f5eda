//! Parts of patterns that never match, because no name or tag has such characters, and fixes for them.

use std::ops::Range;

use super::part::{Part, Side};
use crate::text::{concat, contains, replace, split_once};

/// The first characters of a part that no name, or no tag, can have. Expressions are not looked into.
pub(super) fn place(part: &Part, side: Side) -> Option<Range<usize>> {
    let text = part.text();
    let has_none = |text: &str| !text.chars().any(|c| !side.has(c));
    match part {
        Part::Regex(_) => return None,
        Part::Literal(_) => {}
        Part::Glob(glob) => {
            let mut alternatives = glob.alternatives();
            if alternatives.any(|glob| glob.split(['*', '?']).all(has_none)) {
                return None;
            }
        }
    }
    let is_glob = matches!(part, Part::Glob(_));
    let is_sign = |c| is_glob && matches!(c, '*' | '?' | '{' | '}' | ',');
    let mut all = text.char_indices();
    let first = all.find(|(_, c)| !side.has(*c) && !is_sign(*c));
    if first.is_none() && !is_glob {
        return None;
    }
    // A comma that stands in no braces may be all.
    Some(first.map_or(0..text.len(), |(at, c)| at..at.saturating_add(c.len_utf8())))
}

impl Side {
    /// Returns true if an image can have this character here (OCI distribution specification 1.1, "Pulling manifests"). A
    /// name may begin with a host and its port.
    fn has(self, c: char) -> bool {
        match self {
            Self::Name => matches!(c, 'a'..='z' | '0'..='9' | '.' | '_' | '-' | '/' | ':'),
            Self::Tag => c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'),
        }
    }
}

/// Fixes for the text of such a part, the likeliest first.
pub(super) fn meant(text: &str) -> Vec<String> {
    let mut meant = Vec::new();
    let bare = text.trim_matches(['"', '\'', '`']);
    if bare != text {
        meant.push(bare.to_owned());
    }
    // As in SQL.
    if contains(text, "%") {
        meant.push(replace(text, "%", "*"));
    }
    // A list.
    if text.contains([',', ';']) && !text.contains(['{', '(', '[']) {
        meant.push(concat(&["*{", &replace(text, ";", ","), "}*"]));
    }
    // An expression and its flags, as elsewhere.
    if let Some((expression, flags)) = text
        .strip_prefix('/')
        .and_then(|text| split_once(text, "/"))
        && !flags.is_empty()
        && flags.bytes().all(|flag| b"imsx".contains(&flag))
    {
        meant.push(concat(&["/(?", flags, ")", expression, "/"]));
    }
    let is_expression = text.contains(['^', '$', '(', ')', '|', '\\', '+']);
    if contains(text, "[") && text.contains(['*', '?']) && !is_expression {
        meant.push(concat(&["/^", &as_expression(text), "$/"]));
    }
    if is_expression || contains(text, "[") {
        meant.push(concat(&["/", text, "/"]));
    }
    meant
}

/// A glob with classes, which globs have elsewhere, as an expression.
fn as_expression(glob: &str) -> String {
    let mut expression = String::new();
    for c in glob.chars() {
        match c {
            '*' => expression.push_str(".*"),
            '?' => expression.push('.'),
            '.' => expression.push_str("\\."),
            '!' if expression.ends_with('[') => expression.push('^'),
            c => expression.push(c),
        }
    }
    expression
}
