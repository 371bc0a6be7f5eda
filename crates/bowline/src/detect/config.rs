//! Docker's configuration file and the Kubernetes secrets that carry one.

use super::{Found, decoded, form_of, without_api, yaml::Entry};
use crate::{
    document::{Document, Object},
    endpoint::Endpoint,
    form::ConnectionForm,
};

/// The keys under which a pull secret holds a configuration: the present one and the one before it.
const SECRET_KEYS: [&str; 2] = [".dockerconfigjson", ".dockercfg"];

/// How deep a list of secrets may hold lists of secrets, and a configuration base64 within base64.
const DEPTH: u8 = 8;

/// The registries of a JSON text: a configuration (`auths`), a pull secret, a list of secrets.
pub(super) fn of_json(text: &str) -> Vec<ConnectionForm> {
    let mut forms = Vec::new();
    if let Some(document) = Document::parse(text) {
        collect(&document, DEPTH, &mut forms);
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

fn collect(document: &Document, depth: u8, forms: &mut Vec<ConnectionForm>) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    if let Document::List(items) = document.get("items").unwrap_or(document) {
        for item in items {
            collect(item, depth, forms);
        }
        return;
    }
    if let Some(auths) = document.get("auths") {
        collect_auths(auths, forms);
        // A registry whose login a helper keeps is a registry too.
        let helpers = document.get("credHelpers").and_then(Document::as_object);
        for (host, _) in helpers.into_iter().flat_map(Object::iter) {
            add(host, "", "", false, forms);
        }
        return;
    }
    let mut is_secret = false;
    for member in ["data", "stringData"] {
        let Some(secret @ Document::Object(_)) = document.get(member) else {
            continue;
        };
        is_secret = true;
        for key in SECRET_KEYS {
            if let Some(text) = secret.get(key).and_then(Document::as_str) {
                collect_config(text, depth, forms);
            }
        }
    }
    // The oldest file has no `auths` around its entries.
    let mut entries = document.as_object().into_iter().flat_map(Object::iter);
    if !is_secret && entries.all(|(_, entry)| entry.get("auth").is_some()) {
        collect_auths(document, forms);
    }
}

/// A configuration as text or as base64.
fn collect_config(text: &str, depth: u8, forms: &mut Vec<ConnectionForm>) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    if let Some(document) = Document::parse(text) {
        collect(&document, depth, forms);
    } else if let Some(text) = decoded(text) {
        collect_config(&text, depth, forms);
    }
}

fn collect_auths(auths: &Document, forms: &mut Vec<ConnectionForm>) {
    for (address, entry) in auths.as_object().into_iter().flat_map(Object::iter) {
        let member = |name: &str| entry.get(name).and_then(Document::as_str).unwrap_or("");
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
