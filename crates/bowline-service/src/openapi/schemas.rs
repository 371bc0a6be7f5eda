//! Schemas of what callers send, and of what writes its JSON without serde's derive.

use bowline::provider::providers;
use serde_json::{Map, Value, json};

use crate::problem::Failure;

/// A reference to a schema of this document.
pub(super) fn named(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

pub(super) fn list_of(name: &str) -> Value {
    json!({ "type": "array", "items": named(name) })
}

pub(super) fn text() -> Value {
    json!({ "type": "string" })
}

/// An empty one counts as missing.
pub(super) fn days_or_time() -> Value {
    let days = json!({ "type": "integer", "minimum": 0, "maximum": 3650 });
    json!({ "anyOf": [days, time(), { "type": "string", "maxLength": 0 }] })
}

/// A list that has no further pages.
pub(super) fn items_of(items: Value) -> Value {
    object(&[("items", items)])
}

pub(super) fn scan_state() -> Value {
    some_of(&["queued", "leased", "passed", "failed", "set-aside"])
}

fn optional(schema: Value) -> Value {
    json!({ "anyOf": [schema, { "type": "null" }] })
}

fn time() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

/// How an image stands; an empty one counts as missing.
pub(super) fn image_state() -> Value {
    some_of(&["new", "replaced", "unchanged", "gone", ""])
}

fn some_of(values: &[&str]) -> Value {
    json!({ "type": "string", "enum": values })
}

/// An object whose members are all there, unless their names end in `?`; with nothing else in it.
fn object(members: &[(&str, Value)]) -> Value {
    let mut schema = open_object(members);
    schema["additionalProperties"] = false.into();
    schema
}

/// The same, with other members beside.
fn open_object(members: &[(&str, Value)]) -> Value {
    let name = |member: &str| member.trim_end_matches('?').to_owned();
    let properties: Map<String, Value> = members
        .iter()
        .map(|(member, schema)| (name(member), schema.clone()))
        .collect();
    let required: Vec<&str> = members
        .iter()
        .map(|(member, _)| *member)
        .filter(|member| !member.ends_with('?'))
        .collect();
    json!({ "type": "object", "properties": properties, "required": required })
}

/// What a form's member takes: a text as it was typed. A number or a truth value is taken as its text.
fn typed() -> Value {
    json!({ "type": ["string", "number", "boolean", "null"] })
}

/// Every schema that is written by hand, by its name.
pub(super) fn all() -> Vec<(&'static str, Value)> {
    let form: Vec<(&str, Value)> = [
        "provider?",
        "name?",
        "description?",
        "auth?",
        "purpose?",
        "expiresAt?",
        "image?",
    ]
    .into_iter()
    .map(|member| (member, typed()))
    .chain([
        (
            "values?",
            json!({ "type": ["object", "null"], "additionalProperties": typed() }),
        ),
        (
            "trustedAuthHosts?",
            json!({ "type": ["array", "null"], "items": typed() }),
        ),
        (
            "policy?",
            json!({ "description": "A pull policy; what is wrong with it is a finding." }),
        ),
    ])
    .collect();
    let ids: Vec<&str> = providers().iter().map(|provider| provider.id).collect();
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
    vec![
        ("ConnectionForm", {
            let mut schema = open_object(&form);
            schema["examples"] = json!([{
                "provider": "docker-registry", "name": "prod-images", "auth": "password",
                "values": { "url": "registry.example.com/team", "username": "scanner", "password": "an access token" },
            }]);
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
        ("EditRequest", {
            let mut schema = object(&[
                ("name?", optional(text())),
                ("description?", optional(text())),
                (
                    "policy?",
                    json!({ "description": "A pull policy; `null` takes it away." }),
                ),
            ]);
            schema["minProperties"] = 1.into();
            schema
        }),
        (
            "UseRequest",
            object(&[("title?", optional(text())), ("until", time())]),
        ),
        (
            "SettingsRequest",
            object(&[
                (
                    "scanTimeoutSeconds?",
                    optional(json!({ "type": "integer", "minimum": 1, "maximum": 86400 })),
                ),
                (
                    "keepNewest?",
                    optional(json!({ "type": "integer", "minimum": 1, "maximum": 10000 })),
                ),
            ]),
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
                    "auth",
                    json!({ "type": "array", "items": object(&[
                ("id", text()),
                ("title", text()),
                ("fields", json!({ "type": "array", "items": field })),
            ]) }),
                ),
                ("capabilities", object(&capabilities)),
            ]),
        ),
        (
            "Listing",
            object(&[
                (
                    "items",
                    json!({ "type": "array", "items": object(&[("name", text())]) }),
                ),
                (
                    "complete",
                    json!({ "type": "boolean", "description": "Whether that is all there is." }),
                ),
                (
                    "next",
                    json!({ "type": "null", "description": "A listing is one page: search instead." }),
                ),
            ]),
        ),
        (
            "DockerConfig",
            object(&[(
                "auths",
                json!({
                    "type": "object",
                    "additionalProperties": object(&[("username", text()), ("password", text()), ("auth", text())]),
                }),
            )]),
        ),
        (
            "KubernetesSecret",
            object(&[
                ("apiVersion", json!({ "const": "v1" })),
                ("kind", json!({ "const": "Secret" })),
                ("type", json!({ "const": "kubernetes.io/dockerconfigjson" })),
                ("metadata", object(&[("name", text())])),
                ("data", object(&[(".dockerconfigjson", text())])),
            ]),
        ),
        (
            "SelectionRequest",
            object(&[(
                "policy?",
                json!({ "description": "The policy to try; without it the kept one." }),
            )]),
        ),
        ("Selection", selection()),
        ("EventAddress", event_address()),
        (
            "ReceivedEvents",
            object(&[("accepted", count()), ("ignored", count())]),
        ),
        ("SavedConnection", saved_connection()),
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
        ("Problem", problem()),
    ]
}

/// Images with the decision about each, and where those that are selected stand.
fn selection() -> Value {
    let decided_by = some_of(&["artifact", "never", "include", "condition", "always"]);
    let place = json!({ "type": "integer", "minimum": 0 });
    let decision = object(&[
        ("selected", json!({ "type": "boolean" })),
        ("by", decided_by),
        ("pattern", optional(place.clone())),
    ]);
    object(&[
        (
            "images",
            json!({ "type": "array", "items": object(&[("repository", text()), ("tag", text())]) }),
        ),
        ("decisions", json!({ "type": "array", "items": decision })),
        ("selected", json!({ "type": "array", "items": place })),
        ("complete", json!({ "type": "boolean" })),
    ])
}

/// Where a registry announces what happens to images, and how it says who it is.
fn event_address() -> Value {
    object(&[
        (
            "url",
            json!({ "type": "string", "description": "A path where the operator has set no `public_url`." }),
        ),
        ("secretIn", some_of(&["header", "url"])),
        ("header", optional(some_of(&["Authorization"]))),
        (
            "authorization?",
            json!({ "type": "string", "description": "The header's value; only where it was just made." }),
        ),
        ("enabled", json!({ "type": "boolean" })),
        ("createdAt", optional(time())),
        ("received", count()),
        ("unknown", count()),
        ("lastReceivedAt", optional(time())),
    ])
}

fn count() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

/// Who asks for images, how many and of which of the token's projects.
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

/// A connection, and what is to be thought over.
fn saved_connection() -> Value {
    let warning = object(&[("code", text()), ("title", text()), ("detail", text())]);
    let warnings = ("warnings?", json!({ "type": "array", "items": warning }));
    json!({ "allOf": [named("Connection"), open_object(&[warnings])] })
}

/// RFC 9457, with the members that this service adds.
fn problem() -> Value {
    let mut codes: Vec<String> = Failure::TABLE
        .iter()
        .map(|failure| failure.code())
        .collect();
    codes.extend(bowline_registry::Code::ALL.iter().map(ToString::to_string));
    codes.sort();
    codes.dedup();
    let code = json!({ "anyOf": [{ "enum": codes }, { "pattern": "^config\\.[a-z_]+$" }] });
    open_object(&[
        (
            "type",
            json!({ "type": "string", "pattern": "^urn:bowline:problem:" }),
        ),
        ("title", text()),
        (
            "status",
            json!({ "type": "integer", "minimum": 400, "maximum": 599 }),
        ),
        ("detail", text()),
        ("code", code),
        ("requestId", text()),
        ("field?", text()),
        ("hint?", text()),
        ("findings?", list_of("Finding")),
        ("check?", named("Check")),
        ("uses?", list_of("Use")),
        ("version?", json!({ "type": "integer" })),
        ("permission?", text()),
    ])
}
