//! Regular expressions: one rule of what is valid, and each build's own engine.
//!
//! An expression is valid iff it is ASCII, sets no `u` flag and `regex-lite` accepts it, in every build.
//! A part that is not ASCII matches no expression: the engines would count its characters differently.

use crate::finding::{Code, Issue};

/// A compiled expression.
#[derive(Debug)]
pub(crate) struct Regex(Option<Compiled>);

#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
type Compiled = ::regex::bytes::Regex;
#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
type Compiled = regex_lite::Regex;

/// Says whether an expression is valid.
pub(crate) fn check(text: &str) -> Result<(), Issue> {
    if !text.is_ascii() {
        return Err(Issue::new(Code::PatternNotAscii));
    }
    if sets_unicode(text) {
        return Err(Issue::new(Code::PatternUnicode));
    }
    match regex_lite::Regex::new(text) {
        Ok(_) => Ok(()),
        Err(error) => Err(Issue::new(Code::PatternExpression).with("reason", error.to_string())),
    }
}

impl Regex {
    /// Compiles an expression that [`check`] accepted. One that it did not matches nothing.
    pub(crate) fn new(text: &str) -> Self {
        Self(compile(text))
    }

    pub(crate) fn is_match(&self, text: &str) -> bool {
        text.is_ascii() && self.0.as_ref().is_some_and(|regex| is_match(regex, text))
    }
}

#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
fn compile(text: &str) -> Option<Compiled> {
    // The limit is far above that of `regex-lite`, whose word counts.
    ::regex::bytes::RegexBuilder::new(text)
        .unicode(false)
        .size_limit(SIZE_LIMIT)
        .build()
        .ok()
}

/// The largest compiled expression, in bytes.
#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
pub(super) const SIZE_LIMIT: usize = 256 << 20;

#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
fn is_match(regex: &Compiled, text: &str) -> bool {
    regex.is_match(text.as_bytes())
}

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
fn compile(text: &str) -> Option<Compiled> {
    regex_lite::Regex::new(text).ok()
}

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
fn is_match(regex: &Compiled, text: &str) -> bool {
    regex.is_match(text)
}

/// Whether a group's flags name `u`, as in `(?u)` or `(?-u:…)`.
fn sets_unicode(text: &str) -> bool {
    let mut rest = text;
    let mut in_class = false;
    while let Some(c) = rest.chars().next() {
        if !in_class
            && let Some(flags) = rest.strip_prefix("(?")
            && flags
                .bytes()
                .take_while(|byte| byte.is_ascii_alphabetic() || *byte == b'-')
                .any(|byte| byte == b'u')
            && !flags.starts_with('P')
        {
            return true;
        }
        let step = match (c, in_class) {
            ('\\', _) => 2,
            ('[', false) => {
                in_class = true;
                // A `]` right after `[` or `[^` is an ordinary character.
                rest.get(1..).map_or(1, |inner| {
                    if inner.starts_with("^]") {
                        3
                    } else if inner.starts_with(']') {
                        2
                    } else {
                        1
                    }
                })
            }
            (']', true) => {
                in_class = false;
                1
            }
            _ => 1,
        };
        rest = rest.get(step..).unwrap_or_default();
    }
    false
}
