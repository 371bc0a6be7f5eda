use proptest::prelude::*;

use super::Expression;

/// Whether the crate that sets the rule accepts an expression: ASCII without the flag `u`.
fn is_valid(text: &str) -> bool {
    regex_lite::Regex::new(text).is_ok()
}

/// expression, text, match?
const VERDICTS: &[(&str, &str, bool)] = &[
    ("", "", true),
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
    ("(?i)[Z-b]", "z", true),
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
fn an_expression_means_what_it_means_elsewhere() {
    for (text, image, matches) in VERDICTS {
        let expression = Expression::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(expression.is_match(image), *matches, "{text} in {image:?}");
        assert!(is_valid(text), "{text}");
        // The one place where the two crates differ, and the one thing that `regex` refuses without Unicode.
        if !text.contains("[Z-b]") && !text.contains("u{e9}") {
            let full = regex::bytes::RegexBuilder::new(text).unicode(false).build();
            assert_eq!(full.unwrap().is_match(image.as_bytes()), *matches, "{text}");
            let lite = regex_lite::Regex::new(text).unwrap();
            assert_eq!(lite.is_match(image), *matches, "{text} in {image:?}");
        }
    }
    assert!(!Expression::parse(".").unwrap().is_match("é"));
}

/// Each of them is one that `regex-lite` refuses too.
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
    "(a{500}){1000}",
];

#[test]
fn what_is_no_expression_is_refused() {
    for text in REFUSED {
        let error = Expression::parse(text).expect_err(text);
        assert_eq!(error.code().as_str(), "pattern.expression", "{text}");
        assert!(!is_valid(text), "{text}");
    }
    for (text, code) in [
        ("é", "pattern.not_ascii"),
        ("(?u)a", "pattern.unicode"),
        ("(?-u:a)", "pattern.unicode"),
    ] {
        let error = Expression::parse(text).expect_err(text);
        assert_eq!(error.code().as_str(), code, "{text}");
    }
}

#[test]
fn depth_is_limited_alike() {
    for levels in 1..80 {
        let (open, close) = ("(".repeat(levels), ")".repeat(levels));
        let nested = [
            format!("{open}a{close}"),
            format!("{}a{close}", "(?:".repeat(levels)),
            format!("{}a{}", "(b|".repeat(levels), close),
            format!("a{}", "*".repeat(levels)),
            format!("a{}", "{1}".repeat(levels)),
            format!("({open}a{close}){{0}}"),
        ];
        for text in nested {
            assert_eq!(Expression::parse(&text).is_ok(), is_valid(&text), "{text}");
        }
    }
}

#[test]
fn length_is_limited() {
    for (text, fits) in [
        ("(a{500}){500}", true),
        ("(a{600}){600}", false),
        ("(|){4000000000}", false),
        ("(){9999999}", false),
    ] {
        assert_eq!(Expression::parse(text).is_ok(), fits, "{text}");
        assert_eq!(is_valid(text), fits, "{text}");
    }
}

/// Expressions that are mostly sound.
fn expression() -> impl Strategy<Value = String> {
    let single = prop_oneof![
        6 => "[ab1.^$]",
        1 => r"\\[dDsSwWbBAz<>nt.-]",
        1 => r"\[\^?[ab1]{0,2}(-b|a-c|1-9|\\d|\[:(alpha|digit|punct|word):\])?-?\]",
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
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn sound_expressions_mean_the_same(text in expression(), images in prop::collection::vec("[abAB1_.\n\r-]{0,8}", 1..8)) {
        let parsed = Expression::parse(&text);
        prop_assert_eq!(parsed.is_ok(), is_valid(&text), "{}", text);
        let Ok(parsed) = parsed else { return Ok(()) };
        let full = regex::bytes::RegexBuilder::new(&text).unicode(false).build().unwrap();
        for image in images {
            prop_assert_eq!(parsed.is_match(&image), full.is_match(image.as_bytes()), "{} in {:?}", text, image);
        }
    }

    #[test]
    fn any_text_is_valid_or_not_alike(text in r"[ab1A(?:iuxmsRUP<>)\[\]\\^$.*+{},|#&~=!'_dDwb-]{0,14}") {
        let parsed = Expression::parse(&text);
        let sets_unicode = matches!(&parsed, Err(issue) if issue.code().as_str() == "pattern.unicode");
        if !sets_unicode {
            prop_assert_eq!(parsed.is_ok(), is_valid(&text), "{}", text);
        }
    }
}
