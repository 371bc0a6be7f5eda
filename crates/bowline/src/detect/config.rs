//! Docker's configuration file and the Kubernetes secrets that carry one.

use super::{Found, decoded, form_of, without_api, yaml::Entry};
use crate::{
    endpoint::Endpoint,
    form::ConnectionForm,
    json::{Object, Value},
};

/// The keys under which a pull secret holds a configuration: the present one and the one before it.
const SECRET_KEYS: [&str; 2] = [".dockerconfigjson", ".dockercfg"];

/// How deep a list of secrets may hold lists of secrets, and a configuration base64 within base64.
const DEPTH: u8 = 8;

/// The registries of a JSON text: a configuration (`auths`), a pull secret, a list of secrets.
pub(super) fn of_json(text: &str) -> Vec<ConnectionForm> {
    let mut forms = Vec::new();
    if let Some(value) = Value::parse(text) {
        collect(&value, DEPTH, &mut forms);
    }
    forms
}

/// The registries of the pull secrets in a YAML text; `None` where there is no such secret in it.
pub(super) fn of_yaml(entries: &[Entry]) -> Option<Vec<ConnectionForm>> {
    let mut forms = None;
    for entry in entries {
        if SECRET_KEYS.contains(&entry.key.as_str()) {
            collect_config(entry.value.trim(), DEPTH, forms.get_or_insert_default());
        }
    }
    forms
}

fn collect(value: &Value, depth: u8, forms: &mut Vec<ConnectionForm>) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    if let Some(items) = value.as_array().or_else(|| value.get("items")?.as_array()) {
        for item in items {
            collect(item, depth, forms);
        }
        return;
    }
    let Some(object) = value.as_object() else {
        return;
    };
    if let Some(auths) = object.get("auths") {
        collect_auths(auths, forms);
        // A registry whose login a helper keeps is a registry too.
        for (host, _) in object
            .get("credHelpers")
            .and_then(Value::as_object)
            .into_iter()
            .flat_map(Object::iter)
        {
            add(host, "", "", false, forms);
        }
        return;
    }
    let secrets = ["data", "stringData"]
        .into_iter()
        .filter_map(|member| object.get(member)?.as_object());
    let mut is_secret = false;
    for secret in secrets {
        is_secret = true;
        for text in SECRET_KEYS
            .iter()
            .filter_map(|key| secret.get(key)?.as_str())
        {
            collect_config(text, depth, forms);
        }
    }
    // The oldest file has no `auths` around its entries.
    if !is_secret && object.values().all(|entry| entry.get("auth").is_some()) {
        collect_auths(value, forms);
    }
}

/// A configuration as text or as base64.
fn collect_config(text: &str, depth: u8, forms: &mut Vec<ConnectionForm>) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    if let Some(value) = Value::parse(text) {
        collect(&value, depth, forms);
    } else if let Some(text) = decoded(text) {
        collect_config(&text, depth, forms);
    }
}

fn collect_auths(auths: &Value, forms: &mut Vec<ConnectionForm>) {
    for (address, entry) in auths.as_object().into_iter().flat_map(Object::iter) {
        let member = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or("");
        let pair = decoded(member("auth")).unwrap_or_default();
        let (username, password) = pair
            .split_once(':')
            .unwrap_or((member("username"), member("password")));
        let password = password.trim_end_matches('\0');
        // A credential store writes the username `<token>` beside an identity token.
        let (secret, identity_token) = match member("identitytoken") {
            "" => (password, username == "<token>"),
            token => (token, true),
        };
        let username = if identity_token { "" } else { username };
        add(address, username, secret, identity_token, forms);
    }
}

/// Adds the form for an entry. Docker Hub often stands in a file twice, under two of its names.
fn add(
    address: &str,
    username: &str,
    secret: &str,
    identity_token: bool,
    forms: &mut Vec<ConnectionForm>,
) {
    let Ok(endpoint) = Endpoint::parse(without_api(address)) else {
        return;
    };
    let form = form_of(&Found {
        endpoint: &endpoint,
        username,
        secret,
        identity_token,
    });
    if !forms.contains(&form) {
        forms.push(form);
    }
}
