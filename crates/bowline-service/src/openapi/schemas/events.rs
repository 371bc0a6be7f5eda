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
            json!({ "type": "string", "description": "The webhook URL. Only a path if the operator hasn't set `public_url`." }),
        ),
        ("secretIn", some_of(&["header", "url"])),
        ("header", optional(some_of(&["Authorization"]))),
        (
            "authorization?",
            json!({ "type": "string", "description": "The value of the Authorization header. Present only when it was just created." }),
        ),
        ("enabled", json!({ "type": "boolean" })),
        ("createdAt", optional(time())),
        ("received", count()),
        ("unknown", count()),
        ("lastReceivedAt", optional(time())),
    ])
}
