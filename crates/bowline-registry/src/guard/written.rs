//! The path and query of a redirect, as its `Location` writes them.

use std::fmt::Write as _;

/// Returns the path and query of a location as they are written; `None` if they must come from the URL, because the
/// path is relative. Encodes only characters that a request line cannot contain (RFC 9112 section 3.2).
pub(super) fn target(location: &str) -> Option<String> {
    let location = location.trim().split('#').next()?;
    // Browsers and `url` read these as slashes, or not at all.
    if location.contains(|c: char| c == '\\' || c.is_ascii_control()) {
        return None;
    }
    let written = match location.strip_prefix("//") {
        Some(rest) => after_authority(rest),
        None if location.starts_with('/') => location,
        None => {
            let (scheme, rest) = location.split_once("://")?;
            let is_scheme = scheme.bytes().all(|b| b.is_ascii_alphanumeric());
            after_authority(rest.get(..).filter(|_| is_scheme)?)
        }
    };
    let (path, query) = match written.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (written, None),
    };
    let is_plain = |segment: &str| {
        let segment = segment.to_ascii_lowercase().replace("%2e", ".");
        segment != "." && segment != ".."
    };
    if !path.split('/').all(is_plain) {
        return None;
    }
    let mut target = String::new();
    carry(&mut target, if path.is_empty() { "/" } else { path });
    if let Some(query) = query {
        target.push('?');
        carry(&mut target, query);
    }
    Some(target)
}

/// What follows the host and port.
fn after_authority(text: &str) -> &str {
    let end = text.find(['/', '?']).unwrap_or(text.len());
    text.get(end..).unwrap_or_default()
}

/// Adds a text to a target, with what a request line cannot carry as its percent-encoded UTF-8.
fn carry(target: &mut String, text: &str) {
    for byte in text.bytes() {
        let is_carried =
            byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'`' | b'#');
        match is_carried {
            true => target.push(char::from(byte)),
            // Writing to a text does not fail.
            false => _ = write!(target, "%{byte:02X}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_taken_as_it_is_written() {
        let cases = [
            (
                "https://blobs.example.net/a/b?sig=a'b%2Fc+d",
                Some("/a/b?sig=a'b%2Fc+d"),
            ),
            ("https://blobs.example.net", Some("/")),
            ("https://blobs.example.net?x=1", Some("/?x=1")),
            ("//blobs.example.net/a", Some("/a")),
            ("/a?u=https://b/../c", Some("/a?u=https://b/../c")),
            ("/a|b{c}?d|e{f}^", Some("/a|b{c}?d|e{f}^")),
            ("/a%zz?b=%", Some("/a%zz?b=%")),
            ("/é b?\"<>`", Some("/%C3%A9%20b?%22%3C%3E%60")),
            ("/a#b", Some("/a")),
            ("a/b", None),
            ("?a", None),
            ("/a/../b", None),
            ("/a/%2e%2E/b", None),
            ("https:\\\\evil.example\\a", None),
            ("/a\tb", None),
        ];
        for (location, expected) in cases {
            assert_eq!(target(location).as_deref(), expected, "{location}");
        }
    }
}
