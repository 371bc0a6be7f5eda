//! Regions that a vendor's list has, and those that it may have by now.
//!
//! A list ages: vendors open regions several times a year. So a list is knowledge, not a fence. What is built like a
//! region of the vendor is kept with a warning, and only what cannot be one is an error. Another region is offered only
//! within the same geography: images of one country must not be looked for in another by a slip.

use crate::{
    finding::Issue,
    message::Code,
    text::{contains, nearest_within},
};

/// The verdict of a list on a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is a region.
    Listed,
    /// It is built like one. The listed one that is a letter away, if there is one.
    Unlisted(Option<&'static str>),
    /// It cannot be one. The listed one that was probably meant.
    Unknown(Option<&'static str>),
}

/// The verdict of a vendor's list on a text.
///
/// `geography` gives what comes before the place in a text that is built like a region of the vendor, `eu` of
/// `eu-west-1`, and nothing of any other text.
pub(crate) fn standing(
    text: &str,
    listed: &[&'static str],
    geography: fn(&str) -> Option<&str>,
) -> Standing {
    let listed = listed.iter().copied();
    if listed.clone().any(|region| region == text) {
        return Standing::Listed;
    }
    if let Some(own) = geography(text) {
        let neighbors = listed.filter(|region| geography(region) == Some(own));
        return Standing::Unlisted(nearest_within(text, neighbors, 1));
    }
    // `Europe (Ireland) eu-west-1`
    let is_end = |c: char| !(c.is_ascii_alphanumeric() || c == '-');
    let mut words = text.split(is_end).filter(|word| contains(word, "-"));
    if let Some(named) = words.find_map(|word| listed.clone().find(|region| *region == word)) {
        return Standing::Unknown(Some(named));
    }
    let lower = text.to_ascii_lowercase();
    // `Germany Central (Frankfurt)`, where regions are called after cities.
    let words = || lower.split(|c: char| !c.is_ascii_alphanumeric());
    let is_city = |part: &str| {
        part.len() > 4 && part.bytes().all(|b| b.is_ascii_lowercase()) && !is_direction(part)
    };
    let is_named = |region: &&'static str| {
        let mut parts = region.split('-');
        parts.any(|part| is_city(part) && words().any(|word| word == part))
    };
    let mut named = listed.clone().filter(is_named);
    if let (Some(region), _, None) = (named.next(), named.next(), named.next()) {
        return Standing::Unknown(Some(region));
    }
    let meant = listed.filter(|region| geography(region).is_none_or(|of| lower.starts_with(of)));
    Standing::Unknown(nearest_within(text, meant, 2))
}

impl Standing {
    /// The issue with a text that is not listed, without a suggestion.
    pub(crate) fn issue(self, region: &str, title: &str) -> Option<Issue> {
        let code = match self {
            Self::Listed => return None,
            Self::Unlisted(_) => Code::RegionUnlisted,
            Self::Unknown(_) => Code::RegionUnknown,
        };
        Some(Issue::new(code).with("region", region).with("title", title))
    }

    /// The listed region to offer.
    pub(crate) fn near(self) -> Option<&'static str> {
        match self {
            Self::Listed => None,
            Self::Unlisted(near) | Self::Unknown(near) => near,
        }
    }
}

/// Tells whether a word says where in a geography a region is: `north`, `southeast`, `central`, …
pub(crate) fn is_direction(word: &str) -> bool {
    let rest = word
        .strip_prefix("north")
        .or_else(|| word.strip_prefix("south"));
    matches!(rest.unwrap_or(word), "east" | "west") || rest == Some("") || word == "central"
}

/// Tells whether a text is a region's number: one to three digits, the first not 0.
pub(crate) fn is_number(text: &str) -> bool {
    (1..=3).contains(&text.len())
        && !text.starts_with('0')
        && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_warns_of_what_it_does_not_have_and_stays_in_its_geography() {
        let listed = ["ca-west-1", "eu-west-1", "eu-isoe-west-1", "europe"];
        fn geography(text: &str) -> Option<&str> {
            let (rest, number) = text.rsplit_once('-')?;
            let (geography, place) = rest.rsplit_once('-')?;
            (is_number(number) && is_direction(place)).then_some(geography)
        }
        for (text, expected) in [
            ("eu-west-1", Standing::Listed),
            ("europe", Standing::Listed),
            ("eu-west-2", Standing::Unlisted(Some("eu-west-1"))),
            ("eu-north-1", Standing::Unlisted(None)),
            ("sa-west-1", Standing::Unlisted(None)),
            ("eu-west-1a", Standing::Unknown(Some("eu-west-1"))),
            ("EU-WEST-1", Standing::Unknown(Some("eu-west-1"))),
            ("eu-wst-1", Standing::Unknown(Some("eu-west-1"))),
            ("sa-west-1a", Standing::Unknown(None)),
            ("europ", Standing::Unknown(Some("europe"))),
            ("Ireland (eu-west-1)", Standing::Unknown(Some("eu-west-1"))),
            ("moon", Standing::Unknown(None)),
        ] {
            assert_eq!(standing(text, &listed, geography), expected, "{text}");
        }
    }

    #[test]
    fn directions_are_those_of_a_compass() {
        for word in ["north", "east", "southwest", "northeast", "central"] {
            assert!(is_direction(word), "{word}");
        }
        for word in ["", "moon", "est", "eastwest", "norths", "centraleast"] {
            assert!(!is_direction(word), "{word}");
        }
    }
}
