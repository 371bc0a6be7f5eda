//! The entries of a YAML text: keys and their scalars, in every style that YAML 1.2.2 (chapter 7 and section 8.1) has for
//! them.
//!
//! No more of YAML is needed to find a pull secret or an image, and a parser for all of it would weigh more than this
//! crate's rules. Flow collections, anchors and aliases are not followed.

use crate::text::contains;

/// A key and its scalar.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// How far the key is indented, behind the hyphens of a list.
    pub(super) indent: usize,
    /// Whether the key is the first of a list's item.
    pub(super) starts_item: bool,
    /// The key, without quotation marks.
    pub(super) key: String,
    /// The scalar; empty where a collection follows.
    pub(super) value: String,
}

/// The entries of `text`, in their order. A line that is none is passed over.
pub(super) fn entries(text: &str) -> Vec<Entry> {
    let lines: Vec<&str> = text.lines().collect();
    let mut lines = lines.as_slice();
    let mut entries = Vec::new();
    while let [line, rest @ ..] = lines {
        lines = rest;
        let content = without_hyphens(line);
        let Some((key, value)) = key_and_value(content) else {
            continue;
        };
        let indent = line.len().saturating_sub(content.len());
        let (value, taken) = scalar(value, indent, rest);
        lines = rest.get(taken..).unwrap_or(&[]);
        entries.push(Entry {
            indent,
            starts_item: line.trim_start().starts_with("- "),
            key,
            value,
        });
    }
    entries
}

/// What follows the hyphens of lists that a line starts with.
fn without_hyphens(line: &str) -> &str {
    let mut content = line.trim_start_matches(' ');
    while let Some(item) = content.strip_prefix("- ") {
        content = item.trim_start_matches(' ');
    }
    content
}

/// The key of an entry, and what follows its colon.
fn key_and_value(content: &str) -> Option<(String, &str)> {
    let (key, rest) = match content.chars().next()? {
        '#' => return None,
        mark @ ('"' | '\'') => {
            let (key, length) = quoted(mark, content)?;
            (key, content.get(length..)?.trim_start().strip_prefix(':')?)
        }
        _ => {
            let end = content
                .match_indices(':')
                .find(|(at, _)| {
                    let after = content.get(at.saturating_add(1)..).unwrap_or("");
                    after.is_empty() || after.starts_with([' ', '\t'])
                })?
                .0;
            let (key, rest) = content.split_at_checked(end)?;
            (key.trim_end().to_owned(), rest.strip_prefix(':')?)
        }
    };
    (rest.is_empty() || rest.starts_with([' ', '\t'])).then_some((key, rest.trim()))
}

/// The scalar that starts with `first` on the line of a key, and how many of the following lines are part of it.
fn scalar(first: &str, indent: usize, lines: &[&str]) -> (String, usize) {
    let mut first = first;
    while first.starts_with(['!', '&']) {
        first = first
            .split_once(' ')
            .map_or("", |(_, rest)| rest.trim_start());
    }
    match first.chars().next() {
        Some(mark @ ('|' | '>')) => block(mark, first, indent, lines),
        Some(mark @ ('"' | '\'')) => quoted_over_lines(mark, first, lines),
        Some('#') | None => {
            let next = lines
                .iter()
                .position(|line| !is_empty(line))
                .unwrap_or(lines.len());
            let line = lines.get(next).copied().unwrap_or("");
            let is_scalar = indentation(line) > indent
                && !line.trim_start().starts_with("- ")
                && line.trim() != "-"
                && !line.trim_start().starts_with(['{', '['])
                && key_and_value(without_hyphens(line)).is_none();
            if !is_scalar {
                return (String::new(), 0);
            }
            let taken = next.saturating_add(1);
            let (value, more) = scalar(line.trim(), indent, lines.get(taken..).unwrap_or(&[]));
            (value, taken.saturating_add(more))
        }
        Some(_) => plain(first, indent, lines),
    }
}

/// A plain scalar: it goes on in lines that are indented further.
fn plain(first: &str, indent: usize, lines: &[&str]) -> (String, usize) {
    let (text, is_over) = without_comment(first);
    let mut pieces = vec![text];
    let mut taken = 0;
    if !is_over {
        for (at, line) in lines.iter().enumerate() {
            if line.trim().is_empty() {
                pieces.push("");
                continue;
            }
            // A plain scalar has no key in it: the first line has lost its indentation.
            let is_key = key_and_value(line.trim()).is_some();
            if indentation(line) <= indent || line.trim_start().starts_with('#') || is_key {
                break;
            }
            let (text, is_over) = without_comment(line.trim());
            // Empty lines belong to the scalar if it goes on after them.
            taken = at.saturating_add(1);
            pieces.push(text);
            if is_over {
                break;
            }
        }
        pieces.truncate(taken.saturating_add(1));
    }
    (folded(&pieces), taken)
}

/// The text before a comment, and whether there is one.
fn without_comment(text: &str) -> (&str, bool) {
    let comment = text.match_indices('#').find(|(at, _)| {
        text.get(..*at)
            .is_some_and(|before| before.ends_with([' ', '\t']))
    });
    match comment.and_then(|(at, _)| text.get(..at)) {
        Some(before) => (before.trim_end(), true),
        None => (text.trim_end(), false),
    }
}

/// The most lines that a scalar between quotation marks is followed over.
const MOST_LINES: usize = 256;

/// A scalar between quotation marks, which may go on over lines.
fn quoted_over_lines(mark: char, first: &str, lines: &[&str]) -> (String, usize) {
    if let Some((value, _)) = quoted(mark, first) {
        return (value, 0);
    }
    let mut text = first.to_owned();
    for line in lines.iter().take(MOST_LINES) {
        text.push('\n');
        text.push_str(line);
    }
    let Some((value, length)) = quoted(mark, &text) else {
        return (String::new(), 0);
    };
    let read = text.bytes().take(length);
    (value, read.filter(|b| *b == b'\n').count())
}

/// The scalar between the quotation marks that `text` starts with, and how long it is with them.
fn quoted(mark: char, text: &str) -> Option<(String, usize)> {
    let mut value = String::new();
    // How much of it cannot be white space before a line break, since it was escaped.
    let mut escaped = 0;
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '\'' if mark == '\'' && chars.next_if(|(_, next)| *next == '\'').is_some() => {
                value.push('\'');
            }
            c if c == mark => return Some((value, at.checked_add(1)?)),
            '\n' => {
                // One line break is a space, more are one fewer; white space around them is nothing.
                let kept = value.trim_end_matches([' ', '\t']).len();
                value.truncate(kept.max(escaped));
                let mut breaks: usize = 1;
                while let Some((_, c)) = chars.next_if(|(_, c)| matches!(c, ' ' | '\t' | '\n')) {
                    breaks = breaks.saturating_add(usize::from(c == '\n'));
                }
                match breaks {
                    1 => value.push(' '),
                    more => value.extend(std::iter::repeat_n('\n', more.saturating_sub(1))),
                }
            }
            '\\' if mark == '"' => {
                let (_, escape) = chars.next()?;
                let digits = match escape {
                    'x' => 2,
                    'u' => 4,
                    'U' => 8,
                    '\n' => {
                        while chars.next_if(|(_, c)| matches!(c, ' ' | '\t')).is_some() {}
                        continue;
                    }
                    _ => 0,
                };
                if digits > 0 {
                    let mut code: u32 = 0;
                    for _ in 0..digits {
                        let digit = chars.next()?.1.to_digit(16)?;
                        code = code.checked_mul(16)?.checked_add(digit)?;
                    }
                    value.push(char::from_u32(code)?);
                    escaped = value.len();
                    continue;
                }
                value.push(match escape {
                    '0' => '\0',
                    'a' => '\u{7}',
                    'b' => '\u{8}',
                    't' => '\t',
                    'n' => '\n',
                    'v' => '\u{b}',
                    'f' => '\u{c}',
                    'r' => '\r',
                    'e' => '\u{1b}',
                    'N' => '\u{85}',
                    '_' => '\u{a0}',
                    'L' => '\u{2028}',
                    'P' => '\u{2029}',
                    other => other,
                });
                escaped = value.len();
            }
            c => value.push(c),
        }
    }
    None
}

/// A block scalar: `|`, `>`, with the indentation and the end that their header says.
fn block(mark: char, header: &str, indent: usize, lines: &[&str]) -> (String, usize) {
    let indicators = header.split_whitespace().next().unwrap_or("");
    let by_header = indicators
        .chars()
        .find_map(|c| c.to_digit(10))
        .and_then(|digit| indent.checked_add(usize::try_from(digit).ok()?));
    let by_first_line = || {
        let first = lines.iter().find(|line| !line.trim().is_empty());
        let first = first.map(|line| indentation(line));
        // Where no line is in the block, the white space of the empty ones is not in it either.
        first.filter(|at| *at > indent).unwrap_or(usize::MAX)
    };
    let inner = by_header
        .unwrap_or_else(by_first_line)
        .max(indent.saturating_add(1));
    let mut pieces = Vec::new();
    for line in lines {
        if !line.trim_matches(' ').is_empty() && indentation(line) < inner {
            break;
        }
        pieces.push(line.get(inner..).unwrap_or(""));
    }
    let taken = pieces.len();
    let filled = pieces
        .iter()
        .rposition(|line| !line.is_empty())
        .map_or(0, |last| last.saturating_add(1));
    let trailing = taken.saturating_sub(filled);
    pieces.truncate(filled);
    let mut value = if mark == '|' {
        pieces.join("\n")
    } else {
        folded_block(&pieces)
    };
    if !value.is_empty() && !contains(indicators, "-") {
        value.push('\n');
    }
    if contains(indicators, "+") {
        value.extend(std::iter::repeat_n('\n', trailing));
    }
    (value, taken)
}

/// The lines of a plain scalar: joined by spaces, where an empty line is a line break.
fn folded(pieces: &[&str]) -> String {
    let mut value = String::new();
    let mut breaks: usize = 0;
    for (at, piece) in pieces.iter().enumerate() {
        if piece.is_empty() {
            breaks = breaks.saturating_add(1);
            continue;
        }
        if at > 0 {
            match breaks {
                0 => value.push(' '),
                breaks => value.extend(std::iter::repeat_n('\n', breaks)),
            }
        }
        breaks = 0;
        value.push_str(piece);
    }
    value
}

/// The lines of a folded block scalar: those that are indented further keep their line breaks.
fn folded_block(pieces: &[&str]) -> String {
    let mut value = String::new();
    let mut breaks: usize = 0;
    let mut is_first = true;
    let mut was_deeper = false;
    for piece in pieces {
        if piece.is_empty() {
            breaks = breaks.saturating_add(1);
            continue;
        }
        let is_deeper = piece.starts_with([' ', '\t']);
        let kept = usize::from(is_deeper || was_deeper);
        if is_first {
            value.extend(std::iter::repeat_n('\n', breaks));
        } else if breaks == 0 && kept == 0 {
            value.push(' ');
        } else {
            value.extend(std::iter::repeat_n('\n', breaks.saturating_add(kept)));
        }
        value.push_str(piece);
        (is_first, was_deeper, breaks) = (false, is_deeper, 0);
    }
    value
}

fn is_empty(line: &str) -> bool {
    line.trim().is_empty() || line.trim_start().starts_with('#')
}

fn indentation(line: &str) -> usize {
    line.len()
        .saturating_sub(line.trim_start_matches(' ').len())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::{Entry, entries};

    fn values(text: &str) -> Vec<(String, String)> {
        let entry = |entry: Entry| (entry.key, entry.value);
        entries(text).into_iter().map(entry).collect()
    }

    #[test]
    fn entries_have_their_keys_and_places() {
        let text = "a: 1 # x\n\"b c\" : 'd''e'\nlist:\n  - - f: g\n    h: |\n      i\nk:\n\n  l m\n  n\n# o: p\nhttp://x\n";
        let found: Vec<_> = entries(text)
            .into_iter()
            .map(|entry| (entry.indent, entry.starts_item, entry.key, entry.value))
            .collect();
        let expected = [
            (0, false, "a", "1"),
            (0, false, "b c", "d'e"),
            (0, false, "list", ""),
            (6, true, "f", "g"),
            (4, false, "h", "i\n"),
            (0, false, "k", "l m n"),
        ];
        let expected =
            expected.map(|(at, item, key, value)| (at, item, key.to_owned(), value.to_owned()));
        assert_eq!(found, expected);
    }

    #[test]
    fn scalars_are_read_in_every_style() {
        for style in [
            "x y",
            "\"x y\"",
            "'x y'",
            "\"x\n  y\"",
            "x\n  y",
            "\n  x y",
            "\n  \"x y\"",
            "|-\n  x y",
            ">-\n  x\n  y",
            "!!str x y",
            "&a 'x y'",
            "\"x\\u0020y\" # z",
            "|2-\n    x y",
        ] {
            let value = if style.starts_with("|2") {
                "  x y"
            } else {
                "x y"
            };
            let text = format!("k: {style}\nz: 1");
            assert_eq!(
                values(&text),
                [
                    ("k".to_owned(), value.to_owned()),
                    ("z".to_owned(), "1".to_owned())
                ],
                "{text}"
            );
        }
    }

    fn check(text: &str) {
        let Ok(expected) = serde_saphyr::from_str::<BTreeMap<String, String>>(text) else {
            return;
        };
        let found: BTreeMap<String, String> = values(text).into_iter().collect();
        assert_eq!(found, expected, "{text:?}");
    }

    proptest! {
        /// What a parser of all of YAML takes for a map of texts is read as it reads it.
        #[test]
        fn scalars_are_what_a_yaml_parser_reads(
            header in prop::sample::select(vec!["", "|", "|-", "|+", "|2", ">", ">-", ">+", ">2-", "\"", "'", "!!str ", "\n  "]),
            lines in prop::collection::vec("[a-c\"'\\\\# :]{0,6}|( {0,3})[a-c]{1,3}|", 1..5),
            close in prop::sample::select(vec!["", "\"", "'", " # x"]),
        ) {
            let separator = if header.starts_with(['|', '>']) { "\n  " } else { "" };
            let text = format!("k: {header}{separator}{}{close}\nz: y\n", lines.join("\n  "));
            check(&text);
        }

        #[test]
        fn no_text_panics(text in "[ \\-a:|>\"'#\\n\\\\0-9é]{0,60}") {
            entries(&text);
        }
    }
}
