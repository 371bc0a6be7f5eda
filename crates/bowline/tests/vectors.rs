//! The vector files: what the browser module answers too.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::{fs, path::Path};

use bowline::{
    detect::detect,
    form::{CheckOptions, ConnectionForm, check_form},
    reference::Reference,
};
use serde_json::{Value, json};

/// The cases of every vector file whose name starts with `prefix`.
fn cases(prefix: &str) -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let mut cases = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        if !file.starts_with(prefix) || !file.ends_with(".json") {
            continue;
        }
        let content: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        for case in content["cases"].as_array().unwrap() {
            cases.push((
                format!("{file}: {}", case["name"].as_str().unwrap()),
                case.clone(),
            ));
        }
    }
    assert!(!cases.is_empty(), "no vectors {prefix}");
    cases
}

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
fn applying_a_suggestion_removes_its_finding() {
    for (name, case) in cases("forms-") {
        let form = form_of(&case);
        let (report, _) = report_of(&form, &case["options"]);
        for finding in report["findings"].as_array().unwrap() {
            let Some(suggestion) = finding["suggestion"].as_str() else {
                continue;
            };
            let field = finding["field"].as_str().unwrap();
            let mut mended = form.clone();
            apply(&mut mended, field, suggestion);
            let (after, _) = report_of(&mended, &case["options"]);
            let gone = !after["findings"].as_array().unwrap().iter().any(|other| {
                other["field"] == finding["field"] && other["code"] == finding["code"]
            });
            assert!(
                gone,
                "{name}: {} is still there with “{suggestion}”: {after}",
                finding["code"]
            );
        }
    }
}

fn apply(form: &mut ConnectionForm, field: &str, text: &str) {
    let text = text.to_owned();
    match field {
        "provider" => form.provider = text,
        "auth" => form.auth = text,
        "name" => form.name = text,
        "purpose" => form.purpose = text,
        "image" => form.image = text,
        "expiresAt" => form.expires_at = Some(text),
        _ => {
            if let Some(path) = field.strip_prefix("policy.") {
                let mut policy = serde_json::to_value(&form.policy).unwrap();
                let pointer = format!("/{}", path.replace('.', "/"));
                *policy.pointer_mut(&pointer).expect(field) = json!(text);
                form.policy = Some(serde_json::from_value(policy).unwrap());
            } else if let Some(name) = field.strip_prefix("values.") {
                form.values.insert(name.to_owned(), text.as_str().into());
            } else {
                let index: usize = field
                    .strip_prefix("trustedAuthHosts.")
                    .expect(field)
                    .parse()
                    .unwrap();
                form.trusted_auth_hosts[index] = text;
            }
        }
    }
}

#[test]
fn a_valid_form_means_the_same_when_its_normalised_values_are_checked_again() {
    for (name, case) in cases("forms-") {
        let form = form_of(&case);
        let (_, Some(spec)) = check_form(&form, CheckOptions::default()) else {
            continue;
        };
        let mut again = form.clone();
        again
            .values
            .retain(|name, _| spec.secrets.contains_key(name.as_str()));
        again.values.extend(
            spec.values
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.as_str().into())),
        );
        let (report, second) = check_form(&again, CheckOptions::default());
        let second = second.unwrap_or_else(|| panic!("{name}: {report:?}"));
        assert_eq!(spec.endpoint, second.endpoint, "{name}");
        assert_eq!(spec.values, second.values, "{name}");
        assert_eq!(spec.credentials, second.credentials, "{name}");
        if let Some(endpoint) = spec.endpoint {
            assert_eq!(endpoint.to_string().parse(), Ok(endpoint), "{name}");
        }
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
