//! The expressions of a list of patterns, looked for together.

use std::cell::OnceCell;

use regex::bytes::{RegexSet, RegexSetBuilder, SetMatches};

use super::{super::expression, compiled::Search};

/// The expressions of all name parts, or of all tag parts.
#[derive(Debug)]
pub(super) struct ExpressionSet {
    set: RegexSet,
    places: Vec<Place>,
}

/// The place of an expression.
#[derive(Debug)]
enum Place {
    /// In the set.
    Set(usize),
    /// Alone: `regex` without Unicode lacks what `regex-lite` has, such as `[\u{e9}]`, or reads it differently.
    Alone(Option<regex_lite::Regex>),
}

/// The largest that the set may be, in bytes: far above what the budget of a list allows.
const SIZE_LIMIT: usize = 8 << 20;

/// The most bytes that the states take which are made while texts are read.
const STATES_LIMIT: usize = 2 << 20;

impl ExpressionSet {
    /// Compiles expressions that were judged.
    pub(super) fn new(expressions: &[&str]) -> Self {
        let agrees = |text: &&&str| !expression::is_ambiguous(text);
        let mut together: Vec<&str> = expressions.iter().filter(agrees).copied().collect();
        let set = set_of(&together).or_else(|| {
            together.retain(|text| set_of(&[text]).is_some());
            set_of(&together)
        });
        if set.is_none() {
            together.clear();
        }
        let mut left = together.iter().enumerate().peekable();
        let places = expressions.iter().map(|text| {
            // Both lists have the same order.
            match left.next_if(|(_, next)| *next == text) {
                Some((place, _)) => Place::Set(place),
                None => Place::Alone(regex_lite::Regex::new(text).ok()),
            }
        });
        Self {
            places: places.collect(),
            set: set.unwrap_or_default(),
        }
    }

    /// Looks for the expressions in a text, once it is asked about one.
    pub(super) fn search<'a>(&'a self, text: &'a str) -> SetSearch<'a> {
        SetSearch {
            expressions: self,
            text,
            found: OnceCell::new(),
        }
    }
}

fn set_of(expressions: &[&str]) -> Option<RegexSet> {
    RegexSetBuilder::new(expressions)
        .unicode(false)
        .size_limit(SIZE_LIMIT)
        .dfa_size_limit(STATES_LIMIT)
        .build()
        .ok()
}

/// A text, and which expressions of a set are found in it.
pub(super) struct SetSearch<'a> {
    expressions: &'a ExpressionSet,
    text: &'a str,
    /// `None` where none is found.
    found: OnceCell<Option<SetMatches>>,
}

impl SetSearch<'_> {
    fn found(&self) -> Option<&SetMatches> {
        let found = self.found.get_or_init(|| {
            let (set, text) = (&self.expressions.set, self.text.as_bytes());
            // To see that there is none takes less than to see which.
            set.is_match(text).then(|| set.matches(text))
        });
        found.as_ref()
    }
}

impl Search for SetSearch<'_> {
    fn text(&self) -> &str {
        self.text
    }

    fn has(&self, place: usize) -> bool {
        self.text.is_ascii()
            && match self.expressions.places.get(place) {
                Some(Place::Set(place)) => self.found().is_some_and(|found| found.matched(*place)),
                Some(Place::Alone(Some(expression))) => expression.is_match(self.text),
                Some(Place::Alone(None)) | None => false,
            }
    }
}
