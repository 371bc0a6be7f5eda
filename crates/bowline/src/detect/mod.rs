//! What a pasted text says of a registry: a URL, an image reference, a `docker login` command, a
//! `.dockerconfigjson`, a Kubernetes pull secret.

mod command;
mod config;

use base64::{Engine as _, prelude::BASE64_STANDARD};

use crate::{
    endpoint::{DOCKER_HUB, Endpoint, Split},
    form::ConnectionForm,
    provider::{self, Provider, ProviderId, providers},
    reference::{self, Reference},
    text::{contains, joined, trim, unquoted},
};

/// Partly filled forms for what was pasted, one a registry; none when it is nothing known.
///
/// Secrets that the text holds are in the forms.
///
/// ```
/// let forms = bowline::detect::detect("docker login ghcr.io -u octocat -p ghp_secret");
/// assert_eq!(forms[0].provider, "github");
/// assert_eq!(forms[0].values.get("username").map(|name| name.expose()), Some("octocat"));
/// ```
pub fn detect(text: &str) -> Vec<ConnectionForm> {
    let text = trim(text);
    let text = unquoted(text).unwrap_or(text);
    if text.starts_with(['{', '[']) {
        return config::of_json(text);
    }
    if let Some(forms) = config::of_yaml(text) {
        return forms;
    }
    if let Some(login) = command::login(text) {
        return found(&login.registry, &login.username, &login.password, false)
            .into_iter()
            .collect();
    }
    let pulled = command::pulled_image(text);
    let text = pulled.unwrap_or(text);
    if text.is_empty() || text.contains(char::is_whitespace) {
        return Vec::new();
    }
    if let Some(json) = decoded(text).filter(|decoded| decoded.trim_start().starts_with('{')) {
        return config::of_json(&json);
    }
    let image = pulled.or(Some(text).filter(|text| is_image(text)));
    let form = image.and_then(form_of_image);
    form.or_else(|| found(text, "", "", false))
        .into_iter()
        .collect()
}

/// A registry that was found, with the login that was found beside it.
pub(crate) struct Found<'a> {
    /// Where it is.
    pub(crate) endpoint: &'a Endpoint,
    /// Empty where there was none.
    pub(crate) username: &'a str,
    /// The password or token; empty where there was none.
    pub(crate) secret: &'a str,
    /// Whether the secret is an identity token, which stands for a login.
    pub(crate) identity_token: bool,
}

/// Fills in the URL and the login: what most products need.
pub(crate) fn fill_usual(found: &Found<'_>, form: &mut ConnectionForm) {
    form.set("url", &found.endpoint.to_text());
    fill_login(found, form);
}

/// Fills in the login, if the provider has one of its kind.
pub(crate) fn fill_login(found: &Found<'_>, form: &mut ConnectionForm) {
    let has = |auth: &str| {
        provider::provider(&form.provider).is_some_and(|provider| provider.auth(auth).is_some())
    };
    if found.secret.is_empty() {
        form.set("username", found.username);
    } else if found.identity_token && has("oauth2") {
        "oauth2".clone_into(&mut form.auth);
        form.set("token", found.secret);
    } else if has("password") {
        "password".clone_into(&mut form.auth);
        form.set("username", found.username);
        form.set("password", found.secret);
    }
}

/// The registry that a command logs in to or pulls from: for the one who pasted it into the URL field.
pub(crate) fn registry_of_command(text: &str) -> Option<String> {
    if let Some(login) = command::login(text) {
        return Some(login.registry);
    }
    let image = Reference::parse(command::pulled_image(text)?).ok()?;
    Some(image.domain)
}

/// The username or the password that stands in a login command: for the one who pasted the command into its field.
pub(crate) fn value_of_command(text: &str, secret: bool) -> Option<String> {
    // Most texts are no command, and most commands have a space.
    if !contains(text, " ") || !contains(text, "login") {
        return None;
    }
    let login = command::login(text)?;
    Some(if secret {
        login.password
    } else {
        login.username
    })
}

/// The form for a registry's address as it stands in a text, and a login.
fn found(
    address: &str,
    username: &str,
    secret: &str,
    identity_token: bool,
) -> Option<ConnectionForm> {
    let endpoint = parse_mending(address)?;
    let found = Found {
        endpoint: &endpoint,
        username,
        secret,
        identity_token,
    };
    Some(form_of(&found))
}

fn form_of(found: &Found<'_>) -> ConnectionForm {
    let provider =
        Provider::of_host(found.endpoint.host()).or_else(|| Some(ProviderId::GENERIC.provider()));
    let mut form = ConnectionForm::default();
    if let Some(provider) = provider {
        provider.id.as_str().clone_into(&mut form.provider);
        (provider.rules.fill)(found, &mut form);
    }
    form
}

/// The endpoint of an address, with the suggestions of its findings applied.
fn parse_mending(address: &str) -> Option<Endpoint> {
    let mut address = address.to_owned();
    // Each suggestion removes a finding; more than this many are no address.
    for _ in 0..4 {
        let split = Split::of(&address).map_err(|issue| issue.suggestion().map(str::to_owned));
        let parsed = split.and_then(|url| {
            let console = providers()
                .iter()
                .find_map(|provider| (provider.rules.console)(&url));
            match console {
                Some(console) => Err(console.registry),
                None => Endpoint::from_split(&url)
                    .map_err(|issue| issue.suggestion().map(str::to_owned)),
            }
        });
        match parsed {
            Ok(endpoint) => return Some(endpoint),
            Err(mended) => address = mended?,
        }
    }
    None
}

/// Whether a text without spaces names an image rather than a registry or a part of one.
fn is_image(text: &str) -> bool {
    let tagged = |name: &str| {
        name.rsplit('/')
            .next()
            .is_some_and(|last| last.contains([':', '@']))
    };
    match text.split_once('/') {
        _ if contains(text, "://") => false,
        Some(_) => !reference::names_domain(text) || tagged(text),
        None => match text.split_once(':') {
            // A port has four or five digits, or stands behind a whole host name.
            Some((name, port)) => {
                let number = port.bytes().all(|b| b.is_ascii_digit());
                !(number && (name.contains('.') || name == "localhost" || port.len() >= 4))
                    && !name.contains(['[', ':'])
            }
            None => !text.contains('.') && text != "localhost",
        },
    }
}

fn form_of_image(text: &str) -> Option<ConnectionForm> {
    let image = Reference::parse(text).ok()?;
    let address = if reference::names_domain(text) {
        image.domain.as_str()
    } else {
        DOCKER_HUB
    };
    let mut form = found(address, "", "", false)?;
    text.clone_into(&mut form.image);
    Some(form)
}

/// The text that a base64 text stands for.
pub(crate) fn decoded(text: &str) -> Option<String> {
    let bytes = if text.bytes().all(|b| b.is_ascii_graphic()) {
        BASE64_STANDARD.decode(text)
    } else {
        BASE64_STANDARD.decode(joined(text))
    };
    String::from_utf8(bytes.ok()?).ok()
}
