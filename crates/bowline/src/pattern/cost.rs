//! The cost of patterns: the steps to compile them, counted on their texts before any engine sees them.
//!
//! The engines have limits of their own, which count the sizes of their types: they differ between builds of 32 and 64
//! bits and between engines. So this count decides in every build, and the engines' limits stand far above it.
//!
//! A step is about what one byte of a literal takes in the automaton. An expression's byte takes more, and a repetition
//! such as `{2,5}` is as large as its parts written out five times.

use super::tokens::{Token, Tokens};
use crate::finding::{Code, Issue};

/// The most steps that all the patterns of a policy, or of a list that stands alone, may take together. The texts of a
/// form, which have 128 KiB at most, fit where no repetition or alternative is written out.
pub(super) const MOST: usize = 3 << 16;

/// The steps of a pattern besides its parts.
const PATTERN: usize = 8;

/// The steps of one byte of an expression, after its repetitions are written out.
const EXPRESSION_BYTE: usize = 8;

/// The fixed cost of an expression, in bytes.
const EXPRESSION: usize = 8;

/// The steps of an alternative of a glob besides its bytes.
const ALTERNATIVE: usize = 8;

/// The steps that are left for patterns that are compiled together.
#[derive(Debug)]
pub(crate) struct Budget {
    patterns: usize,
    /// For patterns that are offered in place of wrong ones: they are parsed too.
    fixes: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            patterns: MOST,
            fixes: MOST,
        }
    }
}

impl Budget {
    /// The budget for one fix, if anything is left. Fixes of fixes are not looked for.
    pub(super) fn of_fixes(&self) -> Option<Self> {
        (self.fixes > 0).then_some(Self {
            patterns: self.fixes,
            fixes: 0,
        })
    }

    /// Takes what the parsing of a fix left.
    pub(super) fn set_fixes(&mut self, after: &Self) {
        self.fixes = after.patterns;
    }

    /// Takes what a pattern needs besides its parts.
    ///
    /// # Errors
    /// `pattern.too_large`.
    pub(super) fn pattern(&mut self) -> Result<(), Issue> {
        self.take(PATTERN)
    }

    /// Takes what a literal needs.
    pub(super) fn literal(&mut self, text: &str) -> Result<(), Issue> {
        self.take(text.len())
    }

    /// Takes what a glob of so many alternatives needs.
    pub(super) fn glob(&mut self, text: &str, alternatives: usize) -> Result<(), Issue> {
        let each = text.len().saturating_add(ALTERNATIVE);
        self.take(each.saturating_mul(alternatives))
    }

    /// Takes what an expression needs.
    pub(super) fn expression(&mut self, text: &str) -> Result<(), Issue> {
        let bytes = written_out(text).saturating_add(EXPRESSION);
        self.take(bytes.saturating_mul(EXPRESSION_BYTE))
    }

    /// Takes nothing, and has nothing left, where it is too much.
    fn take(&mut self, steps: usize) -> Result<(), Issue> {
        let left = self.patterns.checked_sub(steps);
        self.patterns = left.unwrap_or_default();
        match left {
            Some(_) => Ok(()),
            None => Err(Issue::new(Code::PatternTooLarge)),
        }
    }
}

/// The bytes of an expression after its repetitions are written out. No engine compiles more steps; what no
/// engine accepts has some number.
pub(super) fn written_out(expression: &str) -> usize {
    let mut outer: Vec<Level> = Vec::new();
    let mut level = Level::default();
    for token in Tokens::of(expression) {
        match token {
            Token::Plain(_) | Token::Or => level.item(1),
            Token::Escape(text) => level.item(text.len()),
            // One step holds all its characters.
            Token::Class(text) => level.item(text.len().div_ceil(4).saturating_add(1)),
            Token::Flags(text) => level.before = level.before.saturating_add(text.len()),
            Token::Open(text) => {
                level.item(text.len());
                outer.push(std::mem::take(&mut level));
            }
            Token::Close => {
                if let Some(parent) = outer.pop() {
                    let inner = level.sum().saturating_add(1);
                    level = parent;
                    level.last = level.last.saturating_add(inner);
                }
            }
            Token::Repeat => level.last = level.last.saturating_add(1),
            Token::Times(text, times) => {
                // A copy may be passed over, which takes a step more.
                let copies = level.last.saturating_add(1).saturating_mul(times);
                level.last = copies.saturating_add(text.len());
            }
        }
    }
    let sum = |sum: usize, level: &Level| sum.saturating_add(level.sum());
    outer.iter().fold(level.sum(), sum)
}

/// The cost of one group so far.
#[derive(Default)]
struct Level {
    /// The bytes before the last item.
    before: usize,
    /// The bytes of the last item, the one that a repetition repeats.
    last: usize,
}

impl Level {
    fn item(&mut self, bytes: usize) {
        self.before = self.sum();
        self.last = bytes;
    }

    fn sum(&self) -> usize {
        self.before.saturating_add(self.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_written_out() {
        for (text, bytes) in [
            ("", 0),
            ("abc", 3),
            ("ab{3}", 10),
            ("(ab){3}", 18),
            ("(ab{2}){3}", 36),
            ("a{2,5}", 15),
            ("a{2,}", 8),
            ("a{0}", 5),
            ("a{,5}", 14),
            ("a+{3}", 12),
            ("[ab]", 2),
            ("[0-9a-f]{40}", 164),
            ("[]{9}]{3}", 15),
            ("[^]{9}]{3}", 15),
            ("[[:alpha:]{9}]{3}", 21),
            (r"[\]{9}]{3}", 15),
            (r"\{9}", 4),
            (r"\x{41}{2}", 17),
            (r"\b{start}{2}", 23),
            (r"\b{2}", 9),
            (r"\d{2}", 9),
            ("(?i){3}", 10),
            ("(a){9}(?i){9}", 367),
            ("(?:a){2}", 15),
            ("(?<n>a){2}", 19),
            ("(?P<n>a){2}", 21),
            ("a|b{2}", 9),
            ("(a|b){2}", 15),
            ("((a{10}){10}){10}", 2774),
            ("a{99999999999999999999}", usize::MAX),
            ("(){4000000000}{4000000000}{4000000000}", usize::MAX),
        ] {
            assert_eq!(written_out(text), bytes, "{text}");
        }
    }
}
