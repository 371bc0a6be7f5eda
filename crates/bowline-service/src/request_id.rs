//! The id of a request in responses, logs, and the audit.

use bowline_registry::Random;
use http::{HeaderMap, HeaderName};

/// The header that carries it, both ways.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The id from the request, if it is safe to show, or a new one.
pub(crate) fn of(headers: &HeaderMap, random: &impl Random) -> String {
    let harmless = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    headers
        .get(HEADER)
        .and_then(|value| value.to_str().ok())
        .filter(|text| (1..=64).contains(&text.len()) && text.chars().all(harmless))
        .map_or_else(
            || format!("{:016x}{:016x}", random.next_u64(), random.next_u64()),
            str::to_owned,
        )
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    struct Seven;

    impl Random for Seven {
        fn next_u64(&self) -> u64 {
            7
        }
    }

    #[test]
    fn harmless_ids_are_kept() {
        let new = "00000000000000070000000000000007";
        let long = "x".repeat(65);
        for (sent, kept) in [
            ("abc-1_2.3", "abc-1_2.3"),
            ("", new),
            ("a b", new),
            ("<b>", new),
            (long.as_str(), new),
        ] {
            let headers = HeaderMap::from_iter([(HEADER, HeaderValue::from_str(sent).unwrap())]);
            assert_eq!(of(&headers, &Seven), kept, "{sent}");
        }
        assert_eq!(of(&HeaderMap::new(), &Seven), new);
    }
}
