//! What the tests of forms have in common.

use std::{fs, path::Path};

use bowline::form::{CheckOptions, ConnectionForm, check_form};
use serde_json::Value;

/// The cases of every vector file whose name starts with `prefix`, each with the file and its name.
pub(crate) fn cases(prefix: &str) -> Vec<(String, Value)> {
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

/// The form or policy with a suggestion applied in the field of its finding.
pub(crate) fn fixed(whole: &Value, field: &str, suggestion: &str) -> Value {
    let mut fixed = whole.clone();
    let mut place = &mut fixed;
    for member in field.split('.') {
        place = match place {
            Value::Array(list) => &mut list[member.parse::<usize>().unwrap()],
            other => &mut other[member],
        };
    }
    *place = suggestion.into();
    fixed
}

/// Checks that a valid form means the same when what is kept of it is checked again.
pub(crate) fn check_what_is_kept(name: &str, form: &ConnectionForm) {
    let (_, Some(spec)) = check_form(form, CheckOptions::default()) else {
        return;
    };
    let mut again = form.clone();
    again
        .values
        .retain(|name, _| spec.secrets.contains_key(name.as_str()));
    for (name, value) in &spec.values {
        again
            .values
            .insert((*name).to_owned(), value.as_str().into());
    }
    let (report, second) = check_form(&again, CheckOptions::default());
    let second = second.unwrap_or_else(|| panic!("{name}: {report:?}"));
    assert_eq!(spec.endpoint, second.endpoint, "{name}");
    assert_eq!(spec.values, second.values, "{name}");
    assert_eq!(spec.credentials, second.credentials, "{name}");
    if let Some(endpoint) = spec.endpoint {
        assert_eq!(endpoint.to_string().parse(), Ok(endpoint), "{name}");
    }
}
