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
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

/// Every file of `bowline/vectors`, by its name without `.json`.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/vectors.rs"));

/// One file a provider; see `bowline/vectors/README.md`.
const FORMS: &str = "forms-";

#[wasm_bindgen_test]
fn forms() {
    agree(FORMS, |case| {
        let options = &case["options"];
        let touched = options["touched"].is_array();
        let mut report = declared::<Report>(check_form(
            &js(&case["form"]),
            touched.then(|| texts(&options["touched"])),
            options["now"].as_f64(),
        ));
        without_english(&mut report);
        (report, case["report"].clone())
    });
}

#[wasm_bindgen_test]
fn references() {
    agree("references", |case| {
        let text = case["text"].as_str().unwrap();
        let mut answer = declared::<JudgedReference>(parse_reference(text));
        if let Some(Value::Object(error)) = answer.get_mut("error") {
            assert!(error.remove("message").is_some(), "an error has a message");
            error.retain(|_, value| !value.is_null());
        }
        let expected = match case.get("error") {
            Some(error) => json!({ "error": error }),
            None => json!({ "value": case["reference"] }),
        };
        (answer, expected)
    });
}

#[wasm_bindgen_test]
fn detected() {
    agree("detect", |case| {
        (
            declared::<Vec<ConnectionForm>>(detect(case["text"].as_str().unwrap())),
            case["forms"].clone(),
        )
    });
}

#[wasm_bindgen_test]
fn patterns() {
    agree("patterns", |case| {
        if let Some(image) = case["image"].as_str() {
            let set = PatternSet::new(texts(&case["patterns"])).unwrap();
            let explanation = declared::<Explanation>(set.explain(image));
            assert_eq!(explanation["taken"], set.matches(image));
            let taken = set.filter(image.as_bytes(), 1).unwrap();
            assert_eq!(taken.len() == 1, set.matches(image));
            return (explanation, case["explanation"].clone());
        }
        let text = case["text"].as_str().unwrap();
        let mut answer = declared::<JudgedPattern>(parse_pattern(text));
        if answer["error"].is_null() {
            without_english(&mut answer["value"]);
            return (answer["value"].clone(), case["pattern"].clone());
        }
        let error = answer["error"].as_object_mut().unwrap();
        assert!(error.remove("message").is_some(), "an error has a message");
        error.retain(|_, value| !value.is_null());
        (answer["error"].clone(), case["error"].clone())
    });
}

#[wasm_bindgen_test]
fn policies() {
    agree("policies", |case| {
        let policy = js(&case["policy"]);
        if case["images"].is_null() {
            let text = |member: &str| case[member].as_str().map(str::to_owned);
            let answer = check_policy(&policy, text("provider"), text("host"));
            let mut report = declared::<PolicyReport>(answer);
            without_english(&mut report);
            return (report, case["report"].clone());
        }
        let now = case["now"].as_f64().unwrap();
        let answer = declared::<Selection>(select_images(&policy, &js(&case["images"]), now));
        (answer["decisions"].clone(), case["decisions"].clone())
    });
}

#[wasm_bindgen_test]
fn the_table_is_as_declared() {
    let table = js_sys::JSON::parse(&bowline::provider::providers_json()).unwrap();
    let table = declared::<Vec<Provider>>(Ok(table));
    let ids = table
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["id"].as_str().unwrap());
    let without =
        ids.filter(|id| files(FORMS).all(|(name, _)| name.strip_prefix(FORMS) != Some(*id)));
    let without: Vec<_> = without.collect();
    assert!(
        without.is_empty(),
        "write crates/bowline/vectors/forms-<id>.json for {without:?}"
    );
}

#[wasm_bindgen_test]
fn what_is_no_form_is_an_error() {
    for form in [
        json!([]),
        json!("form"),
        json!({ "values": [] }),
        json!({ "provider": {} }),
        json!({ "trustedAuthHosts": {} }),
    ] {
        assert!(check(js(&form)).is_err(), "{form}");
    }
    for form in [JsValue::UNDEFINED, JsValue::NULL, js(&json!({}))] {
        assert!(check(form).is_ok(), "an empty form is a form");
    }
}

#[wasm_bindgen_test]
fn undefined_is_as_good_as_missing() {
    let form = js(
        &json!({ "provider": "harbor", "values": { "url": "harbor.example.com" }, "policy": { "mode": "automatic" } }),
    );
    let expected = declared::<Report>(check(form.clone()));
    let set = |object: &JsValue, name: &str| {
        js_sys::Reflect::set(object, &name.into(), &JsValue::UNDEFINED).unwrap();
    };
    for name in [
        "name",
        "auth",
        "trustedAuthHosts",
        "expiresAt",
        "of-a-newer-page",
    ] {
        set(&form, name);
    }
    for (member, names) in [
        ("values", ["password", "other"]),
        ("policy", ["include", "other"]),
    ] {
        let inner = js_sys::Reflect::get(&form, &member.into()).unwrap();
        for name in names {
            set(&inner, name);
        }
    }
    assert_eq!(declared::<Report>(check(form)), expected);
}

fn check(form: JsValue) -> Result<JsValue, serde_wasm_bindgen::Error> {
    check_form(&form, None, None)
}

/// The JavaScript value of a document.
fn js(document: &Value) -> JsValue {
    js_sys::JSON::parse(&document.to_string()).unwrap()
}

fn texts(list: &Value) -> Vec<String> {
    serde_json::from_value(list.clone()).unwrap()
}

/// The files whose names start so.
fn files(prefix: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES
        .iter()
        .copied()
        .filter(move |(name, _)| name.starts_with(prefix))
}

/// Judges every case of the files whose names start so; all that differ are named at once.
fn agree(prefix: &str, judge: impl Fn(&Value) -> (Value, Value)) {
    assert!(files(prefix).next().is_some(), "a file {prefix}");
    let mut differ = Vec::new();
    for (file, text) in files(prefix) {
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

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn every_file_is_read() {
    const READ: [&str; 5] = [FORMS, "references", "detect", "patterns", "policies"];
    for (name, _) in FILES {
        let is_read = READ.iter().any(|prefix| name.starts_with(prefix));
        assert!(
            is_read,
            "{name}.json is read by the native tests alone: write its test here"
        );
    }
}
