//! Parses a pattern.

use std::ops::Range;

use super::{
    cost::Budget,
    expression,
    glob::Glob,
    image::tag_colon,
    never,
    part::{Part, Side},
};
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
            // Words of a sentence are no pattern that was torn apart.
            let is_torn = text.split_whitespace().count() <= 2;
            let fixed = if is_torn {
                without(text, white)
            } else {
                String::new()
            };
            let place = at..at.saturating_add(c.len_utf8());
            return Err(Issue::new(Code::PatternWhiteSpace)
                .at(place)
                .suggest_some(accepted(fixed, budget)));
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

    /// The condition on the repository; `None` takes every one.
    pub fn name(&self) -> Option<&Part> {
        self.name.as_ref()
    }

    /// The condition on the tag; `None` takes every image, tagged or not.
    pub fn tag(&self) -> Option<&Part> {
        self.tag.as_ref()
    }

    /// Warnings and hints about the pattern.
    pub fn notes(&self) -> &[Issue] {
        &self.notes
    }
}

/// The places of a pattern's parts in its text.
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
    parsed(text, budget).map(|pattern| pattern.text)
}

/// The pattern that is offered.
fn parsed(text: String, budget: &mut Budget) -> Option<Pattern> {
    let mut own = budget.of_fixes()?;
    let parsed = Pattern::parse_within(&text, &mut own);
    budget.set_fixes(&own);
    parsed.ok()
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
    let sides = [
        (&halves.name, name, Side::Name),
        (&halves.tag, tag, Side::Tag),
    ];
    let parts = || {
        let sides = sides.iter();
        sides.filter_map(|(half, part, side)| Some((half.as_ref()?, (*part)?, *side)))
    };
    let mut notes = never_matches(text, parts(), budget);
    for (half, part, side) in parts() {
        let Part::Glob(glob) = part else { continue };
        if !glob.starts_anywhere() {
            let (before, after) = text.split_at_checked(half.at.start).unwrap_or_default();
            let title = match side {
                Side::Name => "name",
                Side::Tag => "tag",
            };
            let issue = Issue::new(Code::PatternAnchored)
                .at(half.at.clone())
                .with("part", title);
            notes.push(issue.suggest_some(accepted(concat(&[before, "*", after]), budget)));
        }
    }
    notes
}

/// Warnings about the parts that never match, with fixes.
fn never_matches<'a>(
    text: &str,
    parts: impl Iterator<Item = (&'a Half, &'a Part, Side)>,
    budget: &mut Budget,
) -> Vec<Issue> {
    let found = parts.filter_map(|(half, part, side)| {
        let is_name = side == Side::Name && !matches!(part, Part::Regex(_));
        let is_open = is_name && contains(part.text(), ":/");
        let place = match never::place(part, side) {
            // That is of the name as a whole, not of one of its characters.
            _ if is_open => half.at.clone(),
            Some(_) if is_name && is_another_name(part.text()) => half.at.clone(),
            Some(place) => {
                let start = half.at.start;
                start.saturating_add(place.start)..start.saturating_add(place.end)
            }
            None => return None,
        };
        Some((half, part, is_name, place))
    });
    let found: Vec<_> = found.collect();
    let count = found.len();
    let mut notes = Vec::new();
    for (half, part, is_name, place) in found {
        let before = text.get(..half.at.start).unwrap_or_default();
        // A digest reaches to the end of the text.
        let has_digest = is_name && contains(part.text(), "@");
        let after = text.get(half.at.end..).filter(|_| !has_digest);
        let after = after.unwrap_or_default();
        let mut meant = Vec::new();
        if is_name && is_another_name(part.text()) {
            meant.extend(other_names(part.text()));
        }
        meant.extend(never::meant(part.text()));
        // The first that matches something where this matches nothing.
        let mut meant = meant.into_iter();
        let meant = meant.find_map(|part| {
            let meant = parsed(concat(&[before, &part, after]), budget)?;
            let never = |note: &&Issue| note.code() == Code::PatternNeverMatches;
            let is_better = meant.notes.iter().filter(never).count() < count;
            is_better.then_some(meant.text)
        });
        let issue = Issue::new(Code::PatternNeverMatches).at(place);
        notes.push(issue.suggest_some(meant));
    }
    notes
}

/// Returns true if the whole name is wrong: it has capitals, a tag's expression that was not closed, or a digest.
fn is_another_name(name: &str) -> bool {
    let has_capitals = name.bytes().any(|byte| byte.is_ascii_uppercase());
    has_capitals || contains(name, ":/") || contains(name, "@")
}

/// Fixes for such a name.
fn other_names(name: &str) -> Vec<String> {
    let lower = name.to_ascii_lowercase();
    for scheme in ["https://", "http://"] {
        if let Some(name) = lower.strip_prefix(scheme) {
            return vec![name.to_owned()];
        }
    }
    if let Some((name, _)) = split_once(&lower, "@") {
        return vec![name.to_owned()];
    }
    let Some((repository, tag)) = split_once(&lower, ":/") else {
        let mut names = never::meant(&lower);
        names.insert(0, lower);
        return names;
    };
    // With flags behind it, it is closed already.
    let mut names = Vec::new();
    for tag in never::meant(&concat(&["/", tag])) {
        if tag.starts_with("/(?") {
            names.push(concat(&[repository, ":", &tag]));
        }
    }
    names.push(concat(&[&lower, "/"]));
    names
}
