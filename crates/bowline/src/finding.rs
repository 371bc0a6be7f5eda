//! What a form's check says about a field.

use std::{fmt, ops::Range};

use litemap::LiteMap;
use serde::{Serialize, Serializer};

pub use crate::message::Code;

/// How much a finding weighs. Only an error makes a form invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Good to know; never blocks saving.
    Hint,
    /// Probably a mistake; never blocks saving.
    Warning,
    /// Blocks saving.
    Error,
}

/// One thing that was found in a field.
#[derive(Clone, PartialEq, Serialize)]
pub struct Finding {
    /// The field: `name`, `provider`, `auth`, `values.url`, `trustedAuthHosts.0`, …
    pub field: String,
    /// Whether it blocks saving.
    pub severity: Severity,
    /// A stable, dotted snake_case code; it never changes its meaning.
    pub code: &'static str,
    /// The named parameters of the message, for products that translate. Never a secret.
    #[serde(serialize_with = "as_object")]
    pub params: LiteMap<&'static str, String>,
    /// The English text. Never holds a secret.
    pub message: String,
    /// The whole text that the field should hold instead, where there is one. Applying it removes the finding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
    /// Where in the field's text it starts, in UTF-16 units.
    pub start: u32,
    /// Where in the field's text it ends, in UTF-16 units.
    pub end: u32,
    /// Whether the suggestion holds the text of a secret field (see [`crate::form::Report::redact`]).
    #[serde(skip)]
    pub(crate) secret: bool,
}

impl Severity {
    /// `hint`, `warning` or `error`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hint => "hint",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Debug for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let suggestion = match &self.suggestion {
            Some(_) if self.secret => Some("…"),
            other => other.as_deref(),
        };
        f.debug_struct("Finding")
            .field("field", &self.field)
            .field("code", &self.code)
            .field("params", &self.params)
            .field("suggestion", &suggestion)
            .field("place", &(self.start..self.end))
            .finish()
    }
}

/// What is wrong with a text, or known of it, before it is known which field holds the text.
///
/// Every parser of this crate gives one as its error.
#[derive(Clone, PartialEq, Eq)]
pub struct Issue(Box<Facts>);

/// An [`Issue`] with its place, to be serialized.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlacedIssue {
    /// Its stable code.
    pub code: &'static str,
    /// The English text.
    pub message: String,
    /// The whole text that should be there instead, where there is one.
    pub suggestion: Option<String>,
    /// Where in the text it starts, in UTF-16 units.
    pub start: u32,
    /// Where in the text it ends, in UTF-16 units.
    pub end: u32,
}

/// Boxed: an issue is passed on through many results, most of which are fine.
#[derive(Clone, PartialEq, Eq)]
struct Facts {
    code: Code,
    /// True if it only warns though its code is an error.
    warns: bool,
    place: Option<Range<usize>>,
    params: Vec<(&'static str, String)>,
    suggestion: Option<String>,
}

impl Issue {
    /// The issue `code`, about the whole text.
    #[inline(never)]
    pub(crate) fn new(code: Code) -> Self {
        Self(Box::new(Facts {
            code,
            warns: false,
            place: None,
            params: Vec::new(),
            suggestion: None,
        }))
    }

    /// A warning at most: what another product would not take may be right here.
    pub(crate) fn into_warning(mut self) -> Self {
        self.0.warns = true;
        self
    }

    /// The weight of the finding: an error blocks saving.
    pub(crate) fn severity(&self) -> Severity {
        let severity = self.0.code.severity();
        if self.0.warns {
            severity.min(Severity::Warning)
        } else {
            severity
        }
    }

    /// About these bytes of the text only.
    #[inline(never)]
    pub(crate) fn at(mut self, place: Range<usize>) -> Self {
        self.0.place = Some(place);
        self
    }

    /// As an issue with `whole`, of which the text that it was found in is a part.
    pub(crate) fn within(mut self, whole: &str, part: &str) -> Self {
        let before = crate::text::span(whole, part).start;
        let place = self.0.place.clone().unwrap_or(0..part.len());
        self.0.place = Some(place.start.saturating_add(before)..place.end.saturating_add(before));
        self
    }

    /// With a named parameter of the message. A secret must never be one.
    pub(crate) fn with(self, name: &'static str, value: impl AsRef<str>) -> Self {
        self.with_text(name, value.as_ref())
    }

    #[inline(never)]
    fn with_text(mut self, name: &'static str, value: &str) -> Self {
        self.0.params.push((name, value.to_owned()));
        self
    }

    /// With the whole text that should be there instead.
    pub(crate) fn suggest(self, text: impl AsRef<str>) -> Self {
        self.suggest_text(text.as_ref())
    }

    #[inline(never)]
    fn suggest_text(self, text: &str) -> Self {
        self.suggest_some(Some(text.to_owned()))
    }

    /// With a suggestion, where there is one; to empty the field is none.
    #[inline(never)]
    pub(crate) fn suggest_some(mut self, text: Option<String>) -> Self {
        self.0.suggestion = text.filter(|text| !text.is_empty());
        self
    }

    /// What it is.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The English text.
    pub fn message(&self) -> String {
        self.0.code.render(&self.0.params)
    }

    /// The whole text that should be there instead.
    pub fn suggestion(&self) -> Option<&str> {
        self.0.suggestion.as_deref()
    }

    /// Where in `text`, the text that was parsed, it is: UTF-16 units.
    pub fn place(&self, text: &str) -> Range<u32> {
        let place = self.0.place.clone().unwrap_or(0..text.len());
        utf16_length(text.get(..place.start))..utf16_length(text.get(..place.end))
    }

    /// The issue with its place in `text`, the text that was parsed.
    pub fn in_text(&self, text: &str) -> PlacedIssue {
        let Range { start, end } = self.place(text);
        PlacedIssue {
            code: self.0.code.as_str(),
            message: self.message(),
            suggestion: self.0.suggestion.clone(),
            start,
            end,
        }
    }

    /// The finding that this is in `field`, whose text is `text`.
    pub(crate) fn in_field(self, field: &str, text: &str, secret: bool) -> Finding {
        let Range { start, end } = self.place(text);
        let severity = self.severity();
        let message = self.message();
        // One by one: a few need no sort.
        let mut params = LiteMap::new();
        for (name, value) in self.0.params {
            params.insert(name, value);
        }
        Finding {
            field: field.to_owned(),
            severity,
            code: self.0.code.as_str(),
            message,
            params,
            suggestion: self.0.suggestion,
            start,
            end,
            secret,
        }
    }
}

impl fmt::Debug for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issue")
            .field("code", &self.0.code.as_str())
            .field("place", &self.0.place)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl std::error::Error for Issue {}

fn as_object<S: Serializer>(
    params: &LiteMap<&'static str, String>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(params.iter())
}

fn utf16_length(text: Option<&str>) -> u32 {
    let units = text.map_or(0, |text| text.chars().map(char::len_utf16).sum::<usize>());
    u32::try_from(units).unwrap_or(u32::MAX)
}
