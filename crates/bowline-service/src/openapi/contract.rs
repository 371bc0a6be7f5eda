//! Compares responses with the document.

use std::sync::LazyLock;

use boon::{Compiler, Schemas};
use http::Method;
use serde_json::Value;

use super::DOCUMENT;

static SPECIFICATION: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(DOCUMENT).unwrap());

/// The document's address for the validator; nothing is loaded from there.
const ADDRESS: &str = "https://bowline.invalid/openapi.json";

/// Panics unless the document has this response: the operation, its status, and, for a body, its media type and schema.
/// An unknown operation gets 404 or 405, or 503 if the operator has to act.
pub(crate) fn hold(method: &Method, path: &str, status: u16, media_type: &str, body: Option<&str>) {
    let shown = format!("{method} {path} → {status} {media_type} {body:?}");
    if *method == Method::OPTIONS || matches!(status, 404 | 405) && media_type == PROBLEM {
        return;
    }
    let Some((template, operations)) = template_of(path) else {
        return assert_eq!(status, 503, "no path: {shown}");
    };
    let operation = &operations[method.as_str().to_lowercase()];
    assert!(operation.is_object(), "no operation of {template}: {shown}");
    let response = resolved(&operation["responses"][status.to_string()]);
    assert!(
        response.is_object(),
        "no such status of {template}: {shown}"
    );
    let Some(body) = body else { return };
    let Some(content) = response["content"].as_object() else {
        return assert!(body.is_empty(), "no body of {template}: {shown}");
    };
    let schema = content.get(media_type);
    let schema = schema.unwrap_or_else(|| panic!("no such media type of {template}: {shown}"));
    if media_type.ends_with("json") {
        let body = serde_json::from_str(body).unwrap();
        if let Err(error) = validate(&schema["schema"], &body) {
            panic!("{template}: {shown}\n{error}");
        }
    }
}

/// The target of a reference within the document, or the value if it is not a reference.
fn resolved(value: &'static Value) -> &'static Value {
    match value["$ref"].as_str() {
        Some(reference) => SPECIFICATION
            .pointer(reference.trim_start_matches('#'))
            .unwrap(),
        None => value,
    }
}

const PROBLEM: &str = "application/problem+json";

/// The path of the document that a request's path is one of; one without parameters comes first.
fn template_of(path: &str) -> Option<(&'static str, &'static Value)> {
    let segments: Vec<&str> = path.split('?').next()?.split('/').collect();
    let fits = |template: &str| {
        let parts: Vec<&str> = template.split('/').collect();
        parts.len() == segments.len()
            && parts
                .iter()
                .zip(&segments)
                .all(|(part, segment)| part.starts_with('{') || part == segment)
    };
    let paths = SPECIFICATION["paths"].as_object()?;
    paths
        .iter()
        .filter(|(template, _)| fits(template))
        .min_by_key(|(template, _)| template.matches('{').count())
        .map(|(template, operations)| (template.as_str(), operations))
}

fn validate(schema: &Value, body: &Value) -> Result<(), String> {
    let mut compiler = Compiler::new();
    let mut document = SPECIFICATION.clone();
    document["answer"] = schema.clone();
    compiler.add_resource(ADDRESS, document).unwrap();
    let mut schemas = Schemas::new();
    let compiled = compiler
        .compile(&format!("{ADDRESS}#/answer"), &mut schemas)
        .map_err(|error| format!("{error:#}"))?;
    schemas
        .validate(body, compiled)
        .map_err(|error| format!("{error:#}"))
}
