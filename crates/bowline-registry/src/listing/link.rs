//! `Link` headers: the next page of a listing (RFC 8288), and the variants that registries send.

use http::{HeaderMap, header::LINK};

/// What the `Link` headers of a response say about the next page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NextLink {
    /// Nothing.
    None,
    /// There is a next page, but its target cannot be read.
    Unreadable,
    /// The target of the next page, as it is written.
    To(String),
}

/// The first link with `rel="next"`; one that can be read goes before one that cannot.
pub(crate) fn next(headers: &HeaderMap) -> NextLink {
    let mut found = NextLink::None;
    for value in headers.get_all(LINK) {
        let text = String::from_utf8_lossy(value.as_bytes());
        let mut reader = Reader(&text);
        while let Some(link) = reader.link() {
            if !link.is_next {
                continue;
            }
            match link.target {
                Some(target) if !target.contains(char::REPLACEMENT_CHARACTER) => {
                    return NextLink::To(target.to_owned());
                }
                _ => found = NextLink::Unreadable,
            }
        }
    }
    found
}

/// One link of a header.
struct Link<'a> {
    target: Option<&'a str>,
    is_next: bool,
}

/// The part of a header that is left to read.
struct Reader<'a>(&'a str);

impl<'a> Reader<'a> {
    /// The next link; `None` at the end.
    fn link(&mut self) -> Option<Link<'a>> {
        self.take(|c| c == ',' || c.is_whitespace());
        if self.0.is_empty() {
            return None;
        }
        let mut is_next = false;
        let target = match self.eat('<') {
            true => self.bracketed(),
            // Some registries leave the brackets out.
            false => {
                let bare = self.take(|c| c != ';').trim();
                is_next = names_next(bare);
                Some(bare).filter(|bare| is_bare_target(bare))
            }
        };
        let mut has_rel = false;
        loop {
            self.take(char::is_whitespace);
            if !self.eat(';') {
                break;
            }
            let (name, value) = self.parameter();
            // Of several the first counts (RFC 8288 section 3.3).
            if name.eq_ignore_ascii_case("rel") && !has_rel {
                has_rel = true;
                is_next = has_next(&value);
            }
        }
        // What is neither a parameter nor a comma belongs to nothing.
        self.take(|c| c != ',');
        Some(Link { target, is_next })
    }

    /// The target after an opening bracket; `None` where nothing closes it.
    fn bracketed(&mut self) -> Option<&'a str> {
        match self.0.split_once('>') {
            Some((target, rest)) => {
                self.0 = rest;
                Some(target.trim()).filter(|target| !target.is_empty())
            }
            None => {
                self.take(|c| c != ';');
                None
            }
        }
    }

    /// A parameter's name and value.
    fn parameter(&mut self) -> (&'a str, String) {
        self.take(char::is_whitespace);
        let name = self.take(|c| !matches!(c, '=' | ';' | ',')).trim();
        if !self.eat('=') {
            return (name, String::new());
        }
        self.take(char::is_whitespace);
        let value = match self.eat('"') {
            true => self.quoted(),
            false => self.take(|c| !matches!(c, ';' | ',')).trim().to_owned(),
        };
        (name, value)
    }

    /// The rest of a quoted string. Without a closing quote it goes to the end.
    fn quoted(&mut self) -> String {
        let mut text = String::new();
        let mut rest = self.0.chars();
        while let Some(c) = rest.next() {
            match c {
                '"' => break,
                '\\' => text.extend(rest.next()),
                _ => text.push(c),
            }
        }
        self.0 = rest.as_str();
        text
    }

    fn eat(&mut self, wanted: char) -> bool {
        match self.0.strip_prefix(wanted) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    fn take(&mut self, taken: impl Fn(char) -> bool) -> &'a str {
        let end = self.0.find(|c| !taken(c)).unwrap_or(self.0.len());
        let (text, rest) = self.0.split_at_checked(end).unwrap_or((self.0, ""));
        self.0 = rest;
        text
    }
}

/// Tells whether a list of relations holds `next`.
fn has_next(relations: &str) -> bool {
    relations
        .split_whitespace()
        .any(|word| word.eq_ignore_ascii_case("next"))
}

/// Tells whether a text is `rel=next`, without the target that it should follow.
fn names_next(text: &str) -> bool {
    text.split_once('=').is_some_and(|(name, value)| {
        name.trim().eq_ignore_ascii_case("rel") && has_next(value.trim().trim_matches('"'))
    })
}

/// Returns true if a text can be a target without brackets.
fn is_bare_target(text: &str) -> bool {
    let is_parameter = text.len() >= 3
        && text
            .get(..3)
            .is_some_and(|start| start.eq_ignore_ascii_case("rel"))
        && text.contains('=');
    !text.is_empty()
        && !is_parameter
        && !text
            .chars()
            .any(|c| c.is_whitespace() || matches!(c, '<' | '>' | '"'))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn to(target: &str) -> NextLink {
        NextLink::To(target.to_owned())
    }

    #[test]
    fn the_next_page_is_found() {
        let cases = [
            (
                "the usual",
                r#"</v2/_catalog?last=a&n=1>; rel="next""#,
                to("/v2/_catalog?last=a&n=1"),
            ),
            (
                "absolute",
                r#"<https://r/v2/_catalog?last=a>;rel="next""#,
                to("https://r/v2/_catalog?last=a"),
            ),
            ("without quotes", "</a>; rel=next", to("/a")),
            ("in capitals", r#"</a>; REL="Next""#, to("/a")),
            ("among other words", r#"</a>; rel="last next""#, to("/a")),
            (
                "another parameter first",
                r#"</a>; title="x"; rel="next""#,
                to("/a"),
            ),
            (
                "the second link",
                r#"</a>; rel="prev", </b>; rel="next""#,
                to("/b"),
            ),
            (
                "the second link, no space",
                r#"</a>; rel="prev",</b>; rel="next""#,
                to("/b"),
            ),
            (
                "a comma in the target",
                r#"</a?x=1,2>; rel="next""#,
                to("/a?x=1,2"),
            ),
            (
                "a comma in quotes",
                r#"</a>; title="x, <y>; rel=next"; rel="prev", </b>; rel="next""#,
                to("/b"),
            ),
            (
                "the example of RFC 8288 section 3.5",
                "</TheBook/chapter2>; rel=\"previous\"; title*=UTF-8'de'letztes%20Kapitel,\t   \
                 </TheBook/chapter4>; rel=\"next\"; title*=UTF-8'de'n%c3%a4chstes%20Kapitel",
                to("/TheBook/chapter4"),
            ),
            (
                "only the first rel counts",
                "</a>; rel=prev; rel=next",
                NextLink::None,
            ),
            (
                "without brackets",
                "http://r/v2/a/tags/list?n=1000&last=t00999; rel=next",
                to("http://r/v2/a/tags/list?n=1000&last=t00999"),
            ),
            ("no rel", "</a>", NextLink::None),
            ("another rel", r#"</a>; rel="prev""#, NextLink::None),
            ("no target", r#"rel="next""#, NextLink::Unreadable),
            ("an empty target", "<>; rel=next", NextLink::Unreadable),
            ("an open target", "</a; rel=next", NextLink::Unreadable),
            ("words", "the next page; rel=next", NextLink::Unreadable),
            ("open", "</a", NextLink::None),
            ("empty", "", NextLink::None),
        ];
        for (case, value, expected) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(LINK, HeaderValue::from_static(value));
            assert_eq!(next(&headers), expected, "{case}");
        }
        let mut two = HeaderMap::new();
        two.append(LINK, HeaderValue::from_static("<>; rel=next"));
        two.append(LINK, HeaderValue::from_static("</b>; rel=next"));
        assert_eq!(next(&two), to("/b"));
    }

    proptest! {
        #[test]
        fn no_header_makes_it_fail(text in "[<>;,=\" relnext/é]{0,60}") {
            let mut reader = Reader(&text);
            while reader.link().is_some() {}
        }
    }
}
