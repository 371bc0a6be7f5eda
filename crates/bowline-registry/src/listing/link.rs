//! `Link`: where a listing goes on (RFC 8288).

use http::{HeaderMap, header::LINK};

/// The target of the first link with `rel="next"`, as it is written.
pub(crate) fn next(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(LINK)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .find_map(next_of)
}

fn next_of(mut text: &str) -> Option<String> {
    loop {
        let (target, rest) = text.split_once('<')?.1.split_once('>')?;
        // Parameters go on to the comma before the next link.
        let end = rest
            .find(", <")
            .or_else(|| rest.find(",<"))
            .unwrap_or(rest.len());
        let (parameters, after) = rest.split_at_checked(end)?;
        let is_next = parameters
            .split(';')
            .filter_map(|parameter| parameter.split_once('='))
            .any(|(name, value)| {
                name.trim().eq_ignore_ascii_case("rel")
                    && value
                        .trim()
                        .trim_matches('"')
                        .split_whitespace()
                        .any(|word| word.eq_ignore_ascii_case("next"))
            });
        if is_next {
            return Some(target.trim().to_owned());
        }
        text = after;
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_next_page_is_found() {
        let cases = [
            (
                "the usual",
                r#"</v2/_catalog?last=a&n=1>; rel="next""#,
                Some("/v2/_catalog?last=a&n=1"),
            ),
            (
                "absolute",
                r#"<https://r/v2/_catalog?last=a>;rel="next""#,
                Some("https://r/v2/_catalog?last=a"),
            ),
            ("without quotes", "</a>; rel=next", Some("/a")),
            ("in capitals", r#"</a>; REL="Next""#, Some("/a")),
            ("among other words", r#"</a>; rel="last next""#, Some("/a")),
            (
                "another parameter first",
                r#"</a>; title="x"; rel="next""#,
                Some("/a"),
            ),
            (
                "the second link",
                r#"</a>; rel="prev", </b>; rel="next""#,
                Some("/b"),
            ),
            (
                "the second link, no space",
                r#"</a>; rel="prev",</b>; rel="next""#,
                Some("/b"),
            ),
            (
                "a comma in the target",
                r#"</a?x=1,2>; rel="next""#,
                Some("/a?x=1,2"),
            ),
            ("no rel", "</a>", None),
            ("another rel", r#"</a>; rel="prev""#, None),
            ("no target", r#"rel="next""#, None),
            ("open", "</a", None),
            ("empty", "", None),
        ];
        for (case, value, expected) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(LINK, HeaderValue::from_static(value));
            assert_eq!(next(&headers).as_deref(), expected, "{case}");
        }
        let mut two = HeaderMap::new();
        two.append(LINK, HeaderValue::from_static("</a>; rel=prev"));
        two.append(LINK, HeaderValue::from_static("</b>; rel=next"));
        assert_eq!(next(&two).as_deref(), Some("/b"));
    }

    proptest! {
        #[test]
        fn no_header_makes_it_fail(text in "[<>;,=\" relnext/é]{0,60}") {
            let _ = next_of(&text);
        }
    }
}
