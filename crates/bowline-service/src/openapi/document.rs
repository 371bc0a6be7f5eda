//! The document, put together.

use std::collections::BTreeMap;

use http::{Method, StatusCode};
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::{
    operations::{self, Need, Operation},
    parameters::idempotency_key,
    schemas,
};
use crate::problem::Failure;

/// The document as the code is now.
pub(super) fn document() -> Value {
    let settings = SchemaSettings::draft2020_12()
        .for_serialize()
        .with(|settings| settings.definitions_path = "/components/schemas".into());
    let mut types = settings.into_generator();
    let operations = operations::all(&mut types);
    let mut components = types.take_definitions(true);
    components.extend(
        schemas::all()
            .into_iter()
            .map(|(name, schema)| (name.to_owned(), schema)),
    );
    let mut paths: Map<String, Value> = Map::new();
    let mut problems = BTreeMap::new();
    for operation in operations {
        let path = paths
            .entry(operation.path)
            .or_insert_with(|| json!({ "parameters": path_parameters(operation.path) }));
        path[operation.method.as_str().to_lowercase()] = described(&operation, &mut problems);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Bowline",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Connects a SaaS product to its customers' container registries.",
            "license": { "name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "token": [] }],
        "paths": paths,
        "components": {
            "schemas": components,
            "responses": problems,
            "securitySchemes": { "token": {
                "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                "description": "EdDSA, ES256, RS256 or HS256, with the claims sub, exp, projects and permissions.",
            } },
        },
    })
}

fn described(operation: &Operation, problems: &mut Problems) -> Value {
    let mut parameters = operation.parameters.clone();
    if operation.is_done_once() {
        parameters.push(idempotency_key());
    }
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "parameters": parameters,
        "responses": responses(operation, problems),
    });
    match operation.needs {
        Need::Nobody => described["security"] = json!([]),
        Need::AnyCaller => described["description"] = "Needs a token.".into(),
        Need::InProject(permission) | Need::Anywhere(permission) => {
            described["description"] = format!("Needs `{}`.", permission.name()).into();
        }
        Need::InSomeProject(permission) => {
            described["description"] =
                format!("Needs `{}` in some project.", permission.name()).into();
        }
    }
    if let Some(body) = &operation.body {
        described["requestBody"] = json!({
            "required": body.required,
            "content": { "application/json": { "schema": body.schema } },
        });
    }
    described
}

/// The answers that are problems, by name: what several operations have is written once.
type Problems = BTreeMap<String, Value>;

fn responses(operation: &Operation, problems: &mut Problems) -> Value {
    let mut responses = Map::new();
    for success in &operation.answers {
        let mut response = json!({ "description": success.description });
        for (media_type, schema) in &success.content {
            response["content"][*media_type] = json!({ "schema": schema });
        }
        for (name, description) in &success.headers {
            response["headers"][*name] =
                json!({ "description": description, "schema": { "type": "string" } });
        }
        responses.insert(success.status.to_string(), response);
    }
    for (status, codes) in failures(operation) {
        let name = format!("{}.{}", status.as_str(), codes.join("-"));
        let name = name.replace(
            |c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c)),
            "_",
        );
        let reference = json!({ "$ref": format!("#/components/responses/{name}") });
        responses.insert(status.as_str().to_owned(), reference);
        problems.entry(name).or_insert_with(|| problem(&codes));
    }
    responses.into()
}

fn problem(codes: &[String]) -> Value {
    let codes: Vec<_> = codes.iter().map(|code| format!("`{code}`")).collect();
    json!({
        "description": codes.join(", "),
        "content": { "application/problem+json": { "schema": schemas::named("Problem") } },
    })
}

/// The codes that an operation fails with, by status.
fn failures(operation: &Operation) -> BTreeMap<StatusCode, Vec<String>> {
    use Failure::{
        AcceptUnsupported, AuthInvalid, AuthMissing, AuthUnavailable, BodyMalformed, BodyTooLarge,
        IdempotencyKeyInProgress, IdempotencyKeyMalformed, IdempotencyKeyReused, Internal,
        MediaTypeUnsupported, NotFound, PermissionMissing, QueryMalformed, StoreBusy,
    };
    let mut failures = vec![QueryMalformed];
    if !operation.is_constant() {
        failures.extend([StoreBusy, Internal]);
    }
    if operation.needs != Need::Nobody {
        failures.extend([AuthMissing, AuthInvalid, AuthUnavailable]);
    }
    match operation.needs {
        Need::Nobody | Need::AnyCaller => {}
        Need::InProject(_) => failures.extend([PermissionMissing, NotFound]),
        Need::InSomeProject(_) | Need::Anywhere(_) => failures.push(PermissionMissing),
    }
    let has_content = operation.answers.iter().any(|it| !it.content.is_empty());
    if has_content && !operation.is_announcement() {
        failures.push(AcceptUnsupported);
    }
    if operation.body.is_some() && !operation.is_announcement() {
        failures.extend([BodyMalformed, MediaTypeUnsupported]);
    }
    if [Method::POST, Method::PUT, Method::PATCH].contains(&operation.method) {
        failures.push(BodyTooLarge);
    }
    if operation.is_done_once() {
        failures.extend([
            IdempotencyKeyMalformed,
            IdempotencyKeyReused,
            IdempotencyKeyInProgress,
        ]);
    }
    failures.extend(&operation.failures);
    let mut codes: BTreeMap<StatusCode, Vec<String>> = BTreeMap::new();
    for failure in failures {
        codes
            .entry(failure.status())
            .or_default()
            .push(failure.code());
    }
    let variable = "config.*".to_owned();
    codes
        .entry(StatusCode::SERVICE_UNAVAILABLE)
        .or_default()
        .push(variable);
    if operation.asks_registry {
        for status in [StatusCode::UNPROCESSABLE_ENTITY, StatusCode::BAD_GATEWAY] {
            let of_checks = "a check's code".to_owned();
            codes.entry(status).or_default().push(of_checks);
        }
    }
    for codes in codes.values_mut() {
        codes.sort();
    }
    codes
}

fn path_parameters(path: &str) -> Vec<Value> {
    let names = path.split('/').filter_map(|segment| {
        segment
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'))
    });
    names
        .map(|name| {
            let (schema, example) = match name {
                "id" => (json!({ "type": "string", "format": "uuid" }), "0197aa54-1980-7fff-bfff-ffffffffffff"),
                "project" => (json!({ "type": "string", "minLength": 1 }), "acme"),
                "secret" => (json!({ "type": "string", "minLength": 1 }), "0123456789abcdef0123456789abcdef"),
                "consumer" => (json!({ "type": "string", "minLength": 1 }), "build-7"),
                _ => (json!({ "type": "string", "minLength": 1 }), "team/app"),
            };
            json!({ "name": name, "in": "path", "required": true, "schema": schema, "example": example })
        })
        .collect()
}
