//! What operations take in the query and in headers.

use bowline_store::MOST_REQUESTS;
use serde_json::{Value, json};

use super::schemas;

fn parameter(place: &str, name: &str, schema: Value, description: &str) -> Value {
    json!({ "name": name, "in": place, "required": false, "description": description, "schema": schema })
}

pub(super) fn query(name: &str, schema: Value, description: &str) -> Value {
    parameter("query", name, schema, description)
}

pub(super) fn required(mut parameter: Value) -> Value {
    parameter["required"] = true.into();
    parameter
}

pub(super) fn limit() -> Value {
    let schema = json!({ "type": "integer", "minimum": 1, "maximum": 200, "default": 50 });
    query("limit", schema, "How many a page has.")
}

pub(super) fn cursor() -> Value {
    query(
        "cursor",
        schemas::text(),
        "Where the page begins: what the page before gave as `next`.",
    )
}

pub(super) fn verify() -> Value {
    let schema = json!({ "type": "string", "enum": ["true", "pull", "false"], "default": "false" });
    query(
        "verify",
        schema,
        "What a check must prove first: `true` the login, `pull` a pull.",
    )
}

pub(super) fn idempotency_key() -> Value {
    let schema = json!({ "type": "string", "pattern": "^[!-~]{1,255}$" });
    let description = format!(
        "The same key with the same body does it once, and answers the same again for a day. Event streams, secrets, \
        answers over 64 KiB and failures that may be none the next time are not kept. Of each caller the last \
        {MOST_REQUESTS} requests are remembered."
    );
    parameter("header", "Idempotency-Key", schema, &description)
}

pub(super) fn image() -> Value {
    let name = query(
        "image",
        schemas::text(),
        "The image, such as `host/team/app:v1`.",
    );
    required(name)
}

pub(super) fn format() -> Value {
    let schema = json!({ "type": "string", "enum": ["dockerconfigjson", "kubernetes-secret"], "default": "dockerconfigjson" });
    query("format", schema, "How the file is written.")
}

pub(super) fn if_match(is_required: bool) -> Value {
    let header = parameter(
        "header",
        "If-Match",
        schemas::text(),
        "The ETag of the version that is to be changed, or `*`.",
    );
    if is_required {
        required(header)
    } else {
        header
    }
}
