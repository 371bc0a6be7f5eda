//! Cursors: where a listing continues, in this instance or in another.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use crate::{
    listing::{groups::Groups, trail::Trail, walk::Walk, way::Way},
    problem::{Code, Failure},
};

/// The longest cursor that is read.
const MAX_CHARS: usize = 8 * 1024;

/// A position in a listing: its way, and the way's own position.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    pub(crate) way: Way,
    pub(crate) mark: Mark,
    #[serde(default)]
    pub(crate) trail: Trail,
}

/// Where a way goes on. It names no host, no path and no credential: those are the connection's, and what a mark leads
/// to passes the guard like any other request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Mark {
    /// The query of the next page's URL, as a link says it.
    Query(String),
    /// The query of a page that no link announced and that may not exist.
    Probe(String),
    /// The number of the next page.
    Number(u32),
    /// What the API calls the next page.
    Token(String),
    /// A place in a listing of listings.
    Groups(Groups),
    /// A place in a tree.
    Walk(Walk),
}

impl Place {
    /// As a text that [`Place::parse`] reads.
    pub(crate) fn cursor(&self) -> Option<String> {
        let json = serde_json::to_vec(self).ok()?;
        Some(BASE64_URL_SAFE_NO_PAD.encode(json))
    }

    /// The place of a cursor, in one of these ways.
    pub(crate) fn parse(cursor: &str, ways: &[Way]) -> Result<Self, Failure> {
        Some(cursor)
            .filter(|cursor| cursor.len() <= MAX_CHARS)
            .and_then(|cursor| BASE64_URL_SAFE_NO_PAD.decode(cursor).ok())
            .and_then(|json| serde_json::from_slice::<Self>(&json).ok())
            .filter(|place| ways.contains(&place.way))
            .ok_or_else(|| {
                Failure::new(
                    Code::LinkNotAllowed,
                    "The cursor doesn't belong to this connection's listing.",
                )
            })
    }
}

impl Mark {
    /// That a mark is of another kind than its way makes: a cursor was tampered with.
    pub(crate) fn foreign() -> Failure {
        Failure::new(
            Code::LinkNotAllowed,
            "The cursor doesn't belong to this listing.",
        )
    }

    /// The query of the page; `None` without a mark.
    pub(crate) fn query(mark: Option<Self>) -> Result<Option<String>, Failure> {
        match mark {
            None => Ok(None),
            Some(Self::Query(query) | Self::Probe(query)) => Ok(Some(query)),
            Some(_) => Err(Self::foreign()),
        }
    }

    /// Returns the query of the page; `None` if the position has another form.
    pub(crate) fn into_query(self) -> Option<String> {
        match self {
            Self::Query(query) | Self::Probe(query) => Some(query),
            Self::Number(_) | Self::Token(_) | Self::Groups(_) | Self::Walk(_) => None,
        }
    }

    /// Tells whether a page, or a guess, named the next one by the query of its URL.
    pub(crate) fn is_query(&self) -> bool {
        match self {
            Self::Query(_) | Self::Probe(_) => true,
            Self::Groups(groups) => groups.is_within_one(),
            Self::Number(_) | Self::Token(_) | Self::Walk(_) => false,
        }
    }

    /// The number of the page; 1 without a mark.
    pub(crate) fn number(mark: Option<Self>) -> Result<u32, Failure> {
        match mark {
            None => Ok(1),
            Some(Self::Number(number)) => Ok(number),
            Some(_) => Err(Self::foreign()),
        }
    }

    /// The API's name of the page; `None` without a mark.
    pub(crate) fn token(mark: Option<Self>) -> Result<Option<String>, Failure> {
        match mark {
            None => Ok(None),
            Some(Self::Token(token)) => Ok(Some(token)),
            Some(_) => Err(Self::foreign()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WAYS: &[Way] = &[Way::Own, Way::Registry];

    fn place(way: Way, mark: Mark) -> Place {
        Place {
            way,
            mark,
            trail: Trail::default(),
        }
    }

    #[test]
    fn a_place_survives_its_cursor() {
        for place in [
            place(Way::Own, Mark::Number(7)),
            place(Way::Registry, Mark::Query("last=b&n=1000".to_owned())),
            place(Way::Registry, Mark::Token("a/b+c=".to_owned())),
        ] {
            let cursor = place.cursor().unwrap();
            assert!(
                cursor
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            );
            assert_eq!(Place::parse(&cursor, WAYS), Ok(place));
        }
    }

    #[test]
    fn a_cursor_of_an_earlier_version_is_read() {
        let json = r#"{"way":"harbor","mark":{"number":7}}"#;
        let cursor = BASE64_URL_SAFE_NO_PAD.encode(json);
        let read = Place::parse(&cursor, WAYS);
        assert_eq!(read, Ok(place(Way::Own, Mark::Number(7))));
    }

    #[test]
    fn a_cursor_of_another_listing_is_refused() {
        let foreign = place(Way::Own, Mark::Number(2)).cursor().unwrap();
        let long = "a".repeat(MAX_CHARS + 1);
        for cursor in ["", "!", "bnVsbA", &foreign, &long] {
            let refused = Place::parse(cursor, &[Way::Registry]).unwrap_err();
            assert_eq!(refused.code, Code::LinkNotAllowed, "{cursor}");
        }
        assert!(Mark::query(Some(Mark::Number(1))).is_err());
        assert!(Mark::number(Some(Mark::Token(String::new()))).is_err());
        assert!(Mark::token(Some(Mark::Query(String::new()))).is_err());
    }

    proptest! {
        #[test]
        fn no_cursor_makes_it_fail(cursor in "[A-Za-z0-9_-]{0,60}") {
            let _ = Place::parse(&cursor, WAYS);
        }
    }
}
