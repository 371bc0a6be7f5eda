use proptest::prelude::*;

use super::{
    engine::{CompiledPattern, Small},
    *,
};

/// The browser's verdict.
fn small_matches(set: &PatternSet, image: &str) -> bool {
    let compiled: Vec<_> = set.patterns().iter().map(CompiledPattern::new).collect();
    Small::new(set.patterns()).matches(&compiled, image)
}

/// pattern, image, taken?
const VERDICTS: &[(&str, &str, bool)] = &[
    ("alpine", "alpine", true),
    ("alpine", "team/my-alpine-base:3", true),
    ("alpine", "debian:alpine", false),
    (":4", "node:14.2", true),
    (":4", "node4:latest", false),
    (":4", "node", false),
    ("alpine:4", "alpine:4.1", true),
    ("alpine:4", "alpine:3", false),
    ("alpine:4", "debian:4", false),
    ("localhost:5000/alpine", "localhost:5000/alpine:3", true),
    ("localhost:5000/alpine", "localhost:5000/debian:3", false),
    ("sha", "alpine@sha256:00", false),
    (":sha", "alpine:3@sha256:00", false),
    (":3", "alpine:3@sha256:44", true),
    ("team/*", "team/api/web:1", true),
    ("team/*", "other/team/api", false),
    ("*/api", "team/api", true),
    ("*/api", "team/api2", false),
    ("a?c", "abc", true),
    ("a?c", "ac", false),
    ("{web,api}-*", "api-1", true),
    ("{web,api}-*", "db-1", false),
    (":v{1,2}.*", "x:v2.0", true),
    (":v{1,2}.*", "x:v3.0", false),
    ("**", "anything/at:all", true),
    ("/^team\\/(api|web)$/", "team/web:1", true),
    ("/^team\\/(api|web)$/", "team/webs", false),
    ("/api/:/^v\\d+$/", "x/api:v12", true),
    ("/api/:/^v\\d+$/", "x/api:v12b", false),
    ("/api/:v1", "api:v1.0", true),
    ("alpine:/^3\\.\\d+$/", "alpine:3.20", true),
    ("alpine:/^3\\.\\d+$/", "alpine:3.20-rc", false),
    ("*:/rc/", "x:1-rc2", true),
    ("/./", "é", false),
];

#[test]
fn a_pattern_takes_what_it_should_in_both_engines() {
    for (pattern, image, taken) in VERDICTS {
        let set = PatternSet::new([pattern]).unwrap_or_else(|error| panic!("{pattern}: {error:?}"));
        assert_eq!(set.matches(image), *taken, "{pattern} on {image}");
        assert_eq!(
            small_matches(&set, image),
            *taken,
            "{pattern} on {image}, small"
        );
        assert_eq!(
            matches!(set.explain(image), Explanation::Taken { .. }),
            *taken,
            "explain {pattern} on {image}"
        );
    }
}

/// pattern, code, place
const ERRORS: &[(&str, &str, Range<u32>)] = &[
    ("", "pattern.empty", 0..0),
    ("alpine 3", "pattern.white_space", 6..7),
    ("alpine:", "pattern.tag_empty", 6..7),
    (":", "pattern.tag_empty", 0..1),
    ("/alpine", "pattern.unclosed", 0..7),
    ("/a\\/", "pattern.unclosed", 0..4),
    ("alpine:/", "pattern.unclosed", 7..8),
    ("alpine:/3\\/", "pattern.unclosed", 7..11),
    ("/a(/", "pattern.expression", 1..3),
    ("x:/[/", "pattern.expression", 3..4),
    ("/é/", "pattern.not_ascii", 1..2),
    ("/(?u)a/", "pattern.unicode", 1..6),
    ("/(?-u:a)/", "pattern.unicode", 1..8),
    ("a{b", "pattern.braces", 1..2),
    ("x:a}b", "pattern.braces", 3..4),
    ("{a,{b}}", "pattern.braces", 0..1),
    ("/a/:", "pattern.tag_empty", 3..4),
];

#[test]
fn an_error_has_its_code_and_place() {
    for (pattern, code, at) in ERRORS {
        let error = Pattern::parse(pattern).expect_err(pattern);
        assert_eq!(
            (error.code().as_str(), error.place(pattern)),
            (*code, at.clone()),
            "{pattern}"
        );
    }
}

/// pattern, what is offered instead
const OFFERED: &[(&str, &str)] = &[
    ("/alpine", "*/alpine*"),
    ("x:/a\\/", "x:*/a\\/*"),
    ("alpine:", "alpine"),
    (" alpine :3 ", "alpine:3"),
];

#[test]
fn an_error_offers_what_was_meant() {
    for (pattern, offered) in OFFERED {
        assert_eq!(
            Pattern::parse(pattern).unwrap_err().suggestion(),
            Some(*offered),
            "{pattern}"
        );
        assert!(Pattern::parse(offered).is_ok(), "{offered}");
    }
}

/// pattern, code, place, what is offered instead
const NOTES: &[(&str, &str, Range<u32>, &str)] = &[
    ("Alpine:RC", "pattern.never_matches", 0..6, "alpine:RC"),
    ("alpine:/3", "pattern.never_matches", 0..9, "alpine:/3/"),
    ("team/*", "pattern.anchored", 0..6, "*team/*"),
    ("a:v*", "pattern.anchored", 2..4, "a:*v*"),
];

#[test]
fn notes_name_what_surprises() {
    for (pattern, code, place, offered) in NOTES {
        let parsed = Pattern::parse(pattern).unwrap();
        let [note] = parsed.notes() else {
            panic!("{pattern}: {:?}", parsed.notes())
        };
        assert_eq!(
            (note.code().as_str(), note.place(pattern), note.suggestion()),
            (*code, place.clone(), Some(*offered))
        );
        assert!(
            Pattern::parse(offered).unwrap().notes().is_empty(),
            "{offered}"
        );
    }
    for quiet in ["*team*", "/[A-Z]/", "alpine:RC"] {
        assert!(Pattern::parse(quiet).unwrap().notes().is_empty(), "{quiet}");
    }
}

#[test]
fn an_explanation_names_the_pattern_and_the_part() {
    let set = PatternSet::new(["debian", "alpine:3", ":edge"]).unwrap();
    assert_eq!(
        set.explain("alpine:3.1"),
        Explanation::Taken {
            pattern: 1,
            by_name: true,
            by_tag: true
        }
    );
    assert_eq!(
        set.explain("x:edge"),
        Explanation::Taken {
            pattern: 2,
            by_name: false,
            by_tag: true
        }
    );
    assert_eq!(
        set.explain("alpine:4"),
        Explanation::Missed {
            pattern: 1,
            by: MissedPart::Tag
        }
    );
    assert_eq!(
        set.explain("node:3"),
        Explanation::Missed {
            pattern: 1,
            by: MissedPart::Name
        }
    );
    assert_eq!(set.explain("node:18"), Explanation::Unmatched);
}

fn pattern_text() -> impl Strategy<Value = String> {
    let part = "[ab1*?{},./\\\\^$()|\\[\\]+-]{0,6}";
    prop_oneof![
        part,
        (part, part).prop_map(|(name, tag)| format!("{name}:{tag}")),
        (part, part).prop_map(|(name, tag)| format!("/{name}/:/{tag}/"))
    ]
}

proptest! {
    #[test]
    fn the_engines_agree(texts in prop::collection::vec(pattern_text(), 1..12), images in prop::collection::vec("[ab1/]{0,8}(:[ab1.]{0,4})?", 1..12)) {
        let texts: Vec<String> = texts.into_iter().filter(|text| Pattern::parse(text).is_ok()).collect();
        let set = PatternSet::new(&texts).unwrap();
        for image in &images {
            prop_assert_eq!(set.matches(image), small_matches(&set, image), "{:?} on {}", &texts, image);
        }
        let taken: Vec<u32> = (0..).zip(&images).filter(|(_, image)| set.matches(image)).map(|(index, _)| index).collect();
        prop_assert_eq!(set.filter(&images), taken);
    }

    #[test]
    fn parsing_never_panics_and_places_are_inside(text in "\\PC{0,24}") {
        if let Err(error) = Pattern::parse(&text) {
            let place = error.place(&text);
            prop_assert!(place.start <= place.end && place.end as usize <= text.encode_utf16().count());
        }
    }
}
