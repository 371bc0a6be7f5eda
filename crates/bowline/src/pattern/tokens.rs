//! Takes an expression apart, without judging it.
//!
//! The tokens are those of the crate `regex-lite`. Of what is no expression they are any.

use crate::text::decimal;

/// A piece of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A character as it is: `a`, `.`, `^`.
    Plain(u8),
    /// `\d`, `\x{2d}`, `\b{start}`.
    Escape(&'a [u8]),
    /// `[a-z]`.
    Class(&'a [u8]),
    /// `(`, `(?:`, `(?P<name>`, `(?i:`.
    Open(&'a [u8]),
    /// `(?i)`, which is no item: a repetition after it repeats the item before it.
    Flags(&'a [u8]),
    /// `)`
    Close,
    /// `|`
    Or,
    /// `?`, `*` or `+`.
    Repeat,
    /// `{2,5}`, and how often the item is written out.
    Times(&'a [u8], usize),
}

/// The tokens of an expression.
pub(super) struct Tokens<'a>(&'a [u8]);

impl<'a> Tokens<'a> {
    pub(super) fn of(expression: &'a str) -> Self {
        Self(expression.as_bytes())
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let rest = self.0;
        let first = *rest.first()?;
        let length = match first {
            b'(' => group_head(rest),
            b'[' => class(rest),
            b'\\' => escape(rest),
            b'{' => braces(rest),
            _ => 1,
        };
        let (text, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        self.0 = after;
        Some(match first {
            b'(' if text.last() == Some(&b')') => Token::Flags(text),
            b'(' => Token::Open(text),
            b')' => Token::Close,
            b'[' => Token::Class(text),
            b'\\' => Token::Escape(text),
            b'{' => Token::Times(text, times(text)),
            b'|' => Token::Or,
            b'?' | b'*' | b'+' => Token::Repeat,
            other => Token::Plain(other),
        })
    }
}

impl Token<'_> {
    /// The flags that the beginning of a group sets.
    pub(super) fn flags(&self) -> &[u8] {
        match self {
            Self::Open(head) | Self::Flags(head) if !head.contains(&b'<') => head,
            _ => &[],
        }
    }
}

/// The length of the beginning of a group.
fn group_head(rest: &[u8]) -> usize {
    let Some(inner) = rest.strip_prefix(b"(?") else {
        return 1;
    };
    let is_named = inner.starts_with(b"P<") || inner.starts_with(b"<");
    let ends = |byte: &u8| match byte {
        b'>' => is_named,
        b':' | b')' => !is_named,
        _ => false,
    };
    let end = inner.iter().position(ends);
    // What is not closed is no expression: here and below it is read to its end, so that nothing is read twice.
    end.map_or(rest.len(), |end| end.saturating_add(3))
}

/// The length of a repetition's braces.
fn braces(rest: &[u8]) -> usize {
    let end = rest.iter().position(|&byte| byte == b'}');
    end.map_or(rest.len(), |end| end.saturating_add(1))
}

/// The number of copies of the item before the braces, at least one.
fn times(braces: &[u8]) -> usize {
    let numbers = braces.split(|byte| !byte.is_ascii_digit());
    let numbers = numbers.filter_map(|digits| str::from_utf8(digits).ok());
    let numbers = numbers.filter(|digits| !digits.is_empty());
    // One that is too large for its type is too much anyway.
    let numbers = numbers.map(|digits| {
        let number = decimal(digits).and_then(|number| usize::try_from(number).ok());
        number.unwrap_or(usize::MAX)
    });
    numbers.max().unwrap_or(1).max(1)
}

/// The length of a class in brackets.
fn class(rest: &[u8]) -> usize {
    let is = |at: usize, byte: u8| rest.get(at) == Some(&byte);
    let mut at = 1;
    if is(at, b'^') {
        at = at.saturating_add(1);
    }
    // A bracket that stands first is one of its characters.
    if is(at, b']') {
        at = at.saturating_add(1);
    }
    while let Some(&byte) = rest.get(at) {
        let rest = rest.get(at..).unwrap_or_default();
        at = at.saturating_add(match byte {
            b']' => return at.saturating_add(1),
            b'\\' => 2,
            b'[' if rest.starts_with(b"[:") => {
                let end = rest.windows(2).position(|pair| pair == b":]");
                end.map_or(rest.len(), |end| end.saturating_add(2))
            }
            _ => 1,
        });
    }
    rest.len()
}

/// The length of an escape. The braces after `x`, `u`, `U` and, with a name in them, `b` are part of it.
fn escape(rest: &[u8]) -> usize {
    match rest.get(1..4).unwrap_or_default() {
        [b'x' | b'u' | b'U', b'{', _] => braces(rest),
        [b'x', ..] => 4,
        [b'u', ..] => 6,
        [b'U', ..] => 10,
        [b'b', b'{', first] if !first.is_ascii_digit() => braces(rest),
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_taken_apart() {
        let text = r"^(?i)(?:a|\d)+[]{2}]{2,5}(?P<i>\x{2d}\x2d\b{start}\b{2})[[:alpha:]]$";
        let tokens: Vec<Token<'_>> = Tokens::of(text).collect();
        assert_eq!(
            tokens,
            [
                Token::Plain(b'^'),
                Token::Flags(b"(?i)"),
                Token::Open(b"(?:"),
                Token::Plain(b'a'),
                Token::Or,
                Token::Escape(br"\d"),
                Token::Close,
                Token::Repeat,
                Token::Class(b"[]{2}]"),
                Token::Times(b"{2,5}", 5),
                Token::Open(b"(?P<i>"),
                Token::Escape(br"\x{2d}"),
                Token::Escape(br"\x2d"),
                Token::Escape(br"\b{start}"),
                Token::Escape(br"\b"),
                Token::Times(b"{2}", 2),
                Token::Close,
                Token::Class(b"[[:alpha:]]"),
                Token::Plain(b'$'),
            ]
        );
        let flags: Vec<&[u8]> = tokens
            .iter()
            .map(Token::flags)
            .filter(|flags| !flags.is_empty())
            .collect();
        assert_eq!(flags, [b"(?i)".as_slice(), b"(?:"]);
    }

    #[test]
    fn what_is_no_expression_ends() {
        for text in [
            "(", ")", "{", "{}", "[", "[]", "[^", "[[:", "\\", "(?", "(?P<", "\\x{", "\\b{", "a{x}",
        ] {
            assert!(Tokens::of(text).count() <= text.len(), "{text}");
        }
    }
}
