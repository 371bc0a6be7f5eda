use proptest::prelude::*;

use super::{
    cost::written_out,
    engine::Small,
    expression::{self, needed_text},
    *,
};
use crate::finding::Code;

/// The browser's verdict: the first pattern.
fn small_first(set: &PatternSet, image: &str) -> Option<usize> {
    Small::new(set.patterns()).first(image)
}

/// The vectors say what patterns and lists of patterns mean; both engines must agree with them.
#[test]
fn the_browsers_engine_gives_the_verdicts_of_the_vectors() {
    let file = include_str!("../../vectors/patterns.json");
    let file: serde_json::Value = serde_json::from_str(file).unwrap();
    let cases = file["cases"].as_array().unwrap().iter();
    let verdicts = cases.filter(|case| case["image"].is_string());
    for case in verdicts {
        let patterns = case["patterns"].as_array().unwrap().iter();
        let set = PatternSet::new(patterns.map(|text| text.as_str().unwrap())).unwrap();
        let image = case["image"].as_str().unwrap();
        let first = small_first(&set, image);
        assert_eq!(
            case["explanation"]["taken"],
            first.is_some(),
            "{}",
            case["name"]
        );
        assert_eq!(set.first(image), first, "{}", case["name"]);
    }
}

/// expression, text, match?
const VERDICTS: &[(&str, &str, bool)] = &[
    ("(?:)", "", true),
    ("b", "abc", true),
    ("^b", "abc", false),
    ("a|", "x", true),
    ("^(a|bc|)d$", "bcd", true),
    ("^(a|bc|)d$", "d", true),
    ("^(a|bc|)d$", "abcd", false),
    ("^(a|b)*$", "abba", true),
    ("^(a|b)*$", "abca", false),
    ("^(a*)*$", "aaa", true),
    ("^(a*)*$", "aab", false),
    ("^a{2}$", "aa", true),
    ("^a{2}$", "aaa", false),
    ("^a{2,}$", "aaaa", true),
    ("^a{2,}$", "a", false),
    ("^a{0,2}$", "aa", true),
    ("^a{0,2}$", "aaa", false),
    ("^(ab){1,3}?c$", "ababc", true),
    ("^a{0}b$", "b", true),
    ("^a{0}b$", "ab", false),
    ("^(|a){3}$", "aa", true),
    ("^a+?b$", "aab", true),
    (r"^\d+\.\d+$", "3.20", true),
    (r"^\d+\.\d+$", "3x20", false),
    (r"^[\w.-]+$", "a-b.c_1", true),
    (r"^[\w.-]+$", "a/b", false),
    ("^[^a-c]$", "d", true),
    ("^[^a-c]$", "b", false),
    ("^[]a]$", "]", true),
    ("^[-a]$", "-", true),
    ("^[a-]$", "-", true),
    ("^[[:alpha:][:^xdigit:]]$", "-", true),
    ("^[[:^alpha:]]$", "a", false),
    ("(?i)^AbC[d-f]$", "aBcE", true),
    ("(?i)^[^a]$", "A", false),
    // A range over both cases: `regex` would say yes.
    ("(?i)[Z-b]", "z", false),
    ("(?i)[0-b]", "z", false),
    (r"(?i)[\--b]", "z", false),
    ("(?i)[0-z]", "Q", true),
    ("(?i)[Z-b]", "B", true),
    ("(?i)[a-z]", "Q", true),
    ("a(?i)b|c", "C", true),
    ("a(?i:b)c", "aBC", false),
    ("a(?i:b)c", "aBc", true),
    (r"^\x2d\u002D\U0000002d\x{2d}$", "----", true),
    (r"[\u{e9}a]", "a", true),
    (r"\u{e9}", "a", false),
    (r"\bweb\b", "my-web-1", true),
    (r"\bweb\b", "webs", false),
    (r"\Bb", "ab", true),
    (r"\<b", "ab", false),
    (r"b\>", "ab", true),
    (r"\b{start}b", "a-b", true),
    (r"b\b{end-half}", "bb", true),
    (r"\b{start-half}b\b{end}", "ab", false),
    (r"\b{2}b", "b", true),
    ("^.$", "\n", false),
    ("(?s)^.$", "\n", true),
    ("(?m)^b$", "a\nb", true),
    ("(?mR)^b$", "a\r\nb\r", true),
    ("(?mR)a$", "a\r\n", true),
    ("(?R).", "\r", false),
    ("(?x)a#b", "a", true),
    ("(?P<x>a)(?<y.1>b)", "ab", true),
];

#[test]
fn an_expression_means_the_same_to_both_engines() {
    for (text, image, matches) in VERDICTS {
        let set = PatternSet::new([format!("/{text}/")]).unwrap();
        assert_eq!(set.matches(image), *matches, "{text} in {image:?}");
        assert_eq!(
            small_first(&set, image).is_some(),
            *matches,
            "{text} in {image:?}"
        );
    }
    let any = PatternSet::new(["/./"]).unwrap();
    assert!(!any.matches("é") && small_first(&any, "é").is_none());
}

/// Expressions that `regex-lite` does not accept.
const REFUSED: &[&str] = &[
    "a(",
    "(?:a",
    "a)",
    "*",
    "a|*",
    "(?=a)",
    "(?<!a)",
    "(?)",
    "(?",
    "(?-)",
    "(?ii)",
    "(?i-i)",
    "(?-i-m)",
    "(?y)",
    "(?i",
    "(?P<>a)",
    "(?<1>a)",
    "(?<a>a)(?<a>b)",
    "(?<a",
    "a{",
    "a{1",
    "a{,2}",
    "a{2,1}",
    "a{1,2",
    "a{x}",
    "a{99999999999}",
    "[",
    "[]",
    "[^",
    "[a",
    "[a-",
    "[b-a]",
    "[a[b]]",
    "[[:x:]]",
    "[a&&b]",
    "[a--b]",
    "[a~~b]",
    r"[\d-a]",
    r"[a-\d]",
    r"[\b]",
    r"(?i)[\x61-z]",
    r"\",
    r"\1",
    r"\pL",
    r"\y",
    r"\x",
    r"\x4",
    r"\xgg",
    r"\x{}",
    r"\x{4",
    r"\u{110000}",
    r"\ud800",
    r"\b{",
    r"\b{x}",
    r"\b{start",
    "(?x)(a#)",
    "(?x)[a#]",
];

#[test]
fn what_is_no_expression_is_refused() {
    let refused = REFUSED.iter().map(|text| (*text, Code::PatternExpression));
    let others = [
        ("é", Code::PatternNotAscii),
        ("(?u)a", Code::PatternUnicode),
        ("(?-u:a)", Code::PatternUnicode),
        ("(?iu)a", Code::PatternUnicode),
    ];
    for (text, code) in refused.chain(others) {
        let error = expression::check(text).expect_err(text);
        assert_eq!(error.code(), code, "{text}");
    }
    for text in ["(?P<u>a)", r"\(?u", "[(?u)]"] {
        assert!(expression::check(text).is_ok(), "{text}");
    }
}

#[test]
fn the_text_that_an_expression_needs() {
    for (expression, text) in [
        ("abc", "abc"),
        ("^team\\/(api|web)$", "team/"),
        (r"^v\d+\.\d+-rc$", "-rc"),
        ("ab?cd", "cd"),
        ("ab*", "a"),
        ("ab+c", "a"),
        ("ab{2}cde", "cde"),
        ("xa+*", "x"),
        ("a(b|c)de", "de"),
        ("a|b", ""),
        ("(a|b)", ""),
        ("(?i)abc", ""),
        ("a(?i:bc)", ""),
        ("ab(?s){0}", ""),
        ("(?P<i>a)bc", "bc"),
        (r"\<abc\>", "abc"),
        (r"\x61b\u0061c\U00000061", "b"),
        ("[abc]d", "d"),
        (".", ""),
    ] {
        assert_eq!(needed_text(expression), text, "{expression}");
    }
}

fn pattern_text() -> impl Strategy<Value = String> {
    let part = "[ab1*?{},./\\\\^$()|\\[\\]+-]{0,6}";
    prop_oneof![
        part,
        (part, part).prop_map(|(name, tag)| format!("{name}:{tag}")),
        (part, part).prop_map(|(name, tag)| format!("/{name}/:/{tag}/"))
    ]
}

/// Expressions that are mostly sound.
fn expression() -> impl Strategy<Value = String> {
    let single = prop_oneof![
        6 => "[ab1.^$]",
        1 => r"\\[dDsSwWbBAz<>nt.-]",
        1 => r"\[\^?[ab1]{0,2}(-b|a-c|1-9|\\d|\[:(alpha|digit|punct|word):\])?-?\]",
        1 => r"\[(Z-b|B-y|A-z|1-b|\\x41-z|\\u\{e9\}a|\^\\u\{e9\})\]|\\u\{e9\}",
        1 => r"\\x6[0-9]|\\u\{6[1-9]\}|\\b\{(start|end|start-half|end-half)\}",
    ];
    single.prop_recursive(4, 24, 4, |inner| {
        let repeat = "[*+?]\\??|\\{[0-3](,[0-4]?)?\\}\\??";
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|all| all.concat()),
            prop::collection::vec(inner.clone(), 1..4)
                .prop_map(|all| format!("({})", all.join("|"))),
            (inner.clone(), repeat).prop_map(|(one, repeat)| format!("(?:{one}){repeat}")),
            ("(\\?(P?<[ab]>|-?[imsxRU]{1,2}(-[imsxRU])?[:)]|:))?", inner).prop_map(
                |(flags, inner)| {
                    let close = if flags.ends_with(')') { "" } else { ")" };
                    format!("({flags}{inner}{close}")
                }
            ),
        ]
    })
}

proptest! {
    #[test]
    fn the_engines_agree(texts in prop::collection::vec(pattern_text(), 1..12), images in prop::collection::vec("[ab1/]{0,8}(:[ab1.]{0,4})?", 1..12)) {
        let texts: Vec<String> = texts.into_iter().filter(|text| Pattern::parse(text).is_ok()).collect();
        let set = PatternSet::new(&texts).unwrap();
        let firsts: Vec<_> = images.iter().map(|image| set.first(image)).collect();
        for (image, first) in images.iter().zip(&firsts) {
            prop_assert_eq!(*first, small_first(&set, image), "{:?} on {}", &texts, image);
            prop_assert_eq!(set.matches(image), first.is_some());
            let explained = match set.explain(image) {
                Explanation::Taken { pattern, .. } => Some(pattern),
                Explanation::Missed { .. } | Explanation::Unmatched => None,
            };
            prop_assert_eq!(*first, explained, "{:?} on {}", &texts, image);
        }
        let taken: Vec<u32> = (0..).zip(&firsts).filter(|(_, first)| first.is_some()).map(|(index, _)| index).collect();
        let small = Small::new(set.patterns());
        prop_assert_eq!(&set.filter(&images), &taken);
        prop_assert_eq!(small.filter(images.iter()), taken);
        let write = |image: &String, text: &mut String| text.push_str(image);
        let places = |places: Vec<Option<u32>>| -> Vec<Option<usize>> {
            places.into_iter().map(|place| place.map(|place| place as usize)).collect()
        };
        if !texts.is_empty() {
            prop_assert_eq!(&places(set.firsts(&images, write)), &firsts);
        }
        prop_assert_eq!(places(small.firsts(&images, write)), firsts);
        for image in &images {
            prop_assert_eq!(set.explain(image), small.explain(image));
            prop_assert_eq!(set.matches(image), small.matches(image));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    /// Three witnesses: `regex` without Unicode, `regex-lite` behind what rules an image out, and `regex-lite` itself.
    #[test]
    fn expressions_mean_the_same(text in expression(), images in prop::collection::vec("[abAB1zZ_.\n\r-]{0,8}", 1..8)) {
        let witness = regex_lite::Regex::new(&text);
        let set = match PatternSet::new([format!("/{text}/")]) {
            Ok(set) => set,
            Err((_, issue)) => {
                let is_unicode = issue.code() == Code::PatternUnicode;
                let is_empty = issue.code() == Code::PatternEmpty && text.is_empty();
                let is_large = issue.code() == Code::PatternTooLarge;
                prop_assert!(is_unicode || is_empty || is_large || witness.is_err(), "{} {}", text, issue);
                return Ok(());
            }
        };
        let witness = witness.unwrap();
        for image in images {
            let expected = witness.is_match(&image);
            prop_assert_eq!(set.matches(&image), expected, "{} in {:?}", text, image);
            prop_assert_eq!(small_first(&set, &image).is_some(), expected, "{} in {:?}", text, image);
        }
    }

    /// A compiled expression has at most 64 bytes for each byte that was counted.
    #[test]
    fn no_engine_needs_more_than_was_counted(text in expression(), times in 1..200_u32) {
        let text = format!("(?:{text}){{{times}}}");
        if expression::check(&text).is_ok() {
            let size = written_out(&text).saturating_add(16).saturating_mul(64);
            let engine = regex::bytes::RegexBuilder::new(&text).unicode(false).size_limit(size).build();
            let too_large = matches!(engine, Err(regex::Error::CompiledTooBig(_)));
            prop_assert!(!too_large, "{} within {}", text, size);
        }
    }

    #[test]
    fn any_text_is_valid_or_not_alike(text in r"[ab1A(?:iuxmsRUP<>)\[\]\\^$.*+{},|#&~=!'_dDwb-]{0,14}") {
        let checked = expression::check(&text);
        if checked.is_ok() {
            // Neither engine lacks it: there is a verdict.
            let set = PatternSet::new([format!("/{text}/:x")]);
            if let Ok(set) = set {
                let expected = regex_lite::Regex::new(&text).unwrap().is_match("ab1");
                prop_assert_eq!(set.matches("ab1:x"), expected, "{}", text);
            }
        }
    }
}
