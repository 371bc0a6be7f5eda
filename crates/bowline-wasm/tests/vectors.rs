//! The vectors of the shared crate, through the bindings: what Node and Chromium decide is what native code decides.
#![allow(missing_docs, clippy::indexing_slicing, clippy::unwrap_used)]

mod support;

use bowline_wasm::{
    PatternSet, check_form, check_policy, detect, parse_pattern, parse_reference, select_images,
};
use serde_json::{Value, json};
use support::{
    ConnectionForm, Explanation, JudgedPattern, JudgedReference, PolicyReport, Provider, Report,
    Selection, declared,
};
use wasm_bindgen_test::wasm_bindgen_test;

macro_rules! files {
    ($($name:literal)*) => {
        [$(($name, include_str!(concat!("../../bowline/vectors/", $name, ".json")))),*]
    };
}

/// One line a file; see `bowline/vectors/README.md`.
const FORMS: &[(&str, &str)] = &files! {
    "forms-amazon-ecr"
    "forms-amazon-ecr-public"
    "forms-azure-acr"
    "forms-docker-hub"
    "forms-docker-registry"
    "forms-docker-registry-v1"
    "forms-docker-trusted-registry"
    "forms-github"
    "forms-gitlab"
    "forms-google"
    "forms-harbor"
    "forms-ibm"
    "forms-jfrog-artifactory"
    "forms-nexus"
    "forms-openshift"
    "forms-oracle-ocir"
    "forms-quay"
    "forms-red-hat-atomic"
};
const REFERENCES: &[(&str, &str)] = &files! { "references" };
const DETECT: &[(&str, &str)] = &files! { "detect" };
const PATTERNS: &[(&str, &str)] = &files! { "patterns" };
const POLICIES: &[(&str, &str)] = &files! { "policies" };

#[wasm_bindgen_test]
fn forms() {
    agree(FORMS, |case| {
        let options = &case["options"];
        let request =
            json!({ "form": case["form"], "touched": options["touched"], "now": options["now"] });
        let mut report = declared::<Report>(&sound(check_form(request.to_string().as_bytes())));
        without_english(&mut report);
        (report, case["report"].clone())
    });
}

#[wasm_bindgen_test]
fn references() {
    agree(REFERENCES, |case| {
        let text = case["text"].as_str().unwrap();
        let mut answer = declared::<JudgedReference>(&parse_reference(text));
        if let Some(Value::Object(error)) = answer.get_mut("error") {
            assert!(error.remove("message").is_some(), "an error has a message");
            error.retain(|_, value| !value.is_null());
        }
        let expected = case
            .as_object()
            .unwrap()
            .iter()
            .filter(|(key, _)| matches!(key.as_str(), "reference" | "error"));
        (
            answer.clone(),
            expected
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
        )
    });
}

#[wasm_bindgen_test]
fn detected() {
    agree(DETECT, |case| {
        (
            declared::<Vec<ConnectionForm>>(&detect(case["text"].as_str().unwrap())),
            case["forms"].clone(),
        )
    });
}

#[wasm_bindgen_test]
fn patterns() {
    agree(PATTERNS, |case| {
        if let Some(image) = case["image"].as_str() {
            let set = PatternSet::new(&case["patterns"].to_string()).unwrap();
            let explanation = declared::<Explanation>(&set.explain(image));
            assert_eq!(explanation["taken"], set.matches(image));
            let taken = set.filter(image.as_bytes(), 1).unwrap();
            assert_eq!(taken.len() == 1, set.matches(image));
            return (explanation, case["explanation"].clone());
        }
        let text = case["text"].as_str().unwrap();
        let mut answer = declared::<JudgedPattern>(&parse_pattern(text));
        if answer["error"].is_null() {
            without_english(&mut answer["pattern"]);
            return (answer["pattern"].clone(), case["pattern"].clone());
        }
        let error = answer["error"].as_object_mut().unwrap();
        assert!(error.remove("message").is_some(), "an error has a message");
        error.retain(|_, value| !value.is_null());
        (answer["error"].clone(), case["error"].clone())
    });
}

#[wasm_bindgen_test]
fn policies() {
    agree(POLICIES, |case| {
        let request = case.to_string();
        if case["images"].is_null() {
            let mut report = declared::<PolicyReport>(&sound(check_policy(request.as_bytes())));
            without_english(&mut report);
            return (report, case["report"].clone());
        }
        let answer = declared::<Selection>(&sound(select_images(request.as_bytes())));
        (answer["decisions"].clone(), case["decisions"].clone())
    });
}

#[wasm_bindgen_test]
fn the_table_is_as_declared() {
    let table = declared::<Vec<Provider>>(&bowline::provider::providers_json());
    assert_eq!(table.as_array().unwrap().len(), FORMS.len());
}

#[wasm_bindgen_test]
fn what_is_no_form_is_an_error() {
    for request in [
        "",
        "{",
        r#"{"form":{"values":[]}}"#,
        r#"{"form":{"provider":{}}}"#,
    ] {
        assert!(check_form(request.as_bytes()).is_err(), "{request}");
    }
    assert!(check_form(b"{}").is_ok(), "an empty form is a form");
}

/// Judges every case of the files; all that differ are named at once.
fn agree(files: &[(&str, &str)], judge: impl Fn(&Value) -> (Value, Value)) {
    let mut differ = Vec::new();
    for (file, text) in files {
        let vectors: Value = serde_json::from_str(text).unwrap();
        let cases = vectors["cases"].as_array().unwrap();
        assert!(!cases.is_empty(), "{file} has cases");
        for case in cases {
            let (found, expected) = judge(case);
            if found != expected {
                differ.push(format!(
                    "{file}: {}\n  found    {found}\n  expected {expected}",
                    case["name"]
                ));
            }
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

/// Takes out of the findings what may be reworded.
fn without_english(report: &mut Value) {
    for finding in report["findings"].as_array_mut().unwrap() {
        let finding = finding.as_object_mut().unwrap();
        assert!(finding.remove("params").is_some(), "a finding has params");
        let message = finding.remove("message").unwrap();
        assert!(
            !message.as_str().unwrap().is_empty(),
            "a finding has a message"
        );
    }
}

fn sound(answer: Result<String, wasm_bindgen::JsError>) -> String {
    answer.ok().unwrap()
}

/// A file that is not in the lists above would be read by the native tests alone.
#[cfg(not(target_arch = "wasm32"))]
#[test]
fn every_file_is_read() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../bowline/vectors");
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut there: Vec<_> = files
        .filter(|file| {
            file.extension()
                .is_some_and(|extension| extension == "json")
        })
        .collect();
    there.sort();
    let mut read: Vec<_> = [FORMS, REFERENCES, DETECT, PATTERNS, POLICIES]
        .concat()
        .iter()
        .map(|(name, _)| format!("{name}.json"))
        .collect();
    read.sort();
    let there: Vec<_> = there
        .iter()
        .map(|file| file.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(read, there);
}
