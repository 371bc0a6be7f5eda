//! The vector files: what the browser module answers too.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod support;

use bowline::{
    detect::detect,
    form::{CheckOptions, ConnectionForm, check_form, report_on},
    provider::providers,
    reference::Reference,
};
use serde_json::{Value, json};
use support::{cases, check_law, check_what_is_kept};

/// Fails with every case that differs, not with the first alone.
fn compare(cases: Vec<(String, Value, Value)>) {
    let different: Vec<String> = cases
        .into_iter()
        .filter(|(_, expected, actual)| expected != actual)
        .map(|(name, expected, actual)| {
            format!("{name}\n  expected {expected}\n  actual   {actual}")
        })
        .collect();
    assert!(
        different.is_empty(),
        "{} differ:\n{}",
        different.len(),
        different.join("\n")
    );
}

fn form_of(case: &Value) -> ConnectionForm {
    serde_json::from_value(case["form"].clone()).unwrap()
}

fn report_of(form: &ConnectionForm, options: &Value) -> (Value, bool) {
    let touched: Option<Vec<String>> = serde_json::from_value(options["touched"].clone()).unwrap();
    let options = CheckOptions {
        touched: touched.as_deref(),
        now: options["now"].as_i64(),
    };
    let (report, spec) = check_form(form, options);
    (serde_json::to_value(report).unwrap(), spec.is_some())
}

#[test]
fn forms_are_reported_as_the_vectors_say() {
    let mut results = Vec::new();
    for (name, case) in cases("forms-") {
        let (mut report, is_valid) = report_of(&form_of(&case), &case["options"]);
        assert_eq!(
            report["valid"], is_valid,
            "{name}: a report is valid exactly if there is a spec"
        );
        for finding in report["findings"].as_array_mut().unwrap() {
            let finding = finding.as_object_mut().unwrap();
            let message = finding.remove("message").unwrap();
            assert!(
                !message.as_str().unwrap().contains(['{', '}']),
                "{name}: {message} lacks a parameter"
            );
            finding.remove("params");
        }
        results.push((name, case["report"].clone(), report));
    }
    compare(results);
}

#[test]
fn the_providers_of_the_design_have_25_vectors_each() {
    let forms = cases("forms-");
    let has_enough = |id: &str| {
        let own = forms
            .iter()
            .filter(|(_, case)| case["form"]["provider"] == id);
        own.count() >= 25
    };
    let held = providers()
        .iter()
        .filter(|provider| has_enough(provider.id.as_str()));
    assert!(held.count() >= 18);
}

#[test]
fn suggestions_keep_the_law() {
    let mut broken = Vec::new();
    for (name, case) in cases("forms-") {
        let now = case["options"]["now"].as_i64();
        let judge = |form: &Value| {
            let form: ConnectionForm = serde_json::from_value(form.clone()).unwrap();
            report_on(&form, CheckOptions { touched: None, now }).findings
        };
        let form = &case["form"];
        let judged = std::panic::catch_unwind(|| check_law(form, &judge(form), |_| true, judge));
        broken.extend(judged.is_err().then_some(name));
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn a_valid_form_means_the_same_when_its_normalized_values_are_checked_again() {
    for (name, case) in cases("forms-") {
        check_what_is_kept(&name, &form_of(&case));
    }
}

#[test]
fn references_are_parsed_as_the_vectors_say() {
    let results = cases("references");
    let results = results.into_iter().map(|(name, case)| {
        let text = case["text"].as_str().unwrap();
        let expected = json!({ "reference": case["reference"], "error": case["error"] });
        let actual = match Reference::parse(text) {
            Ok(found) => json!({ "error": null, "reference": {
                "domain": found.domain, "path": found.path, "tag": found.tag, "digest": found.digest,
                "familiar": found.familiar(), "canonical": found.canonical(),
            } }),
            Err(issue) => {
                let place = issue.place(text);
                let mut error = json!({ "code": issue.code().as_str(), "start": place.start, "end": place.end });
                if let Some(suggestion) = issue.suggestion() {
                    error["suggestion"] = suggestion.into();
                }
                json!({ "reference": null, "error": error })
            }
        };
        (name, expected, actual)
    });
    compare(results.collect());
}

#[test]
fn registries_are_detected_as_the_vectors_say() {
    let results = cases("detect").into_iter().map(|(name, case)| {
        let forms = detect(case["text"].as_str().unwrap());
        let actual: Vec<Value> = forms
            .iter()
            .map(|form| serde_json::to_value(form.expose()).unwrap())
            .collect();
        (name, case["forms"].clone(), Value::Array(actual))
    });
    compare(results.collect());
}
