//! Assembles the document.

use std::collections::BTreeMap;

use http::{Method, StatusCode};
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::{parameters, schemas};
use crate::{
    operations::{
        self, Authorization, Counted, Need, RequestBody, Row,
        parameter::Place,
        response::{Content, Schema},
    },
    problem::ProblemType,
};

/// The document as the code is now.
pub(super) fn document() -> Value {
    let settings = SchemaSettings::draft2020_12()
        .for_serialize()
        .with(|settings| settings.definitions_path = "/components/schemas".into());
    let mut types = settings.into_generator();
    schemas::describe_types(&mut types);
    let mut components = types.take_definitions(true);
    components.extend(
        schemas::all()
            .into_iter()
            .map(|(name, schema)| (name.to_owned(), schema)),
    );
    let mut paths: Map<String, Value> = Map::new();
    let mut problems = BTreeMap::new();
    for row in operations::all() {
        let path = paths
            .entry(row.path)
            .or_insert_with(|| json!({ "parameters": parameters::of_path(row.path) }));
        path[row.method.as_str().to_lowercase()] = described(row, &mut problems);
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
                "description": "A JWT signed with EdDSA, ES256, RS256, or HS256, with the claims sub, exp, projects, and permissions.",
            } },
        },
    })
}

fn described(row: &Row, problems: &mut Problems) -> Value {
    let mut parameters: Vec<_> = row.parameters.iter().map(parameters::described).collect();
    if takes_idempotency_key(row) {
        parameters.push(parameters::idempotency_key());
    }
    let mut described = json!({
        "operationId": row.id,
        "summary": row.summary,
        "parameters": parameters,
        "responses": responses(row, problems),
    });
    match row.authorization {
        Authorization::Public(_) => described["security"] = json!([]),
        Authorization::Token(need, _) => {
            described["description"] = match need {
                Need::Nothing => "Needs a token.".to_owned(),
                Need::InProject(permission) => format!("Needs `{}`.", permission.name()),
                Need::InOwnOrAll(permission, in_all) => format!(
                    "Needs `{}` for the token's projects, or `{}` for all projects.",
                    permission.name(),
                    in_all.name()
                ),
                Need::InSomeProject(permission) => {
                    format!("Needs `{}` in any project.", permission.name())
                }
            }
            .into();
        }
    }
    let body = match &row.body {
        RequestBody::None => None,
        RequestBody::Json(schema) => Some((schema, true)),
        RequestBody::OptionalJson(schema) => Some((schema, false)),
        RequestBody::Notification => Some((&Schema::Any, true)),
    };
    if let Some((schema, is_required)) = body {
        described["requestBody"] = json!({
            "required": is_required,
            "content": { "application/json": { "schema": schemas::of(schema) } },
        });
    }
    described
}

/// True when it takes an `Idempotency-Key`: every POST of somebody who signed in.
fn takes_idempotency_key(row: &Row) -> bool {
    row.method == Method::POST && matches!(row.authorization, Authorization::Token(..))
}

/// The answers that are problems, by name: what several operations have is written once.
type Problems = BTreeMap<String, Value>;

fn responses(row: &Row, problems: &mut Problems) -> Value {
    let mut responses = Map::new();
    for success in row.responses {
        let mut response = json!({ "description": success.description });
        let schema = match &success.content {
            Content::None => None,
            Content::Json(schema) | Content::JsonOrEvents(schema) => Some(schema),
        };
        if let Some(schema) = schema {
            response["content"]["application/json"] = json!({ "schema": schemas::of(schema) });
        }
        if matches!(success.content, Content::JsonOrEvents(_)) {
            response["content"]["text/event-stream"] = json!({ "schema": { "type": "string" } });
        }
        for header in success.headers {
            response["headers"][header.name] =
                json!({ "description": header.description, "schema": { "type": "string" } });
        }
        responses.insert(success.status.to_string(), response);
    }
    for (status, codes) in failures(row) {
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
fn failures(row: &Row) -> BTreeMap<StatusCode, Vec<String>> {
    use ProblemType::{
        AcceptUnsupported, AuthInvalid, AuthMissing, AuthUnavailable, BodyMalformed, BodyTooLarge,
        IdempotencyKeyInProgress, IdempotencyKeyMalformed, IdempotencyKeyReused, Internal,
        MediaTypeUnsupported, NotFound, PermissionMissing, PreconditionRequired, QueryMalformed,
        RateLimited, StoreBusy,
    };
    let mut failures = vec![QueryMalformed];
    let is_public = matches!(row.authorization, Authorization::Public(_));
    // What everybody may read is answered without the database.
    if !(is_public && row.method == Method::GET) {
        failures.extend([StoreBusy, Internal]);
    }
    if let Authorization::Token(need, _) = row.authorization {
        failures.extend([AuthMissing, AuthInvalid, AuthUnavailable]);
        match need {
            Need::Nothing => {}
            Need::InProject(_) => failures.extend([PermissionMissing, NotFound]),
            Need::InSomeProject(_) | Need::InOwnOrAll(..) => failures.push(PermissionMissing),
        }
    }
    if row.answers_content() {
        failures.push(AcceptUnsupported);
    }
    if matches!(
        row.body,
        RequestBody::Json(_) | RequestBody::OptionalJson(_)
    ) {
        failures.extend([BodyMalformed, MediaTypeUnsupported]);
    }
    if [Method::POST, Method::PUT, Method::PATCH].contains(&row.method) {
        failures.push(BodyTooLarge);
    }
    if takes_idempotency_key(row) {
        failures.extend([
            IdempotencyKeyMalformed,
            IdempotencyKeyReused,
            IdempotencyKeyInProgress,
        ]);
    }
    let needs_version = |parameter: &operations::parameter::Parameter| {
        parameter.place == Place::IfMatch && parameter.is_required
    };
    if row.parameters.iter().any(needs_version) {
        failures.push(PreconditionRequired);
    }
    if row.counted != Counted::Nothing {
        failures.push(RateLimited);
    }
    failures.extend(row.failures);
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
    if row.asks_registry {
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
