//! Regular expressions: one rule of what is valid, [`Expression`], and each build's own engine.

use super::super::expression::Expression;

/// A compiled expression.
#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
pub(crate) type Regex = Expression;

/// A compiled expression.
#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
#[derive(Debug)]
pub(crate) enum Regex {
    Fast(::regex::bytes::Regex),
    /// A few name characters beyond ASCII, which `regex` refuses without Unicode.
    Small(Expression),
}

/// The largest compiled expression, in bytes: far above what [`Expression`] allows.
#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
pub(super) const SIZE_LIMIT: usize = 256 << 20;

#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
impl Regex {
    /// Compiles an expression; `None` where it is none.
    pub(crate) fn parse(text: &str) -> Result<Self, crate::finding::Issue> {
        let small = Expression::parse(text)?;
        let fast = ::regex::bytes::RegexBuilder::new(text)
            .unicode(false)
            .size_limit(SIZE_LIMIT)
            .build();
        Ok(fast.map_or(Self::Small(small), Self::Fast))
    }

    /// Whether it matches somewhere in the text; in none that is not ASCII.
    pub(crate) fn is_match(&self, text: &str) -> bool {
        match self {
            Self::Fast(regex) => text.is_ascii() && regex.is_match(text.as_bytes()),
            Self::Small(expression) => expression.is_match(text),
        }
    }
}
