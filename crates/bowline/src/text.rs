//! Typed and pasted text: what came along with it, and where parts of it stand.

use std::ops::Range;

/// Where `part`, a piece of `whole`, stands in it, in bytes. An empty range where it is no piece of it.
pub(crate) fn span(whole: &str, part: &str) -> Range<usize> {
    let start = (part.as_ptr() as usize).wrapping_sub(whole.as_ptr() as usize);
    let end = start.wrapping_add(part.len());
    if start <= end && end <= whole.len() {
        start..end
    } else {
        0..0
    }
}

/// Texts, one after the other.
pub(crate) fn concat(parts: &[&str]) -> String {
    let mut whole = String::with_capacity(64);
    for part in parts {
        whole.push_str(part);
    }
    whole
}

/// Texts, with `between` between them. (The standard library's would be 1 KiB of the browser module.)
pub(crate) fn join<'a>(parts: impl IntoIterator<Item = &'a str>, between: &str) -> String {
    let mut whole = String::new();
    for part in parts {
        if !whole.is_empty() {
            whole.push_str(between);
        }
        whole.push_str(part);
    }
    whole
}

/// Where `part` first stands in `text`.
///
/// Texts here are short. The standard library's search is made for long ones, and would be, with what it brings along,
/// 4 KiB of the browser module.
pub(crate) fn find(text: &str, part: &str) -> Option<usize> {
    let Some((first, others)) = part.as_bytes().split_first() else {
        return Some(0);
    };
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(|byte| byte == first) {
        rest = rest.get(at.saturating_add(1)..)?;
        if rest.starts_with(others) {
            return text.len().checked_sub(rest.len())?.checked_sub(1);
        }
    }
    None
}

/// Whether `part`, which may be one character, stands in `text`.
pub(crate) fn contains(text: &str, part: &str) -> bool {
    find(text, part).is_some()
}

/// What stands before and after `part` where it first stands in `text`.
pub(crate) fn split_once<'a>(text: &'a str, part: &str) -> Option<(&'a str, &'a str)> {
    let (before, rest) = text.split_at_checked(find(text, part)?)?;
    Some((before, rest.strip_prefix(part)?))
}

/// `text` with `with` wherever `part` stood, which is not empty.
pub(crate) fn replace(text: &str, part: &str, with: &str) -> String {
    let (mut made, mut rest) = (String::new(), text);
    while let Some((before, after)) = split_once(rest, part) {
        made.push_str(before);
        made.push_str(with);
        rest = after;
    }
    made.push_str(rest);
    made
}

/// `whole` with `with` in place of its piece `part`.
pub(crate) fn replaced(whole: &str, part: &str, with: &str) -> String {
    let Range { start, end } = span(whole, part);
    concat(&[
        whole.get(..start).unwrap_or(""),
        with,
        whole.get(end..).unwrap_or(""),
    ])
}

/// The number that a text of digits is, where 32 bits hold it. (The standard library has a parser for every width of
/// numbers, and each would be in the browser module.)
pub(crate) fn decimal(text: &str) -> Option<u32> {
    let is_digits = text.bytes().all(|b| b.is_ascii_digit());
    is_digits.then(|| text.parse().ok())?
}

/// The port that a text is: digits, up to 65535.
pub(crate) fn port_of(text: &str) -> Option<u16> {
    u16::try_from(decimal(text)?).ok()
}

/// Whether a character is there and not seen: byte order marks, zero-width and control characters, no-break spaces.
pub(crate) fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{a0}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// The text without the quotation marks around it, all pairs of them, where it stands between some.
pub(crate) fn unquoted(text: &str) -> Option<&str> {
    let mut inner = within_quotes(text)?;
    while let Some(deeper) = within_quotes(trim(inner)) {
        inner = deeper;
    }
    Some(inner)
}

/// The text without the quotation marks around all of it. Marks that belong to its first and its last word stay.
pub(crate) fn without_quotes(text: &str) -> &str {
    let is_whole = |inner: &&str| {
        let is_json = inner.trim_start().starts_with(['{', '[']);
        is_json
            || !text
                .chars()
                .next()
                .is_some_and(|mark| inner.chars().any(|c| c == mark))
    };
    unquoted(text).filter(is_whole).unwrap_or(text)
}

fn within_quotes(text: &str) -> Option<&str> {
    const MARKS: [(char, char); 7] = [
        ('"', '"'),
        ('\'', '\''),
        ('`', '`'),
        ('“', '”'),
        ('‘', '’'),
        ('«', '»'),
        ('<', '>'),
    ];
    let inner = MARKS
        .iter()
        .find_map(|&(open, close)| text.strip_prefix(open)?.strip_suffix(close))?;
    (!inner.is_empty()).then_some(inner)
}

/// Whether pasting has brought nothing along: visible ASCII and inner spaces, without quotation marks around. Most texts
/// are so, and to see it takes a fraction of what it takes to say what is wrong.
pub(crate) fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_mark = |b: &u8| matches!(b, b' ' | b'"' | b'\'' | b'`' | b'<');
    bytes.iter().all(|b| matches!(b, b' '..=b'~'))
        && !bytes.first().is_some_and(is_mark)
        && bytes.last() != Some(&b' ')
}

/// The text without its invisible characters.
pub(crate) fn visible(text: &str) -> String {
    without(text, is_invisible)
}

/// The text without white space.
pub(crate) fn joined(text: &str) -> String {
    without(text, char::is_whitespace)
}

/// The text without some of its characters.
pub(crate) fn without(text: &str, left_out: fn(char) -> bool) -> String {
    text.chars().filter(|&c| !left_out(c)).collect()
}

/// Whether a character is white space, or one that looks like none at all.
fn is_white(c: char) -> bool {
    c.is_whitespace() || is_invisible(c)
}

/// The text without white space, and what looks like none at all, around it.
pub(crate) fn trim(text: &str) -> &str {
    if is_bare(text) {
        text
    } else {
        text.trim_matches(is_white)
    }
}

/// The text without white space around it.
pub(crate) fn trim_space(text: &str) -> &str {
    if is_bare(text) { text } else { text.trim() }
}

/// Whether nothing can stand around a text: it is empty, or starts and ends with visible ASCII. Most texts are so, and the
/// standard library takes their first and last characters apart to find that out.
fn is_bare(text: &str) -> bool {
    match text.as_bytes() {
        [] => true,
        [byte] => byte.is_ascii_graphic(),
        [first, .., last] => first.is_ascii_graphic() && last.is_ascii_graphic(),
    }
}

/// The one of `candidates` that `text` was probably meant to be: at most two letters away, and at most a third of it.
pub(crate) fn nearest<'a>(
    text: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    nearest_within(text, candidates, (text.len() / 3).clamp(1, 2))
}

/// The one of `candidates` that is the fewest letters away from `text`, in any case of letters, and at most `limit`.
pub(crate) fn nearest_within<'a>(
    text: &str,
    candidates: impl IntoIterator<Item = &'a str>,
    limit: usize,
) -> Option<&'a str> {
    let text = text.to_ascii_lowercase();
    let mut nearest = None;
    let mut below = limit.saturating_add(1);
    for candidate in candidates {
        let distance = distance(text.as_bytes(), candidate.as_bytes());
        if distance < below {
            (nearest, below) = (Some(candidate), distance);
        }
    }
    nearest
}

/// Whether two texts are one slip of the fingers apart: a letter more, fewer or another one, or two exchanged.
pub(crate) fn is_one_slip_away(a: &str, b: &str) -> bool {
    fn from(text: &[u8], at: usize) -> &[u8] {
        text.get(at..).unwrap_or(&[])
    }
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let same = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let next = same.saturating_add(1);
    let (rest_a, rest_b) = (from(a, same), from(b, same));
    let is_exchanged = match (rest_a, rest_b) {
        ([x, y, end @ ..], [v, w, other @ ..]) => x == w && y == v && end == other,
        _ => false,
    };
    let is_edited =
        from(a, next) == from(b, next) || from(a, next) == rest_b || rest_a == from(b, next);
    a != b && (is_exchanged || is_edited)
}

/// How many letters have to be put in, taken out or exchanged to make `b` of `a`.
fn distance(a: &[u8], b: &[u8]) -> usize {
    // No field value that long has a near neighbor; this bounds the work.
    if a.len() > 64 || b.len() > 64 {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i.saturating_add(1);
        for (y, cell) in b.iter().zip(row.iter_mut().skip(1)) {
            let above = *cell;
            let exchanged = diagonal.saturating_add(usize::from(x != y));
            *cell = exchanged
                .min(above.saturating_add(1))
                .min(left.saturating_add(1));
            left = *cell;
            diagonal = above;
        }
        if let Some(first) = row.first_mut() {
            *first = i.saturating_add(1);
        }
    }
    row.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::{distance, find, is_one_slip_away, nearest, replace, replaced, span, split_once};

    #[test]
    fn spans_are_those_of_pieces() {
        let whole = "https://ü.example";
        let host = whole.split_once("//").unwrap().1;
        assert_eq!(span(whole, host), 8..whole.len());
        assert_eq!(span(whole, "elsewhere"), 0..0);
        assert_eq!(replaced(whole, host, "x"), "https://x");
    }

    #[test]
    fn texts_are_found_as_the_standard_library_finds_them() {
        for text in ["", "a", "aab", "abaab", "éaé", "a://b://c"] {
            for part in ["a", "ab", "aab", "é", "://", "x"] {
                assert_eq!(find(text, part), text.find(part), "{text} {part}");
                assert_eq!(
                    split_once(text, part),
                    text.split_once(part),
                    "{text} {part}"
                );
                assert_eq!(
                    replace(text, part, "-"),
                    text.replace(part, "-"),
                    "{text} {part}"
                );
            }
        }
    }

    #[test]
    fn one_slip_is_one_edit_or_two_letters_exchanged() {
        for (a, b, is_near) in [
            ("ghrc.io", "ghcr.io", true),
            ("ghcr.oi", "ghcr.io", true),
            ("ghcr.i", "ghcr.io", true),
            ("ghcrr.io", "ghcr.io", true),
            ("gjcr.io", "ghcr.io", true),
            ("ghcr.io", "ghcr.io", false),
            ("gcr.io", "quay.io", false),
            ("hgrc.io", "ghcr.io", false),
            ("", "a", true),
        ] {
            assert_eq!(is_one_slip_away(a, b), is_near, "{a} {b}");
        }
    }

    #[test]
    fn distances_are_edits() {
        for (a, b, edits) in [
            ("", "", 0),
            ("abc", "abc", 0),
            ("abc", "axc", 1),
            ("abc", "ac", 1),
            ("ac", "abc", 1),
            ("", "abc", 3),
        ] {
            assert_eq!(distance(a.as_bytes(), b.as_bytes()), edits, "{a} {b}");
        }
        assert_eq!(
            nearest("docker-hob", ["docker-hub", "docker-registry"]),
            Some("docker-hub")
        );
        assert_eq!(nearest("x", ["docker-hub"]), None);
    }
}
