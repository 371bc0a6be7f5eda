//! Patterns and policies that are made to take memory and time: what they take is bounded, whatever they are.
//!
//! The memory is what the allocator of this file counts, so that its cases run one after the other in one test.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use std::time::{Duration, Instant};

use bowline::{
    document::Document,
    finding::Severity,
    form::{CheckOptions, ConnectionForm, check_form},
    pattern::{Pattern, PatternSet},
    selection::{Policy, PolicyReport},
};
use peak_alloc::PeakAlloc;
use serde_json::json;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// The most memory that reading and compiling a policy may take, besides the document.
const MOST_BYTES: usize = 16 << 20;

/// In a build without optimization, on a machine that is busy.
const MOST_TIME: Duration = Duration::from_secs(2);

/// A policy whose lists are of these patterns.
fn policy(lists: [(&str, Vec<String>); 3]) -> Document {
    let lists = lists
        .into_iter()
        .map(|(name, list)| (name.to_owned(), list.into()));
    let policy: serde_json::Map<_, _> = lists.collect();
    serde_json::from_value(policy.into()).unwrap()
}

fn include(patterns: impl Iterator<Item = String>) -> Document {
    policy([
        ("include", patterns.collect()),
        ("never", Vec::new()),
        ("always", Vec::new()),
    ])
}

/// Letters that follow one another in no order: no two of the texts have a beginning in common for long.
fn scattered(index: usize, length: usize) -> String {
    let mut state = (index as u64 + 1) * 0x9e37_79b9_7f4a;
    let letters = (0..length).map(|_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(b'a' + (state % 26) as u8)
    });
    letters.collect()
}

/// Policies, and `true` for those that are valid.
fn policies() -> Vec<(&'static str, Document, bool)> {
    let class = |n| format!("/[acegikmoqsuwyACEGIKMOQSUWY02468]{{60000}}{n}/");
    let all_that_fits = |text: &dyn Fn(usize) -> String| {
        let fits = |count| PatternSet::new((0..count).map(text)).is_ok();
        let (mut most, mut too_many) = (0, 10_001);
        while too_many - most > 1 {
            let count = usize::midpoint(most, too_many);
            *(if fits(count) {
                &mut most
            } else {
                &mut too_many
            }) = count;
        }
        include((0..most).map(text))
    };
    let names = ["include", "never", "always"];
    vec![
        (
            "a long glob of 256 alternatives, which fuzzing found",
            include(std::iter::once("{a,b}".repeat(8) + &"x".repeat(700))),
            true,
        ),
        (
            "115 long repetitions",
            include((0..115).map(|n| format!("/a{{20000}}{n}/"))),
            false,
        ),
        (
            "200 long repetitions",
            include((0..200).map(|n| format!("/a{{20000}}{n}/"))),
            false,
        ),
        (
            "10,000 long repetitions",
            include((0..10_000).map(|n| format!("/a{{2000}}{n}/"))),
            false,
        ),
        (
            "10,000 long repetitions in literals that should be closed",
            include((0..10_000).map(|n| format!("x:/a{{2000}}{n}"))),
            false,
        ),
        ("ten long classes", include((0..10).map(class)), false),
        (
            "10,000 that are empty",
            include((0..10_000).map(|_| String::new())),
            false,
        ),
        (
            "30,000 of one letter",
            policy(names.map(|name| (name, vec!["a".to_owned(); 10_000]))),
            false,
        ),
        (
            "thousands of one letter",
            policy(names.map(|name| (name, vec!["a".to_owned(); 7_000]))),
            true,
        ),
        (
            "a literal as long as a request",
            include(std::iter::once("a".repeat(1 << 20))),
            false,
        ),
        (
            "braces as long as a request",
            include(std::iter::once("{a,b}".repeat(200_000))),
            false,
        ),
        (
            "open braces as long as a request",
            include(std::iter::once(format!("/{}/", "{".repeat(1 << 20)))),
            false,
        ),
        (
            "open brackets as long as a request",
            include(std::iter::once(format!("/{}/", "[:".repeat(1 << 19)))),
            false,
        ),
        (
            "open groups as long as a request",
            include(std::iter::once(format!("/{}/", "(?".repeat(1 << 19)))),
            false,
        ),
        (
            "alternatives of a long glob",
            include(std::iter::once(format!(
                "{}{}",
                "{a,b}".repeat(8),
                "x".repeat(1 << 20)
            ))),
            false,
        ),
        (
            "many globs of many alternatives",
            include((0..9_000).map(|n| format!("{}{n}", "{a,b}".repeat(8)))),
            false,
        ),
        (
            "as many literals as fit",
            all_that_fits(&|n| scattered(n, 24)),
            true,
        ),
        (
            "as many long literals as fit",
            all_that_fits(&|n| scattered(n, 1_000)),
            true,
        ),
        (
            "as many globs as fit",
            all_that_fits(&|n| format!("*{}?{}*", scattered(n, 6), scattered(n + 1, 6))),
            true,
        ),
        (
            "as many alternatives as fit",
            all_that_fits(&|n| format!("{}{n}", "{a,b}".repeat(8))),
            true,
        ),
        (
            "as many expressions as fit",
            all_that_fits(&|n| format!("/^{}$/", scattered(n, 8))),
            true,
        ),
        (
            "as many short expressions as fit",
            all_that_fits(&|n| format!("/{}/", scattered(n, 2))),
            true,
        ),
        (
            "as many expressions of any letters as fit",
            all_that_fits(&|n| format!("/.{{100}}{n}/")),
            true,
        ),
        (
            "as many classes as fit",
            all_that_fits(&|n| format!("/(?i)[acegikmoqsuwy02468]{{100}}{n}/")),
            true,
        ),
        (
            "as many optional groups as fit",
            all_that_fits(&|n| format!("/((a?){{30}}b?){{3}}{n}/")),
            true,
        ),
        (
            "as many repetitions as fit",
            all_that_fits(&|n| format!("/(a|b){{0,90}}{n}/")),
            true,
        ),
    ]
}

#[test]
fn what_a_policy_takes_is_bounded() {
    let mut too_much = Vec::new();
    for (name, policy, is_valid) in policies() {
        let text = serde_json::to_string(&policy).unwrap();
        let before = MEMORY.current_usage();
        MEMORY.reset_peak_usage();
        let start = Instant::now();
        let (findings, parsed) = Policy::check(&policy, None, None);
        let time = start.elapsed();
        let peak = MEMORY.peak_usage().saturating_sub(before);
        let kept = MEMORY.current_usage().saturating_sub(before);
        println!(
            "{name}: {} KiB, at most {} KiB, kept {} KiB, {time:?}",
            text.len() >> 10,
            peak >> 10,
            kept >> 10
        );
        let mut wrong = |what: String| too_much.push(format!("{name}: {what}"));
        if parsed.is_some() != is_valid {
            wrong(format!(
                "valid: {}, {:?}",
                parsed.is_some(),
                findings.last()
            ));
        }
        let has_error = findings
            .iter()
            .any(|finding| finding.severity == Severity::Error);
        if has_error == is_valid || findings.len() > 101 {
            wrong(format!(
                "{} findings, {:?}",
                findings.len(),
                findings.last()
            ));
        }
        if peak > MOST_BYTES || time > MOST_TIME {
            wrong(format!("{peak} bytes, {time:?}"));
        }
        // What is not valid is refused by a list that stands alone, too, where it is the patterns of one list.
        let list: serde_json::Value = serde_json::from_str(&text).unwrap();
        let list: Vec<&str> = list["include"]
            .as_array()
            .unwrap()
            .iter()
            .map(|text| text.as_str().unwrap())
            .collect();
        MEMORY.reset_peak_usage();
        let before = MEMORY.current_usage();
        let start = Instant::now();
        let set = PatternSet::new(&list);
        let (time, peak) = (start.elapsed(), MEMORY.peak_usage().saturating_sub(before));
        assert!(set.is_ok() || !is_valid, "{name}");
        if peak > MOST_BYTES || time > MOST_TIME {
            wrong(format!("alone {peak} bytes, {time:?}"));
        }
        drop(set);

        let form = json!({ "provider": "docker-hub", "auth": "anonymous", "name": "n", "policy": serde_json::from_str::<serde_json::Value>(&text).unwrap() });
        let form: ConnectionForm = serde_json::from_value(form).unwrap();
        let (report, _) = check_form(&form, CheckOptions::default());
        assert!(report.findings.len() <= 101, "{name}");
        assert!(is_valid || !report.valid, "{name}");
    }
    assert!(too_much.is_empty(), "{}", too_much.join("\n"));
}

/// Members that a policy does not have, as many as a request holds.
#[test]
fn findings_are_bounded() {
    let members: serde_json::Map<_, _> =
        (0..100_000).map(|n| (format!("k{n}"), 1.into())).collect();
    let policy: Document = serde_json::from_value(members.into()).unwrap();
    let answer = serde_json::to_string(&PolicyReport::new(&policy, None, None)).unwrap();
    assert!(answer.len() < 32 << 10, "{}", answer.len());
    assert!(answer.contains("findings.more") && answer.contains("\"valid\":false"));
}

#[test]
fn one_pattern_is_bounded_alone() {
    for text in ["/a{30000}/", "/((a{100}){100}){100}/", "/(){9999999}/"] {
        let issue = Pattern::parse(text).unwrap_err();
        assert_eq!(issue.code().as_str(), "pattern.too_large", "{text}");
    }
    let (place, issue) = PatternSet::new(["alpine", "/a{9000}/", "/a{9000}/"]).unwrap_err();
    assert_eq!((place, issue.code().as_str()), (2, "pattern.too_large"));
}
