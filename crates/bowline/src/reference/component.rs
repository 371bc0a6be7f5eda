//! One part of a repository's path.

/// Whether a text is one component of a repository's name: lower-case letters and digits, between them `.`, `_`,
/// `__` or any number of hyphens.
pub(crate) fn is_component(text: &str) -> bool {
    let bytes = text.as_bytes();
    let alphanumeric = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let separator =
        |run: &[u8]| matches!(run, b"" | b"." | b"_" | b"__") || run.iter().all(|b| *b == b'-');
    bytes.first().is_some_and(alphanumeric)
        && bytes.last().is_some_and(alphanumeric)
        && bytes.split(alphanumeric).all(separator)
}
