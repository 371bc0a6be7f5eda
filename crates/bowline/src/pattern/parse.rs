//! Parses a pattern.

use std::ops::Range;

use super::{cost::Budget, expression, glob::Glob, image::tag_colon};
use crate::{
    finding::{Code, Issue},
    text::{concat, contains, split_once, without},
};

/// A parsed pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    name: Option<Part>,
    tag: Option<Part>,
    notes: Vec<Issue>,
}

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

impl Pattern {
    /// Parses one pattern.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub fn parse(text: &str) -> Result<Self, Issue> {
        Self::parse_within(text, &mut Budget::default())
    }

    /// Parses one of several patterns, which are compiled together.
    ///
    /// # Errors
    /// What is wrong, and where; `pattern.too_large` where the budget does not suffice.
    pub(crate) fn parse_within(text: &str, budget: &mut Budget) -> Result<Self, Issue> {
        if text.is_empty() {
            return Err(Issue::new(Code::PatternEmpty));
        }
        budget.pattern()?;
        let white = |c: char| c.is_whitespace() || c.is_control();
        if let Some((at, c)) = text.char_indices().find(|(_, c)| white(*c)) {
            let mended = without(text, white);
            let place = at..at.saturating_add(c.len_utf8());
            return Err(Issue::new(Code::PatternWhiteSpace)
                .at(place)
                .suggest_some(accepted(mended, budget)));
        }
        let halves = Halves::of(text, budget)?;
        let name = halves
            .name
            .as_ref()
            .map(|half| half.parse(text, budget))
            .transpose()?;
        let tag = halves
            .tag
            .as_ref()
            .map(|half| half.parse(text, budget))
            .transpose()?;
        let notes = notes(text, &halves, name.as_ref(), tag.as_ref(), budget);
        Ok(Self {
            text: text.to_owned(),
            name,
            tag,
            notes,
        })
    }

    /// The pattern as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the repository must be like; `None` takes every one.
    pub fn name(&self) -> Option<&Part> {
        self.name.as_ref()
    }

    /// What the tag must be like; `None` takes every image, tagged or not.
    pub fn tag(&self) -> Option<&Part> {
        self.tag.as_ref()
    }

    /// What is worth saying about it.
    pub fn notes(&self) -> &[Issue] {
        &self.notes
    }
}

/// Where a pattern's parts stand in its text.
struct Halves {
    name: Option<Half>,
    tag: Option<Half>,
}

struct Half {
    /// Without the slashes of an expression.
    at: Range<usize>,
    regex: bool,
}

impl Halves {
    fn of(text: &str, budget: &mut Budget) -> Result<Self, Issue> {
        let end = text.len();
        if text.starts_with('/') {
            let Some(close) = closing_slash(text, 1) else {
                return Err(Issue::new(Code::PatternUnclosed)
                    .suggest_some(accepted(concat(&["*", text, "*"]), budget)));
            };
            let name = Some(Half {
                at: 1..close,
                regex: true,
            });
            let tag = match text.get(close.saturating_add(2)..) {
                None => None,
                Some(_) => Some(tag_half(text, close.saturating_add(2), budget)?),
            };
            return Ok(Self { name, tag });
        }
        let colon = match split_once(text, ":/") {
            Some((name, _)) if text.ends_with('/') => Some(name.len()),
            _ => tag_colon(text),
        };
        let Some(colon) = colon else {
            return Ok(Self {
                name: Some(Half {
                    at: 0..end,
                    regex: false,
                }),
                tag: None,
            });
        };
        let name = (colon > 0).then_some(Half {
            at: 0..colon,
            regex: false,
        });
        Ok(Self {
            name,
            tag: Some(tag_half(text, colon.saturating_add(1), budget)?),
        })
    }
}

/// The tag part that begins at byte `start`, just after the colon.
fn tag_half(text: &str, start: usize, budget: &mut Budget) -> Result<Half, Issue> {
    let end = text.len();
    let tag = text.get(start..).unwrap_or_default();
    if tag.is_empty() {
        let issue = Issue::new(Code::PatternTagEmpty).at(start.saturating_sub(1)..end);
        // All the colons: with one of many the same would be said again.
        let without = text.trim_end_matches(':');
        return Err(issue.suggest_some(accepted(without.to_owned(), budget)));
    }
    if !tag.starts_with('/') {
        return Ok(Half {
            at: start..end,
            regex: false,
        });
    }
    let open = start.saturating_add(1);
    match closing_slash(text, open) {
        Some(close) if close.saturating_add(1) == end => Ok(Half {
            at: open..close,
            regex: true,
        }),
        _ => {
            let as_glob = concat(&[text.get(..start).unwrap_or_default(), "*", tag, "*"]);
            Err(Issue::new(Code::PatternUnclosed)
                .at(start..end)
                .suggest_some(accepted(as_glob, budget)))
        }
    }
}

/// The text, if it is a pattern.
fn accepted(text: String, budget: &mut Budget) -> Option<String> {
    let mut own = budget.of_fixes()?;
    let parsed = Pattern::parse_within(&text, &mut own);
    budget.set_fixes(&own);
    parsed.is_ok().then_some(text)
}

/// The next slash from byte `from` on that no backslash escapes and that is followed by `:` or the end.
fn closing_slash(text: &str, from: usize) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(from) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'/' if matches!(text.as_bytes().get(at.saturating_add(1)), None | Some(b':')) => {
                return Some(at);
            }
            _ => {}
        }
    }
    None
}

impl Half {
    fn parse(&self, text: &str, budget: &mut Budget) -> Result<Part, Issue> {
        let part = text.get(self.at.clone()).unwrap_or_default();
        if self.regex && part.is_empty() {
            return Err(Issue::new(Code::PatternEmpty).at(self.at.clone()));
        }
        if self.regex {
            budget
                .expression(part)
                .map_err(|issue| issue.at(self.at.clone()))?;
            expression::check(part).map_err(|issue| issue.at(self.at.clone()))?;
            return Ok(Part::Regex(part.to_owned()));
        }
        if part.contains(['*', '?', '{', '}']) {
            return Glob::parse(part, self.at.start, budget).map(Part::Glob);
        }
        budget.literal(part)?;
        Ok(Part::Literal(part.to_owned()))
    }
}

fn notes(
    text: &str,
    halves: &Halves,
    name: Option<&Part>,
    tag: Option<&Part>,
    budget: &mut Budget,
) -> Vec<Issue> {
    let mut notes = Vec::new();
    let name_text = halves
        .name
        .as_ref()
        .and_then(|half| text.get(half.at.clone()))
        .unwrap_or_default();
    if !matches!(name, Some(Part::Regex(_))) {
        // OCI distribution specification 1.1, "Pulling manifests": names are in lower case.
        let is_upper = name_text.bytes().any(|byte| byte.is_ascii_uppercase());
        // An expression for the tag that was not closed.
        let is_open = contains(name_text, ":/");
        // What an image's digest is, is not compared.
        let digest = name_text.find('@');
        if is_upper || is_open || digest.is_some() {
            let rest = text.get(name_text.len()..).unwrap_or_default();
            let lower = name_text.to_ascii_lowercase();
            let meant = match digest.and_then(|at| lower.get(..at)) {
                Some(name) => name.to_owned(),
                None => concat(&[&lower, rest, if is_open { "/" } else { "" }]),
            };
            let issue = Issue::new(Code::PatternNeverMatches).at(0..name_text.len());
            notes.push(issue.suggest_some(accepted(meant, budget)));
        }
    }
    for (half, part, title) in [(&halves.name, name, "name"), (&halves.tag, tag, "tag")] {
        let (Some(half), Some(Part::Glob(glob))) = (half, part) else {
            continue;
        };
        if !glob.starts_anywhere() {
            let (before, after) = text.split_at_checked(half.at.start).unwrap_or_default();
            let issue = Issue::new(Code::PatternAnchored)
                .at(half.at.clone())
                .with("part", title);
            notes.push(issue.suggest_some(accepted(concat(&[before, "*", after]), budget)));
        }
    }
    notes
}
