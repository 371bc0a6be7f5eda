//! What a pasted text says of a registry: a URL, an image reference, commands, a Dockerfile, a manifest, a
//! `.dockerconfigjson`, a Kubernetes pull secret.

mod arguments;
mod command;
mod config;
mod found;
mod manifest;
mod mention;
mod programs;
mod registry;
mod script;
mod settings;
mod shell;
mod yaml;

pub(crate) use self::{
    arguments::{Arguments, after},
    found::{Found, fill_login, fill_usual},
    mention::{form_at, form_of_image},
    script::{registry_of_command, value_of_command},
    shell::Invocation,
};
use self::{
    mention::{add, form_of_mention},
    registry::{found, found_by_image},
    script::of_commands,
};
use crate::{
    form::ConnectionForm,
    provider::rules::Shape,
    reference,
    text::{contains, port_of, trim, without_quotes},
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
    let text = without_quotes(text);
    // A secret alone says nothing of a registry, and is no name.
    if Shape::of_any(text).is_some() {
        return Vec::new();
    }
    let forms = config::of_text(text);
    if !forms.is_empty() {
        return forms;
    }
    let entries = yaml::entries(text);
    if let Some(forms) = config::of_yaml(&entries) {
        return forms;
    }
    let mut forms = Vec::new();
    for login in manifest::logins(&entries) {
        add(&mut forms, form_of_mention(&login));
    }
    if forms.is_empty() {
        forms = of_commands(text);
    }
    if forms.is_empty() {
        for image in manifest::images(&entries) {
            add(&mut forms, form_of_mention(&image));
        }
    }
    if forms.is_empty() {
        forms = settings::of_text(text);
    }
    if !forms.is_empty() || text.is_empty() || text.contains(char::is_whitespace) {
        return forms;
    }
    let image = Some(text)
        .filter(|text| is_image(text))
        .and_then(|image| found_by_image(image, "", "", false));
    let form = image.or_else(|| found(text, "", "", false));
    form.into_iter().collect()
}

/// The image that a command or a line of a manifest names: for the one who pasted it into the image field. Empty where it
/// does not name one; `None` where the text is neither.
pub(crate) fn image_of_command(text: &str) -> Option<String> {
    if let Some(image) = text
        .strip_prefix("image:")
        .filter(|image| !image.starts_with(' '))
    {
        return Some(image.to_owned());
    }
    if !text.contains(char::is_whitespace) {
        return None;
    }
    let mut images = detect(text).into_iter().map(|form| form.image);
    let image = images.find(|image| !image.is_empty());
    image.or_else(|| registry_of_command(text).map(|_| String::new()))
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
                let is_port = port_of(port).is_some()
                    && (contains(name, ".") || name == "localhost" || port.len() >= 4);
                !is_port && !name.contains(['[', ':'])
            }
            None => !contains(text, ".") && text != "localhost",
        },
    }
}
