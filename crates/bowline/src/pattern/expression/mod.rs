//! Regular expressions over ASCII, in linear time.
//!
//! An expression is valid where the crate `regex-lite` accepts it, and means what it means there and to the crate
//! `regex` without Unicode; the tests hold it against both. Either crate would be a fifth of the browser module. This
//! one is small because it is asked one thing only, whether a text has a match: groups are not captured, and whether a
//! repetition is lazy makes no difference.
//!
//! A pattern has no white space, so that an expression has none either.

mod parse;
mod program;
mod set;
mod single;

#[cfg(test)]
mod tests;

use self::{parse::Refusal, program::Program};
use crate::finding::{Code, Issue};

/// A parsed expression.
#[derive(Debug)]
pub(crate) struct Expression(Program);

impl Expression {
    /// Parses an expression.
    ///
    /// # Errors
    /// What is wrong with it; the place is the whole of it.
    pub(crate) fn parse(text: &str) -> Result<Self, Issue> {
        if !text.is_ascii() {
            return Err(Issue::new(Code::PatternNotAscii));
        }
        match parse::program(text.as_bytes()) {
            Ok(program) => Ok(Self(program)),
            Err(Refusal::Unicode) => Err(Issue::new(Code::PatternUnicode)),
            Err(Refusal::Because(reason)) => {
                Err(Issue::new(Code::PatternExpression).with("reason", reason))
            }
        }
    }

    /// Whether it matches somewhere in the text. A text that is not ASCII has no match: the engines would count its
    /// characters differently.
    pub(crate) fn is_match(&self, text: &str) -> bool {
        text.is_ascii() && self.0.finds(text.as_bytes())
    }
}
