//! Globs over a whole part, matched without backtracking beyond the last star.

use super::cost::Budget;
use crate::{
    finding::{Code, Issue},
    text::{concat, contains},
};

/// A glob: `*` and `**` are any text, `?` is one character, `{a,b}` is either.
///
/// Braces are multiplied out when it is parsed, so that matching one alternative is linear in practice and
/// never worse than the product of both lengths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob {
    text: String,
    /// Without braces.
    alternatives: Vec<String>,
}

/// Braces that would multiply out to more alternatives than this are refused.
const MOST_ALTERNATIVES: usize = 256;

impl Glob {
    /// Parses a glob, which begins at byte `start` of the pattern.
    pub(super) fn parse(text: &str, start: usize, budget: &mut Budget) -> Result<Self, Issue> {
        let groups = Groups::of(text).map_err(|at| {
            let at = start.saturating_add(at);
            Issue::new(Code::PatternBraces)
                .at(at..at.saturating_add(1))
                .with("sample", "{a,b}")
                .with("most", MOST_ALTERNATIVES.to_string())
        })?;
        let place = start..start.saturating_add(text.len());
        budget
            .glob(text, groups.alternatives)
            .map_err(|issue| issue.at(place))?;
        Ok(Self {
            text: text.to_owned(),
            alternatives: groups.written_out(),
        })
    }

    /// The glob as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns true if the whole of `text` has this shape.
    pub fn matches(&self, text: &str) -> bool {
        let mut alternatives = self.alternatives.iter();
        alternatives.any(|glob| matches_alternative(glob, text))
    }

    /// The alternatives, without braces.
    pub(super) fn alternatives(&self) -> impl Iterator<Item = &str> {
        self.alternatives.iter().map(String::as_str)
    }

    /// Returns true if every alternative begins with a star.
    pub(super) fn starts_anywhere(&self) -> bool {
        self.alternatives.iter().all(|glob| glob.starts_with('*'))
    }

    /// The longest text that each alternative needs; empty if it needs none.
    pub(super) fn needed_texts(&self) -> impl Iterator<Item = &str> {
        self.alternatives.iter().map(|glob| {
            let texts = glob.split(['*', '?']);
            texts.max_by_key(|text| text.len()).unwrap_or_default()
        })
    }
}

/// A glob taken apart at its braces.
struct Groups<'a> {
    /// The text before each group, and the choices in it.
    groups: Vec<(&'a str, Vec<&'a str>)>,
    /// The text after the last group.
    rest: &'a str,
    /// The number of alternatives that the groups make.
    alternatives: usize,
}

impl<'a> Groups<'a> {
    /// Errors: at which byte the brace is that has no partner, or that makes too many alternatives.
    fn of(text: &'a str) -> Result<Self, usize> {
        let mut all = Self {
            groups: Vec::new(),
            rest: text,
            alternatives: 1,
        };
        while let Some(open) = all.rest.find(['{', '}']) {
            let at = text
                .len()
                .saturating_sub(all.rest.len())
                .saturating_add(open);
            let (before, group) = all.rest.split_at_checked(open).unwrap_or_default();
            let group = group
                .strip_prefix('{')
                .and_then(|group| group.split_once('}'));
            let (inner, after) = group.filter(|(inner, _)| !contains(inner, "{")).ok_or(at)?;
            let choices: Vec<&str> = inner.split(',').collect();
            all.alternatives = all.alternatives.saturating_mul(choices.len());
            if all.alternatives > MOST_ALTERNATIVES {
                return Err(at);
            }
            all.groups.push((before, choices));
            all.rest = after;
        }
        Ok(all)
    }

    fn written_out(&self) -> Vec<String> {
        let mut alternatives = vec![String::new()];
        for (before, choices) in &self.groups {
            let mut longer = Vec::new();
            for head in &alternatives {
                for choice in choices {
                    longer.push(concat(&[head, before, choice]));
                }
            }
            alternatives = longer;
        }
        for alternative in &mut alternatives {
            alternative.push_str(self.rest);
        }
        alternatives
    }
}

/// The classic walk: on a mismatch go back to the last star only and let it take one character more.
fn matches_alternative(glob: &str, text: &str) -> bool {
    let (mut glob, mut text) = (glob, text);
    let mut star: Option<(&str, &str)> = None;
    loop {
        if let Some(after) = glob.strip_prefix('*') {
            glob = after;
            star = Some((after, text));
            continue;
        }
        let (wanted, found) = (split_first(glob), split_first(text));
        match (wanted, found) {
            (None, None) => return true,
            (Some((wanted, after)), Some((found, rest))) if wanted == found || wanted == '?' => {
                (glob, text) = (after, rest);
            }
            _ => {
                let Some((after_star, from)) = star else {
                    return false;
                };
                let Some((_, from)) = split_first(from) else {
                    return false;
                };
                star = Some((after_star, from));
                (glob, text) = (after_star, from);
            }
        }
    }
}

fn split_first(text: &str) -> Option<(char, &str)> {
    let mut chars = text.chars();
    Some((chars.next()?, chars.as_str()))
}
