//! Docker's configuration file, what carries one (pull secrets, variables), and the JSON that tools print for a login.

use super::{
    mention::{Mention, add, form_of_mention, image_mention, mention},
    registry::{form_of, without_api},
    yaml::Entry,
};
use crate::{
    document::{Document, Object},
    encoded::decoded,
    endpoint::{DOCKER_HUB, Endpoint, Split},
    form::ConnectionForm,
    placeholder::is_placeholder,
    provider::providers,
    relaxed_json,
    text::contains,
};

/// The keys under which a pull secret holds a configuration: the present one and the one before it.
const SECRET_KEYS: [&str; 2] = [".dockerconfigjson", ".dockercfg"];

/// How deep a list of secrets may hold lists of secrets, and a configuration base64 within base64.
const DEPTH: u8 = 16;

/// What Docker's clients write as the username beside an identity token.
const TOKEN_USER: &str = "<token>";

/// The registries of a text that is JSON, or base64 of it, or holds a configuration: `DOCKER_AUTH_CONFIG={"auths": …}`.
pub(super) fn of_text(text: &str) -> Vec<ConnectionForm> {
    let mut forms = Vec::new();
    if text.starts_with(['{', '[', '"', '“']) {
        collect_config(text, DEPTH, &mut forms);
    }
    let names_login = ["auths", "credHelpers", "\"auth\""];
    if forms.is_empty() && names_login.iter().any(|name| contains(text, name)) {
        // What stands before it is a variable's name, or prose.
        let inner = text.find('{').and_then(|at| text.get(at..));
        collect_config(inner.unwrap_or(""), DEPTH, &mut forms);
    }
    if forms.is_empty() {
        // A variable's value, or all of it.
        let value = text.split_once('=').map_or(text, |(_, value)| value);
        let value = value.trim_matches(['"', '\'', ';', ' ']);
        let is_encoded =
            |b: u8| b.is_ascii_alphanumeric() || b.is_ascii_whitespace() || b"+/-_=".contains(&b);
        for value in [text, value] {
            if forms.is_empty() && value.len() >= 16 && value.bytes().all(is_encoded) {
                collect_config(value, DEPTH, &mut forms);
            }
        }
    }
    forms
}

/// The registries in a document.
pub(super) fn of_document(document: &Document) -> Vec<ConnectionForm> {
    let mut forms = Vec::new();
    collect(document, "", DEPTH, &mut forms);
    forms
}

/// The registries of the pull secrets in a YAML text, and of other scalars that hold a configuration; `None` where there
/// is none of them in it.
pub(super) fn of_yaml(entries: &[Entry]) -> Option<Vec<ConnectionForm>> {
    let mut forms = None;
    for entry in entries {
        let value = entry.value.trim();
        if SECRET_KEYS.contains(&entry.key.as_str()) {
            collect_config(value, DEPTH, forms.get_or_insert_default());
        } else if value.starts_with('{') || value.starts_with("ey") || value.starts_with("ew") {
            let mut found = Vec::new();
            collect_config(value, DEPTH, &mut found);
            for form in found {
                add(forms.get_or_insert_default(), Some(form));
            }
        }
    }
    forms
}

/// `text` is that of the document; empty where it is a part of another one.
fn collect(document: &Document, text: &str, depth: u8, forms: &mut Vec<ConnectionForm>) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    match document {
        Document::Text(text) => collect_config(text, depth, forms),
        Document::List(items) => {
            for item in items {
                collect(item, "", depth, forms);
            }
        }
        Document::Object(_) => collect_object(document, text, depth, forms),
        _ => {}
    }
}

fn collect_object(document: &Document, text: &str, depth: u8, forms: &mut Vec<ConnectionForm>) {
    let Some(object) = document.as_object() else {
        return;
    };
    let before = forms.len();
    let auths = object.get("auths");
    if let Some(auths) = auths {
        collect_auths(auths, forms);
    }
    // A registry whose login a helper keeps is a registry too.
    let helpers = object.get("credHelpers");
    if let Some(helpers) = helpers.and_then(Document::as_object) {
        for (host, _) in helpers.iter() {
            add_entry(host, "", "", false, forms);
        }
    }
    if auths.is_some() || helpers.is_some() {
        return;
    }
    for provider in providers() {
        for form in (provider.rules.document)(document, text) {
            add(forms, Some(form));
        }
    }
    if forms.len() > before {
        return;
    }
    if let Some(login) = login_of(object) {
        add(forms, form_of_mention(&login));
        return;
    }
    // The oldest file has no `auths` around its entries.
    let is_login = |entry: &Document| {
        entry.get("auth").is_some()
            || (entry.get("username").is_some() && entry.get("password").is_some())
    };
    let is_entry = |(name, entry): (&str, &Document)| name.contains(['.', ':']) && is_login(entry);
    if object.iter().next().is_some() && object.iter().all(is_entry) {
        collect_auths(document, forms);
        return;
    }
    // A pull secret, a list of them, or whatever else holds a configuration or names an image.
    for (name, value) in object.iter() {
        if name == "loginServer"
            && let Some(server) = value.as_str()
        {
            let found = mention(server, "", "");
            add(forms, found.and_then(|found| form_of_mention(&found)));
            continue;
        }
        if matches!(name, "image" | "repositoryUri")
            && let Some(image) = value.as_str().and_then(image_mention)
        {
            add(forms, form_of_mention(&image));
            continue;
        }
        let is_secret = SECRET_KEYS.contains(&name);
        let may_hold = match value {
            Document::Text(text) => is_secret || text.trim_start().starts_with(['{', 'e']),
            Document::List(_) | Document::Object(_) => true,
            _ => false,
        };
        if may_hold {
            collect(value, "", depth, forms);
        }
    }
}

/// A configuration as text or as base64.
fn collect_config(text: &str, depth: u8, forms: &mut Vec<ConnectionForm>) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    let repaired = match Document::parse(text) {
        Some(_) => None,
        None => relaxed_json::repaired(text),
    };
    let json = repaired.as_deref().unwrap_or(text);
    if let Some(document) = Document::parse(json) {
        collect(&document, json, depth, forms);
    } else if let Some(text) = decoded(text) {
        collect_config(&text, depth, forms);
    }
}

/// The login that an object of a tool has: a credential helper's answer, the header of Docker's API, the values of a chart.
fn login_of(object: &Object) -> Option<Mention> {
    const SERVERS: [&str; 9] = [
        "registry",
        "server",
        "serverurl",
        "serveraddress",
        "loginserver",
        "proxyendpoint",
        "url",
        "host",
        "hostname",
    ];
    let text = |names: &[&str]| {
        let is_named = |name: &str| names.iter().any(|known| name.eq_ignore_ascii_case(known));
        let mut members = object.iter().filter(|(name, _)| is_named(name));
        members.find_map(|(_, value)| value.as_str()).unwrap_or("")
    };
    let pair = decoded(text(&["auth", "authorizationToken"])).unwrap_or_default();
    let (username, password) = match pair.split_once(':') {
        Some(pair) => pair,
        None => (
            text(&["username", "user"]),
            text(&["password", "secret", "token", "accessToken"]),
        ),
    };
    let identity_token = text(&["identitytoken"]);
    let server = text(&SERVERS);
    if server.is_empty()
        || (username.is_empty() && password.is_empty() && identity_token.is_empty())
    {
        return None;
    }
    let is_identity = !identity_token.is_empty() || username == TOKEN_USER;
    let secret = if identity_token.is_empty() {
        password
    } else {
        identity_token
    };
    let login = mention(server, username, secret)?;
    Some(Mention {
        identity_token: is_identity,
        ..login
    })
}

fn collect_auths(auths: &Document, forms: &mut Vec<ConnectionForm>) {
    let Some(auths) = auths.as_object() else {
        return;
    };
    for (address, entry) in auths.iter() {
        let member = |name: &str| entry.get(name).and_then(Document::as_str).unwrap_or("");
        let pair = decoded(member("auth")).unwrap_or_default();
        let (username, password) = pair
            .split_once(':')
            .unwrap_or((member("username"), member("password")));
        let password = password.trim_end_matches('\0');
        let (secret, identity_token) = match member("identitytoken") {
            "" => (password, username == TOKEN_USER),
            token => (token, true),
        };
        let filled = |text| if is_placeholder(text) { "" } else { text };
        let username = if username == TOKEN_USER {
            ""
        } else {
            filled(username)
        };
        let secret = filled(secret);
        add_entry(address, username, secret, identity_token, forms);
    }
}

/// Adds the form for an entry. Docker Hub often stands in a file several times, under its names and with the tokens that
/// Docker Desktop keeps for itself.
fn add_entry(
    address: &str,
    username: &str,
    secret: &str,
    identity_token: bool,
    forms: &mut Vec<ConnectionForm>,
) {
    let is_own_token =
        contains(address, "/v1/access-token") || contains(address, "/v1/refresh-token");
    let address = without_api(address);
    let Ok(url) = Split::of(address) else {
        return;
    };
    // What is a web page is no registry: a cluster's pull secret has an entry for the console.
    for provider in providers() {
        let rules = &provider.rules;
        let page = (rules.console)(&url).filter(|_| !(rules.page_is_registry)(&url));
        if page.is_some_and(|page| page.registry.is_none()) {
            return;
        }
    }
    let Ok(endpoint) = Endpoint::from_split(&url) else {
        return;
    };
    let is_own_token = is_own_token && endpoint.host() == DOCKER_HUB;
    let (username, secret) = if is_own_token {
        ("", "")
    } else {
        (username, secret)
    };
    let form = form_of(&endpoint, username, secret, identity_token);
    add(forms, Some(form));
}
