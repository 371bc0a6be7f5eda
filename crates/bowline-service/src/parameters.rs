//! The parameters of a query: each is known, and stands there once.

use bowline_store::{Cursor, PageSize};
use percent_encoding::percent_decode_str;
use url::form_urlencoded;

use crate::problem::{Failure, Problem};

/// The parameters that were not taken yet.
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// The parameters of a URL's query.
    ///
    /// Errors: `query.malformed` where one is none of `known`, stands there twice or is no UTF-8. A misspelt `verify`
    /// must not pass for none.
    pub(crate) fn read(query: Option<&str>, known: &[&str]) -> Result<Self, Problem> {
        let query = query.unwrap_or_default();
        if percent_decode_str(query).decode_utf8().is_err() {
            return Err(malformed("The query is not UTF-8.".to_owned()));
        }
        let mut taken: Vec<(String, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if !known.contains(&name.as_ref()) {
                return Err(malformed(match known {
                    [] => "This route takes no parameters.".to_owned(),
                    known => format!("This route takes only the parameters {}.", known.join(", ")),
                }));
            }
            if taken.iter().any(|(other, _)| *other == name) {
                return Err(malformed(format!(
                    "The parameter {name} stands there twice."
                )));
            }
            taken.push((name.into_owned(), value.into_owned()));
        }
        Ok(Self(taken))
    }

    /// A parameter's value; `None` where it is missing or empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(known, _)| known == name)?;
        (!value.is_empty()).then_some(value)
    }

    /// How many items a page has: the parameter `limit`.
    pub(crate) fn page_size(&self) -> Result<PageSize, Problem> {
        let size = self.parsed("limit", "1 to 200", |text| {
            PageSize::new(text.parse().ok()?)
        })?;
        Ok(size.unwrap_or_default())
    }

    /// Where a page begins: the parameter `cursor`.
    pub(crate) fn cursor(&self) -> Result<Option<Cursor>, Problem> {
        self.parsed("cursor", "what an answer gave as next", Cursor::parse)
    }

    /// A parameter's value, parsed.
    ///
    /// Errors: `query.malformed` where `parse` finds none, naming the parameter and what it takes.
    pub(crate) fn parsed<T>(
        &self,
        name: &str,
        takes: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Problem> {
        let parsed = |text| {
            parse(text).ok_or_else(|| malformed(format!("The parameter {name} takes {takes}.")))
        };
        self.get(name).map(parsed).transpose()
    }
}

fn malformed(detail: String) -> Problem {
    Problem::from(Failure::QueryMalformed).detail(detail)
}
