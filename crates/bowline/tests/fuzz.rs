//! Every parser on texts near those of the vector files: none panics, and what must always hold does.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod support;

use std::{fmt::Debug, ops::Range};

use bowline::{
    detect::detect,
    endpoint::Endpoint,
    finding::{Finding, Issue},
    form::{CheckOptions, ConnectionForm, check_form},
    pattern::{Explanation, Pattern, PatternSet},
    provider::provider,
    reference::Reference,
    selection::{Image, Policy},
    time::{format_rfc3339, parse_rfc3339},
};
use bowline_fuzz::{Edits, edits, fuzz, near};
use proptest::{
    prelude::*,
    sample::{Index, select},
};
use serde_json::{Value, json};
use support::{cases, check_law, check_what_is_kept};

/// 2026-11-21: what the vectors call now is not far from it.
const NOW: i64 = 1_795_219_200_000;

#[test]
fn endpoints() {
    let urls = cases("forms-").into_iter().filter_map(|(_, case)| {
        let url = case["form"]["values"]["url"].as_str()?;
        Some(url.to_owned())
    });
    fuzz(near(urls), |text| match Endpoint::parse(&text) {
        Ok(endpoint) => {
            let base = url::Url::parse(&endpoint.api_base()).unwrap();
            assert_eq!(base.host_str(), Some(endpoint.api_host()));
            assert_eq!(base.port(), endpoint.port());
            assert_eq!(Endpoint::parse(&endpoint.to_string()), Ok(endpoint));
        }
        Err(issue) => check_issue(&issue, &text, Endpoint::parse),
    });
}

#[test]
fn references() {
    fuzz(
        near(texts_of("references", "text")),
        |text| match Reference::parse(&text) {
            Ok(reference) => {
                assert_eq!(
                    Reference::parse(&reference.familiar()),
                    Ok(reference.clone())
                );
                let canonical = Reference::parse(&reference.canonical()).unwrap();
                assert_eq!(canonical.canonical(), reference.canonical());
            }
            Err(issue) => check_issue(&issue, &text, Reference::parse),
        },
    );
}

#[test]
fn patterns() {
    let images = texts_of("patterns", "image");
    fuzz(near(pattern_texts()), |text| match Pattern::parse(&text) {
        Ok(pattern) => {
            assert_eq!(pattern.text(), text);
            for note in pattern.notes() {
                check_place(note.place(&text), &text);
                if let Some(suggestion) = note.suggestion() {
                    let left = Pattern::parse(suggestion).unwrap();
                    let count = |pattern: &Pattern| {
                        let notes = pattern.notes().iter();
                        notes.filter(|other| other.code() == note.code()).count()
                    };
                    assert!(count(&left) < count(&pattern), "{left:?}");
                }
            }
            let set = PatternSet::new([&text]).unwrap();
            let taken: Vec<&String> = images.iter().filter(|image| set.matches(image)).collect();
            assert_eq!(set.filter(&images).len(), taken.len());
            for image in &images {
                let explained = matches!(set.explain(image), Explanation::Taken { .. });
                assert_eq!(explained, set.matches(image), "{image}");
                assert_eq!(explained, set.first(image) == Some(0), "{image}");
            }
        }
        Err(issue) => check_issue(&issue, &text, Pattern::parse),
    });
}

#[test]
fn images_under_patterns() {
    let patterns = pattern_texts()
        .into_iter()
        .filter(|text| Pattern::parse(text).is_ok());
    let set = PatternSet::new(patterns.filter(|text| !text.contains("**"))).unwrap();
    fuzz(near(texts_of("patterns", "image")), |image| {
        let taken = matches!(set.explain(&image), Explanation::Taken { .. });
        assert_eq!(set.matches(&image), taken);
        assert_eq!(set.filter([&image]).len(), usize::from(taken));
    });
}

#[test]
fn policies() {
    let policies = cases("policies")
        .into_iter()
        .map(|(_, case)| case["policy"].clone());
    fuzz(edited(policies.collect()), |policy| {
        let judge = |form: &Value| {
            let policy = serde_json::from_value(form["policy"].clone()).unwrap();
            Policy::check(&policy, provider("docker-hub"), Some("docker.io"))
        };
        let form = json!({ "policy": policy });

        let (findings, parsed) = judge(&form);
        check_findings(&form, &findings, |fixed| judge(fixed).0);
        let images = [Image {
            repository: "team/api".into(),
            tag: "1".into(),
            ..Image::default()
        }];
        if let Some(parsed) = parsed {
            assert_eq!(parsed.select(&images, NOW).len(), images.len());
            // What is kept is read again as the same policy.
            let kept = json!({ "policy": parsed });
            let (findings, again) = judge(&kept);
            assert_eq!(again.as_ref(), Some(&parsed), "{findings:?}");
            assert_eq!(json!({ "policy": again }), kept);
        }
    });
}

#[test]
fn texts_to_detect() {
    fuzz(near(texts_of("detect", "text")), |text| {
        for form in detect(&text) {
            assert!(provider(&form.provider).is_some());
            check_secrets_are_kept(&form);
            let exposed = json_of(&form.expose());
            assert_eq!(
                serde_json::from_str::<ConnectionForm>(&exposed).unwrap(),
                form
            );
            check_form(&form, CheckOptions::default());
        }
    });
}

#[test]
fn documents() {
    let forms = cases("forms-")
        .into_iter()
        .map(|(_, case)| case["form"].to_string());
    let policies = cases("policies")
        .into_iter()
        .map(|(_, case)| case["policy"].to_string());
    fuzz(near(forms.chain(policies)), |text| {
        if let Ok(policy) = serde_json::from_str(&text) {
            Policy::check(&policy, provider("harbor"), None);
        }
        if let Ok(form) = serde_json::from_str(&text) {
            let now = Some(NOW);
            check_form(&form, CheckOptions { touched: None, now });
        }
    });
}

#[test]
fn forms() {
    let forms = cases("forms-")
        .into_iter()
        .map(|(_, case)| case["form"].clone());
    fuzz(edited(forms.collect()), |whole| {
        let options = CheckOptions {
            touched: None,
            now: Some(NOW),
        };
        let form: ConnectionForm = serde_json::from_value(whole.clone()).unwrap();
        let (report, spec) = check_form(&form, options);
        assert_eq!(report.valid, spec.is_some());
        if let Some(spec) = spec {
            let endpoint = spec.endpoint.map(|endpoint| endpoint.to_string());
            assert_eq!(report.endpoint, endpoint);
        }
        check_findings(&whole, &report.findings, |fixed| {
            let fixed = serde_json::from_value(fixed.clone()).unwrap();
            check_form(&fixed, options).0.findings
        });
        check_what_is_kept("a form", &form);
        check_secrets_are_kept(&form);
    });
}

#[test]
fn times() {
    let times = [
        "2027-01-31T12:00:00Z",
        "2024-02-29t23:59:60.123+02:00",
        "1969-12-31 00:00:00-23:59",
    ];
    fuzz(near(times), |text| {
        if let Some(time) = parse_rfc3339(&text) {
            let second = time - time.rem_euclid(1000);
            assert_eq!(parse_rfc3339(&format_rfc3339(time)), Some(second));
        }
    });
}

/// The texts under a member of the cases of vector files.
fn texts_of(prefix: &str, member: &str) -> Vec<String> {
    let texts = cases(prefix)
        .into_iter()
        .filter_map(|(_, case)| case[member].as_str().map(str::to_owned));
    texts.collect()
}

fn pattern_texts() -> Vec<String> {
    let cases = cases("patterns").into_iter();
    let listed =
        cases.flat_map(|(_, case)| case["patterns"].as_array().cloned().unwrap_or_default());
    let listed = listed.map(|text| text.as_str().unwrap().to_owned());
    listed.chain(texts_of("patterns", "text")).collect()
}

/// Documents with some of their texts edited.
fn edited(documents: Vec<Value>) -> impl Strategy<Value = Value> {
    let mut texts: Vec<String> = Vec::new();
    for document in &documents {
        let mut document = document.clone();
        texts.extend(leaves(&mut document).into_iter().map(std::mem::take));
    }
    let changes = prop::collection::vec((any::<Index>(), edits(texts)), 1..4);
    (select(documents), changes).prop_map(
        |(mut document, changes): (Value, Vec<(Index, Edits)>)| {
            for (which, edits) in changes {
                let mut leaves = leaves(&mut document);
                if !leaves.is_empty() {
                    let place = which.index(leaves.len());
                    *leaves[place] = edits.of(leaves[place]);
                }
            }
            document
        },
    )
}

/// The texts of a document.
fn leaves(value: &mut Value) -> Vec<&mut String> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(list) => list.iter_mut().flat_map(leaves).collect(),
        Value::Object(members) => members.values_mut().flat_map(leaves).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

/// What a page shows in a field.
fn shown(whole: &Value, field: &str) -> String {
    match whole.pointer(&format!("/{}", field.replace('.', "/"))) {
        Some(Value::String(text)) => text.clone(),
        None | Some(Value::Null | Value::Array(_) | Value::Object(_)) => String::new(),
        Some(other) => other.to_string(),
    }
}

/// The place is in the text, and begins and ends between two characters of it.
fn check_place(place: Range<u32>, text: &str) {
    let units: Vec<u16> = text.encode_utf16().collect();
    let piece = units.get(place.start as usize..place.end as usize);
    assert!(
        piece.is_some_and(|piece| String::from_utf16(piece).is_ok()),
        "{place:?} of {text:?}"
    );
}

/// The places of findings are in their fields, and what they offer keeps the law.
fn check_findings(form: &Value, findings: &[Finding], judge: impl Fn(&Value) -> Vec<Finding>) {
    for finding in findings {
        check_place(finding.start..finding.end, &shown(form, &finding.field));
    }
    check_law(form, findings, |_| false, judge);
}

/// The place of an issue is in its text, and what is offered does not have it any more.
fn check_issue<T: Debug>(issue: &Issue, text: &str, parse: impl Fn(&str) -> Result<T, Issue>) {
    check_place(issue.place(text), text);
    if let Some(suggestion) = issue.suggestion() {
        assert!(!suggestion.is_empty(), "{issue:?} offers nothing");
        let still = parse(suggestion).is_err_and(|other| other.code() == issue.code());
        assert!(!still, "{issue:?} is still there with {suggestion:?}");
    }
}

/// No secret is in what is said of a form, nor in how it prints itself.
fn check_secrets_are_kept(form: &ConnectionForm) {
    let Some(auth) = provider(&form.provider).and_then(|provider| provider.auth(&form.auth)) else {
        return;
    };
    let is_secret = |name: &str| auth.field(name).is_none_or(|field| field.kind.is_secret());
    let (secrets, plain): (Vec<_>, Vec<_>) =
        form.values.iter().partition(|(name, _)| is_secret(name));
    let plain: Vec<String> = plain
        .iter()
        .map(|(_, value)| value.expose())
        .chain([form.name.as_str(), &form.image])
        .map(plainly)
        .collect();
    let (mut report, spec) = check_form(
        form,
        CheckOptions {
            touched: None,
            now: Some(NOW),
        },
    );
    let said: Vec<String> = report
        .findings
        .iter()
        .map(|finding| format!("{} {:?}", finding.message, finding.params))
        .collect();
    report.redact();
    let said = format!("{said:?} {report:?} {spec:?} {form:?} {}", json_of(&report));
    for (name, secret) in secrets {
        let secret = secret.expose().trim();
        // A short one may be an example of ours, and one that stands elsewhere in the form is none.
        let elsewhere = plain.iter().any(|text| text.contains(&plainly(secret)));
        if secret.len() >= 32 && !elsewhere {
            assert!(!said.contains(secret), "{name} is in {said}");
        }
    }
}

/// What a fix may make of a text: small letters without white space.
fn plainly(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect()
}

fn json_of<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap()
}
