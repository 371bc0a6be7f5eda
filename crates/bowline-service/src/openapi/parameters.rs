//! The parameters of operations in the document.

use bowline_store::MOST_REQUESTS;
use serde_json::{Value, json};

use super::schemas;
use crate::operations::parameter::{Kind, Parameter, Place};

/// A parameter of a row.
pub(super) fn described(parameter: &Parameter) -> Value {
    let place = match parameter.place {
        Place::Query => "query",
        Place::IfMatch => "header",
    };
    let mut described = json!({
        "name": parameter.name,
        "in": place,
        "required": parameter.is_required,
        "description": parameter.description,
        "schema": schema(&parameter.kind, parameter.is_required),
    });
    if parameter.place == Place::Query && !parameter.is_required {
        // An empty one counts as missing.
        described["allowEmptyValue"] = json!(true);
    }
    described
}

fn schema(kind: &Kind, is_required: bool) -> Value {
    match kind {
        // An empty one counts as missing.
        Kind::Text if is_required => json!({ "type": "string", "minLength": 1 }),
        Kind::Text => schemas::text(),
        Kind::Pattern(pattern) => json!({ "type": "string", "pattern": pattern }),
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::Integer {
            least,
            most,
            default,
        } => json!({ "type": "integer", "minimum": least, "maximum": most, "default": default }),
        Kind::OneOf(values) => {
            json!({ "type": "string", "enum": values, "default": values.first() })
        }
        Kind::Filter(values) => {
            let values: Vec<_> = values.iter().copied().chain([""]).collect();
            json!({ "type": "string", "enum": values })
        }
        Kind::DaysOrTime => schemas::days_or_time(),
    }
}

/// The header that every POST of somebody who signed in takes.
pub(super) fn idempotency_key() -> Value {
    let description = format!(
        "A request with the same key and the same body runs once, and gets the same response for a day. Event streams, \
        secrets, responses over 64 KiB, and temporary failures are not stored. For each caller, the last \
        {MOST_REQUESTS} requests are stored."
    );
    json!({
        "name": "Idempotency-Key",
        "in": "header",
        "required": false,
        "description": description,
        "schema": { "type": "string", "pattern": "^[!-~]{1,255}$" },
    })
}

/// Those of a path's template.
pub(super) fn of_path(path: &str) -> Vec<Value> {
    let name = |segment: &'_ str| {
        let name = segment.strip_prefix('{')?.strip_suffix('}')?;
        Some(name.to_owned())
    };
    let names = path.split('/').filter_map(name);
    names
        .map(|name| {
            let text = json!({ "type": "string", "minLength": 1 });
            let (schema, example) = match &*name {
                "id" => (id(), "0197aa54-1980-7fff-bfff-ffffffffffff"),
                "secret" => (text, "0123456789abcdef0123456789abcdef"),
                "project" => (text, "acme"),
                "consumer" => (text, "build-7"),
                "name" => (text, "team/app"),
                other => panic!("say what {{{other}}} is"),
            };
            json!({ "name": name, "in": "path", "required": true, "schema": schema, "example": example })
        })
        .collect()
}

/// A UUID as this service writes it.
fn id() -> Value {
    let pattern = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$";
    json!({ "type": "string", "format": "uuid", "pattern": pattern })
}
