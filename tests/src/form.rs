//! Connection forms as the page sends them.

use serde_json::{Value, json};

/// The generic registry at `url`, with a password.
pub fn with_password(url: &str, username: &str, password: &str) -> Value {
    json!({
        "provider": "docker-registry", "name": "registry of the tests", "auth": "password",
        "values": { "url": url, "username": username, "password": password },
    })
}

/// The generic registry at `url`, without a login.
pub fn anonymous(url: &str) -> Value {
    json!({ "provider": "docker-registry", "name": "open registry", "auth": "anonymous", "values": { "url": url } })
}

/// The form with other members, each by its name.
pub fn with(mut form: Value, members: &Value) -> Value {
    for (name, value) in members.as_object().expect("members are an object") {
        form[name] = value.clone();
    }
    form
}
