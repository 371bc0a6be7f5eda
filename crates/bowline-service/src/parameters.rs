//! Parses query parameters. Unknown and repeated ones are errors.

#![deny(clippy::arithmetic_side_effects)]

use bowline_store::{Cursor, PageSize};
use percent_encoding::percent_decode_str;
use url::form_urlencoded;

use crate::{
    operations::parameter::{Parameter, Place},
    problem::{Problem, ProblemType},
};

/// The parameters of a query that an operation takes.
#[derive(Default)]
pub(crate) struct Parameters {
    known: &'static [Parameter],
    sent: Vec<(String, String)>,
}

impl Parameters {
    /// The parameters of a URL's query.
    ///
    /// Errors: `query.malformed` if a parameter is not in `known`, is repeated, or is not UTF-8, or if a required one
    /// is missing. A misspelled `verify` must not count as missing.
    pub(crate) fn read(query: Option<&str>, known: &'static [Parameter]) -> Result<Self, Problem> {
        let query = query.unwrap_or_default();
        if percent_decode_str(query).decode_utf8().is_err() {
            return Err(malformed("The query isn't valid UTF-8.".to_owned()));
        }
        let of_query = || known.iter().filter(|it| it.place == Place::Query);
        let mut sent: Vec<(String, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if !of_query().any(|parameter| parameter.name == name) {
                let names: Vec<_> = of_query().map(|parameter| parameter.name).collect();
                return Err(malformed(match names.as_slice() {
                    [] => "This route has no parameters.".to_owned(),
                    names => format!(
                        "This route accepts only the parameters {}.",
                        names.join(", ")
                    ),
                }));
            }
            if sent.iter().any(|(other, _)| *other == name) {
                return Err(malformed(format!("The parameter {name} appears twice.")));
            }
            sent.push((name.into_owned(), value.into_owned()));
        }
        let parameters = Self { known, sent };
        for required in of_query().filter(|parameter| parameter.is_required) {
            if parameters.get(required.name).is_none() {
                let name = required.name;
                return Err(malformed(format!("The parameter {name} is missing.")));
            }
        }
        Ok(parameters)
    }

    /// Returns a parameter's value; `None` if it is missing or empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.sent.iter().find(|(known, _)| known == name)?;
        (!value.is_empty()).then_some(value)
    }

    /// The size of a page: the parameter `limit`.
    pub(crate) fn page_size(&self) -> Result<PageSize, Problem> {
        let size = self.parsed("limit", |text| PageSize::new(text.parse().ok()?))?;
        Ok(size.unwrap_or_default())
    }

    /// The beginning of a page: the parameter `cursor`.
    pub(crate) fn cursor(&self) -> Result<Option<Cursor>, Problem> {
        self.parsed("cursor", Cursor::parse)
    }

    /// A parameter's value, parsed.
    ///
    /// Errors: `query.malformed` where `parse` finds none, naming the parameter and what it takes.
    pub(crate) fn parsed<T>(
        &self,
        name: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Problem> {
        let parsed = |text| {
            parse(text).ok_or_else(|| {
                let known = self.known.iter().find(|parameter| parameter.name == name);
                let takes = known.map_or("something else", |parameter| parameter.takes);
                malformed(format!("The parameter {name} must be {takes}."))
            })
        };
        self.get(name).map(parsed).transpose()
    }
}

fn malformed(detail: String) -> Problem {
    Problem::from(ProblemType::QueryMalformed).detail(detail)
}
