use std::sync::LazyLock;

use proptest::prelude::*;
use regex::bytes::Regex;

use super::Reference;

/// Texts that are often near a reference.
fn near_reference() -> impl Strategy<Value = String> {
    let part = "[a-zA-Z0-9]{1,4}([._-]{1,2}[a-z0-9]{1,3})?";
    let domain = prop_oneof![
        Just(String::new()),
        "[a-zA-Z0-9-]{1,5}\\.[a-z]{2,3}(:[0-9]{1,5})?/",
        Just("localhost:5000/".to_owned()),
        Just("docker.io/".to_owned()),
        Just("docker.io/library/".to_owned()),
        Just("[2001:db8::1]/".to_owned()),
    ];
    let path = prop::collection::vec(part, 1..4).prop_map(|parts| parts.join("/"));
    let tag = "(:[a-zA-Z0-9._-]{0,6})?";
    let digest = prop_oneof![
        Just(String::new()),
        "@sha256:[0-9a-f]{64}",
        "@[a-z0-9]{3,6}:[0-9a-f]{32,64}"
    ];
    (domain, path, tag, digest)
        .prop_map(|(domain, path, tag, digest)| format!("{domain}{path}{tag}{digest}"))
}

/// Whether a text is a reference by the grammar's own regular expressions. They let through ports and IPv6 addresses
/// that are none, and algorithms of digests that nobody registered.
fn by_grammar(text: &str) -> bool {
    static WHOLE: LazyLock<Regex> = LazyLock::new(|| {
        let label = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
        let domain = format!(r"(?:{label}(?:\.{label})*|\[[a-fA-F0-9:]+\])(?::([0-9]+))?");
        let component = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
        let digest = "sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}";
        let whole = format!(
            r"(?-u)^(?:{domain}/)?{component}(?:/{component})*(?::\w[\w.-]{{0,127}})?(?:@(?:{digest}))?$"
        );
        Regex::new(&whole).unwrap()
    });
    let Some(found) = WHOLE.captures(text.as_bytes()) else {
        return false;
    };
    found.get(1).is_none_or(|port| {
        let port = str::from_utf8(port.as_bytes()).unwrap();
        matches!(port.parse::<u16>(), Ok(1..))
    })
}

proptest! {
    #[test]
    fn what_the_grammar_takes_is_a_reference_and_nothing_else(text in near_reference()) {
        prop_assert_eq!(Reference::parse(&text).is_ok(), by_grammar(&text), "{}", text);
    }

    #[test]
    fn the_familiar_form_is_the_same_reference(text in near_reference()) {
        if let Ok(reference) = Reference::parse(&text) {
            prop_assert_eq!(Reference::parse(&reference.familiar()), Ok(reference));
        }
    }

    #[test]
    fn the_canonical_form_is_its_own(text in near_reference()) {
        if let Ok(reference) = Reference::parse(&text) {
            let canonical = Reference::parse(&reference.canonical()).unwrap();
            prop_assert_eq!(canonical.canonical(), reference.canonical());
            prop_assert_eq!((&canonical.domain, &canonical.path, &canonical.digest), (&reference.domain, &reference.path, &reference.digest));
        }
    }

    #[test]
    fn the_place_of_an_error_is_in_the_text(text in near_reference()) {
        if let Err(issue) = Reference::parse(&text) {
            let place = issue.place(&text);
            prop_assert!(place.start <= place.end && place.end as usize <= text.encode_utf16().count());
        }
    }
}
