//! The vector files of patterns and policies: what the browser module answers too.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use bowline::{
    document::Document,
    pattern::{Pattern, PatternSet},
    selection::{Image, Policy, PolicyReport},
};
use serde_json::Value;

#[test]
fn patterns_are_as_the_vectors_say() {
    let file = include_str!("../vectors/patterns.json");
    compare(file, |case| {
        if let Some(image) = case["image"].as_str() {
            let set = PatternSet::new(texts(&case["patterns"])).unwrap();
            let explanation = serde_json::to_value(set.explain(image)).unwrap();
            assert_eq!(explanation["taken"], set.matches(image), "{case}");
            assert_eq!(set.filter([image]).len() == 1, set.matches(image), "{case}");
            return (explanation, case["explanation"].clone());
        }
        let text = case["text"].as_str().unwrap();
        match Pattern::parse(text) {
            Ok(pattern) => {
                let mut pattern = serde_json::to_value(pattern).unwrap();
                without_english(pattern["findings"].as_array_mut().unwrap());
                (pattern, case["pattern"].clone())
            }
            Err(issue) => {
                let mut error = serde_json::to_value(issue.in_text(text)).unwrap();
                let members = error.as_object_mut().unwrap();
                assert!(members.remove("message").is_some());
                members.retain(|_, value| !value.is_null());
                (error, case["error"].clone())
            }
        }
    });
}

#[test]
fn policies_are_as_the_vectors_say() {
    let file = include_str!("../vectors/policies.json");
    compare(file, |case| {
        let policy: Document = serde_json::from_value(case["policy"].clone()).unwrap();
        if case["images"].is_null() {
            let (provider, host) = (case["provider"].as_str(), case["host"].as_str());
            check_what_is_kept(&policy);
            let mut report =
                serde_json::to_value(PolicyReport::new(&policy, provider, host)).unwrap();
            without_english(report["findings"].as_array_mut().unwrap());
            return (report, case["report"].clone());
        }
        let (findings, policy) = Policy::check(&policy, None, None);
        let policy = policy.unwrap_or_else(|| panic!("{findings:?}"));
        let images: Vec<Image> = serde_json::from_value(case["images"].clone()).unwrap();
        let decisions = policy.select(&images, case["now"].as_i64().unwrap());
        (
            serde_json::to_value(decisions).unwrap(),
            case["decisions"].clone(),
        )
    });
}

/// A serialized policy is read again as the same policy, without new findings.
fn check_what_is_kept(policy: &Document) {
    let (said, Some(parsed)) = Policy::check(policy, None, None) else {
        return;
    };
    let kept = serde_json::to_value(&parsed).unwrap();
    let document: Document = serde_json::from_value(kept.clone()).unwrap();
    let (findings, again) = Policy::check(&document, None, None);
    assert_eq!(again.as_ref(), Some(&parsed));
    assert!(findings.len() <= said.len(), "{findings:?}");
    assert_eq!(serde_json::to_value(again).unwrap(), kept);
}

/// Judges every case of a file; all that differ are named at once.
fn compare(file: &str, judge: impl Fn(&Value) -> (Value, Value)) {
    let file: Value = serde_json::from_str(file).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert!(cases.len() >= 40);
    let different: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let (found, expected) = judge(case);
            let differs = found != expected;
            differs.then(|| {
                let name = &case["name"];
                format!("{name}\n  expected {expected}\n  found    {found}")
            })
        })
        .collect();
    assert!(different.is_empty(), "{}", different.join("\n"));
}

/// Messages may be reworded, so that vectors do not hold them.
fn without_english(findings: &mut [Value]) {
    for finding in findings {
        let finding = finding.as_object_mut().unwrap();
        assert!(finding.remove("message").is_some() && finding.remove("params").is_some());
    }
}

fn texts(list: &Value) -> Vec<&str> {
    let list = list.as_array().unwrap();
    list.iter().map(|text| text.as_str().unwrap()).collect()
}
