use serde_json::Value;

use super::{DOCUMENT, document::document};
use crate::caller::Permission;

/// The committed document is that of the code. `BOWLINE_WRITE=1` writes it anew.
#[test]
fn the_document_is_that_of_the_code() {
    let text = format!("{:#}\n", document());
    if std::env::var_os("BOWLINE_WRITE").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
        std::fs::write(path, &text).unwrap();
        return;
    }
    assert!(
        text == DOCUMENT,
        "openapi.json is not that of the code\n  fix it with: \
         BOWLINE_WRITE=1 cargo test -p bowline-service openapi"
    );
}

#[test]
fn every_operation_says_who_may_call_it() {
    let document = document();
    let permissions = [
        Permission::Read,
        Permission::Write,
        Permission::Delete,
        Permission::Use,
        Permission::Admin,
        Permission::Sync,
    ];
    for (template, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            if method == "parameters" {
                continue;
            }
            let said = operation["description"].as_str().unwrap_or_default();
            let is_public = operation["security"] == Value::Array(Vec::new());
            let named = permissions.iter().any(|it| said.contains(it.name()));
            let in_project = template.contains("{project}");
            assert!(
                is_public || named || said == "Needs a token.",
                "{method} {template}"
            );
            assert!(!in_project || named, "{method} {template}");
            let answers_401 = operation["responses"]["401"].is_object();
            assert_eq!(answers_401, !is_public, "{method} {template}");
        }
    }
}

/// References lead somewhere, and nothing is described that nothing refers to.
#[test]
fn schemas_are_there_and_used() {
    let text = document().to_string();
    for (name, _) in document()["components"]["schemas"].as_object().unwrap() {
        let reference = format!("\"#/components/schemas/{name}\"");
        assert!(text.contains(&reference), "nothing refers to {name}");
    }
    for reference in text.split("\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(
            document()["components"]["schemas"][name].is_object(),
            "{name} is missing"
        );
    }
}
