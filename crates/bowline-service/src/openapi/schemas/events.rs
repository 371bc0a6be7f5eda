//! Notifications of registries.

use serde_json::{Value, json};

use super::{count, object, optional, some_of, time};

pub(super) fn all() -> Vec<(&'static str, Value)> {
    vec![
        ("EventAddress", event_address()),
        (
            "ReceivedEvents",
            object(&[("accepted", count()), ("ignored", count())]),
        ),
    ]
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
