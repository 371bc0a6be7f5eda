//! Regular expressions: the rule for valid ones, and the text that an expression needs.
//!
//! An expression is valid where it is ASCII, does not set the flag `u` and the crate `regex-lite` accepts it. That is so in
//! every build, whichever engine runs it: `regex` over bytes without Unicode, or `regex-lite` in the browser, where the
//! former would be a third of the module. A text that is not ASCII has no match, since the two count its characters
//! differently.

use super::tokens::{Token, Tokens};
use crate::finding::{Code, Issue};

/// Judges an expression.
///
/// # Errors
/// What is wrong with it; the place is the whole of it.
pub(super) fn check(text: &str) -> Result<(), Issue> {
    if !text.is_ascii() {
        return Err(Issue::new(Code::PatternNotAscii));
    }
    if Tokens::of(text).any(|token| token.flags().contains(&b'u')) {
        return Err(Issue::new(Code::PatternUnicode));
    }
    match regex_lite::Regex::new(text) {
        Ok(_) => Ok(()),
        Err(error) => Err(Issue::new(Code::PatternExpression).with("reason", error.to_string())),
    }
}

/// Returns true if `regex` and `regex-lite` could read an expression differently: case is ignored, and a range begins
/// before the lowercase letters and ends among them. `regex` adds the lowercase letters of all its capitals, `regex-lite`
/// does not.
#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
pub(super) fn is_ambiguous(text: &str) -> bool {
    let ignores_case = Tokens::of(text).any(|token| token.flags().contains(&b'i'));
    let mixes_case = |class: &[u8]| {
        // An escape may be any character.
        let has_escape = class.contains(&b'\\');
        class.windows(3).any(|range| match range {
            [first, b'-', b'a'..=b'y'] => *first <= b'Z' || has_escape,
            _ => false,
        })
    };
    ignores_case
        && Tokens::of(text).any(|token| matches!(token, Token::Class(class) if mixes_case(class)))
}

/// A text that an expression cannot match without: the longest that is easy to see. Empty where none is.
pub(super) fn needed_text(expression: &str) -> String {
    let mut longest = Vec::new();
    let mut run: Vec<u8> = Vec::new();
    let mut depth = 0_usize;
    for token in Tokens::of(expression) {
        let flags = token.flags();
        let changes_meaning = flags.contains(&b'i') || flags.contains(&b'x');
        match token {
            Token::Flags(_) => return String::new(),
            Token::Open(_) if changes_meaning => return String::new(),
            Token::Or if depth == 0 => return String::new(),
            Token::Open(_) => depth = depth.saturating_add(1),
            Token::Close => depth = depth.saturating_sub(1),
            _ if depth > 0 => continue,
            Token::Plain(byte) if !b".^$".contains(&byte) => {
                run.push(byte);
                continue;
            }
            Token::Escape(&[_, byte]) if byte.is_ascii_punctuation() && !b"<>".contains(&byte) => {
                run.push(byte);
                continue;
            }
            // What is repeated may be left out.
            Token::Repeat | Token::Times(..) => drop(run.pop()),
            Token::Plain(_) | Token::Escape(_) | Token::Class(_) | Token::Or => {}
        }
        if run.len() > longest.len() {
            std::mem::swap(&mut run, &mut longest);
        }
        run.clear();
    }
    if run.len() > longest.len() {
        longest = run;
    }
    String::from_utf8(longest).unwrap_or_default()
}
