//! Schemas of request bodies, and of types that write their JSON without serde's derive.

mod events;
mod forms;
mod scans;

use bowline_registry::Check;
use bowline_store::{
    AuditEntry, AuditExport, Connection, InventoryImage, NoticeEndpoint, NoticeKind, Page,
    Resealing, Scan, Scanner, Settings, Sync, Use,
};
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::{
    api::{SyncStatus, about::Facts, health::Health, scheduled_work::Due},
    operations::response::Schema,
    problem::ProblemType,
};

/// A schema that a row names.
pub(super) fn of(schema: &Schema) -> Value {
    match schema {
        Schema::Any => json!({}),
        Schema::Object => json!({ "type": "object" }),
        Schema::Named(name) => named(name),
        Schema::ListOf(name) => list_of(name),
        Schema::ItemsOf(name) => object(&[("items", list_of(name))]),
        Schema::OneOf(names) => {
            json!({ "anyOf": names.iter().map(|name| named(name)).collect::<Vec<_>>() })
        }
    }
}

/// The types of answers that describe themselves.
pub(super) fn describe_types(types: &mut SchemaGenerator) {
    fn describe<T: JsonSchema>(types: &mut SchemaGenerator) {
        types.subschema_for::<T>();
    }
    let all = [
        describe::<AuditExport>,
        describe::<Check>,
        describe::<Connection>,
        describe::<Due>,
        describe::<Facts<'_>>,
        describe::<Health>,
        describe::<NoticeEndpoint>,
        describe::<Page<AuditEntry>>,
        describe::<Page<Connection>>,
        describe::<Page<InventoryImage>>,
        describe::<Page<Scan>>,
        describe::<Resealing>,
        describe::<Scanner>,
        describe::<Settings>,
        describe::<Sync>,
        describe::<SyncStatus>,
        describe::<Use>,
    ];
    for describe in all {
        describe(types);
    }
}

/// A reference to a schema of this document.
pub(super) fn named(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn list_of(name: &str) -> Value {
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

fn optional(schema: Value) -> Value {
    json!({ "anyOf": [schema, { "type": "null" }] })
}

fn time() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

fn some_of(values: &[&str]) -> Value {
    json!({ "type": "string", "enum": values })
}

/// An object whose members are all there, unless their names end in `?`; with nothing else in it.
fn object(members: &[(impl AsRef<str>, Value)]) -> Value {
    let mut schema = open_object(members);
    schema["additionalProperties"] = false.into();
    schema
}

/// The same, with other members beside.
fn open_object(members: &[(impl AsRef<str>, Value)]) -> Value {
    let name = |member: &str| member.trim_end_matches('?').to_owned();
    let properties: Map<String, Value> = members
        .iter()
        .map(|(member, schema)| (name(member.as_ref()), schema.clone()))
        .collect();
    let required: Vec<&str> = members
        .iter()
        .map(|(member, _)| member.as_ref())
        .filter(|member| !member.ends_with('?'))
        .collect();
    json!({ "type": "object", "properties": properties, "required": required })
}

/// Every schema that is written by hand, by its name.
pub(super) fn all() -> Vec<(&'static str, Value)> {
    let mut all = vec![
        ("EditRequest", {
            let mut schema = object(&[
                ("name?", optional(text())),
                ("description?", optional(text())),
                (
                    "policy?",
                    json!({ "description": "A pull policy. `null` removes it." }),
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
        (
            "Listing",
            object(&[
                (
                    "items",
                    json!({ "type": "array", "items": object(&[("name", text())]) }),
                ),
                (
                    "complete",
                    json!({ "type": "boolean", "description": "True if the list is complete." }),
                ),
                (
                    "next",
                    json!({ "type": "null", "description": "A listing has one page. Use `search` to narrow it." }),
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
                json!({ "description": "The policy to try. By default, the stored one." }),
            )]),
        ),
        ("NoticesRequest", notices_request()),
        (
            "ChangedNotices",
            json!({ "allOf": [named("NoticeEndpoint"), open_object(&[("secret?", text())])] }),
        ),
        ("Selection", selection()),
        ("SavedConnection", saved_connection()),
        ("Problem", problem()),
    ];
    all.extend(forms::all());
    all.extend(events::all());
    all.extend(scans::all());
    all
}

fn notices_request() -> Value {
    let kinds = NoticeKind::ALL.iter().map(|kind| kind.as_str());
    let kind = some_of(&kinds.collect::<Vec<_>>());
    let url =
        json!({ "type": "string", "format": "uri", "pattern": "^https?://", "maxLength": 2048 });
    let renew = json!({ "type": "boolean", "description": "True to create a new secret." });
    object(&[
        ("url", url),
        (
            "kinds",
            json!({ "type": "array", "items": kind, "minItems": 1 }),
        ),
        ("renewSecret?", renew),
    ])
}

/// Images with the decision about each, and the indexes of the selected ones.
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

fn count() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

/// A connection and its warnings.
fn saved_connection() -> Value {
    let warning = object(&[
        ("code", text()),
        ("title", text()),
        ("detail", text()),
        ("uses?", list_of("Use")),
    ]);
    let said = "`secret.shared`: another of your projects uses this secret. `connection.in_use`: something is still running with the replaced credentials.";
    let warnings = (
        "warnings?",
        json!({ "type": "array", "items": warning, "description": said }),
    );
    json!({ "allOf": [named("Connection"), open_object(&[warnings])] })
}

/// RFC 9457, with the members that this service adds.
fn problem() -> Value {
    let mut codes: Vec<String> = ProblemType::TABLE
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
