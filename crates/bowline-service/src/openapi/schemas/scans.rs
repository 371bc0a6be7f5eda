//! Requests and responses of scanners, and of callers that request scans.

use serde_json::{Value, json};

use super::{list_of, named, object, open_object, some_of, text};

pub(super) fn all() -> Vec<(&'static str, Value)> {
    vec![
        ("ScansRequest", {
            let names = json!({ "type": "array", "items": text(), "minItems": 1, "maxItems": 100 });
            let mut schema = object(&[("images", names)]);
            schema["examples"] = json!([{ "images": ["team/app:1.2"] }]);
            schema
        }),
        ("RequestedScans", {
            let refused = object(&[("image", text()), ("code", text()), ("detail", text())]);
            let refused = json!({ "type": "array", "items": refused });
            object(&[("scans", list_of("Scan")), ("refused", refused)])
        }),
        ("LeaseRequest", lease_request()),
        ("LeasedScans", {
            let leased = open_object(&[("lease", text()), ("dockerconfig", named("DockerConfig"))]);
            let leased = json!({ "allOf": [named("Scan"), leased] });
            object(&[("scans", json!({ "type": "array", "items": leased }))])
        }),
        (
            "ScanResult",
            object(&[
                ("lease", text()),
                ("outcome", some_of(&["passed", "failed", "error"])),
                (
                    "reason?",
                    json!({ "type": ["string", "null"], "maxLength": 1000 }),
                ),
            ]),
        ),
    ]
}

/// A scanner's request for images: how many, and of which of the token's projects.
fn lease_request() -> Value {
    let projects = json!({ "type": ["array", "null"], "items": text() });
    let limit = json!({ "type": ["integer", "null"], "minimum": 1, "maximum": 10, "default": 1 });
    object(&[
        (
            "scanner",
            json!({ "type": "string", "minLength": 1, "maxLength": 200 }),
        ),
        ("limit?", limit),
        ("projects?", projects),
    ])
}
