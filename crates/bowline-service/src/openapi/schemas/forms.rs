//! Forms, their findings, and the provider table.

use bowline::{
    form::MEMBERS,
    provider::{ProviderId, providers},
};
use serde_json::{Value, json};

use super::{list_of, named, object, open_object, optional, some_of, text};

pub(super) fn all() -> Vec<(&'static str, Value)> {
    let form = form_members();
    let ids: Vec<&str> = providers()
        .iter()
        .map(|provider| provider.id.as_str())
        .collect();
    let finding = object(&[
        ("field", text()),
        ("severity", some_of(&["hint", "warning", "error"])),
        ("code", text()),
        (
            "params?",
            json!({ "type": "object", "additionalProperties": text() }),
        ),
        ("message", text()),
        ("suggestion?", text()),
        ("start", json!({ "type": "integer", "minimum": 0 })),
        ("end", json!({ "type": "integer", "minimum": 0 })),
    ]);
    let field = object(&[
        ("name", text()),
        ("label", text()),
        (
            "kind",
            some_of(&["text", "secret", "url", "select", "checkbox", "json"]),
        ),
        ("required", json!({ "type": "boolean" })),
        ("unless?", text()),
        ("default?", text()),
        (
            "options?",
            json!({ "type": "array", "items": object(&[("value", text()), ("label", text())]) }),
        ),
        ("placeholder?", text()),
        ("help?", object(&[("pull", text()), ("push", text())])),
        ("autocomplete", text()),
    ]);
    let capabilities = [
        "catalog",
        "tags",
        "testNeedsImage",
        "events",
        "quarantine",
        "imageStreams",
        "cleanup",
        "automatic",
    ];
    let capabilities: Vec<_> = capabilities
        .into_iter()
        .map(|name| (name, json!({ "type": "boolean" })))
        .collect();
    let lines = json!({ "type": "array", "items": object(&[
        ("text", text()),
        ("when", some_of(&["always", "authorization", "no-authorization"])),
    ]) });
    let setup = object(&[
        ("unless", optional(text())),
        ("steps", json!({ "type": "array", "items": text() })),
        (
            "snippets",
            json!({ "type": "array", "items": object(&[("title", text()), ("text", text())]) }),
        ),
        ("docsUrl", text()),
    ]);
    let notifications = object(&[
        ("steps", lines.clone()),
        ("snippet", lines),
        (
            "docsUrl",
            optional(json!({ "type": "string", "format": "uri" })),
        ),
    ]);
    vec![
        ("ConnectionForm", {
            let mut schema = open_object(&form);
            schema["examples"] = json!([{
                "provider": ProviderId::GENERIC, "name": "prod-images", "auth": "password",
                "values": { "url": "registry.example.com/team", "username": "scanner", "password": "an access token" },
            }]);
            schema
        }),
        ("NewCredentials", {
            // A form of which the login is taken; what is misspelled must not pass for none.
            let mut schema = object(&form);
            schema["properties"]["values"] = values();
            schema["required"] = json!(["values"]);
            schema
        }),
        (
            "ValidateRequest",
            object(&[
                ("form", named("ConnectionForm")),
                (
                    "touched?",
                    json!({ "type": ["array", "null"], "items": text() }),
                ),
            ]),
        ),
        (
            "CheckRequest",
            object(&[
                ("form", named("ConnectionForm")),
                ("image?", optional(text())),
                ("project?", optional(text())),
            ]),
        ),
        (
            "StoredCheckRequest",
            object(&[("image?", optional(text()))]),
        ),
        ("Finding", finding),
        (
            "Report",
            object(&[
                ("valid", json!({ "type": "boolean" })),
                ("findings", list_of("Finding")),
                ("endpoint", optional(text())),
                ("detected", optional(some_of(&ids))),
            ]),
        ),
        (
            "Provider",
            object(&[
                ("id", some_of(&ids)),
                ("title", text()),
                ("docsUrl", json!({ "type": "string", "format": "uri" })),
                (
                    "group",
                    some_of(&["cloud", "hosted", "self-hosted", "generic"]),
                ),
                ("rank", json!({ "type": "integer", "minimum": 0 })),
                (
                    "auth",
                    json!({ "type": "array", "items": object(&[
                ("id", text()),
                ("title", text()),
                ("fields", json!({ "type": "array", "items": field })),
                ("setup?", setup),
            ]) }),
                ),
                ("capabilities", object(&capabilities)),
                ("notifications", optional(notifications)),
            ]),
        ),
    ]
}

/// The members of a form, none of which is required.
fn form_members() -> Vec<(String, Value)> {
    let schema = |member| match member {
        "values" => optional(values()),
        "trustedAuthHosts" => json!({ "type": ["array", "null"], "items": typed() }),
        "policy" => {
            json!({ "description": "A pull policy. Errors in it are findings." })
        }
        _ => typed(),
    };
    MEMBERS
        .into_iter()
        .map(|member| (format!("{member}?"), schema(member)))
        .collect()
}

/// The value of a form's member: a text as it was typed. A number or a truth value is taken as its text.
fn typed() -> Value {
    json!({ "type": ["string", "number", "boolean", "null"] })
}

/// The values of an auth method's fields.
fn values() -> Value {
    json!({ "type": "object", "additionalProperties": typed() })
}
