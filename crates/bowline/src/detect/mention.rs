//! What a text says of one registry.

use super::registry::{found, found_by_image, without_api};
use crate::{
    endpoint::DOCKER_HUB,
    form::ConnectionForm,
    placeholder::{self, is_placeholder},
    reference::{self, Reference},
    text::{contains, split_once},
};

/// The most registries that are read of a text.
const MOST: usize = 100;

/// What a text says of one registry.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Mention {
    /// The address as it is written.
    pub(super) registry: String,
    /// Empty where the text has none, or has a placeholder in its place.
    pub(super) username: String,
    /// As `username`.
    pub(super) password: String,
    /// Whether the password is an identity token.
    pub(super) identity_token: bool,
    /// An image of the registry; empty where none is named in full.
    pub(super) image: String,
}

/// What is said of the registry at an address, Docker Hub where there is none. `None` where a placeholder stands for it.
pub(super) fn mention(registry: &str, username: &str, password: &str) -> Option<Mention> {
    if placeholder::part(registry).is_some() {
        return None;
    }
    // A username may start with `$`, a secret that does so is a variable.
    let is_variable = |text: &str| {
        let name = text.strip_prefix('$').unwrap_or("");
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    let password = if is_variable(password) { "" } else { password };
    let filled = |text: &str| {
        let is_value = !is_placeholder(text) && !contains(text, "$(");
        if is_value {
            text.to_owned()
        } else {
            String::new()
        }
    };
    Some(Mention {
        registry: if registry.is_empty() {
            DOCKER_HUB
        } else {
            without_api(registry)
        }
        .to_owned(),
        username: filled(username),
        password: filled(password),
        ..Mention::default()
    })
}

/// What is said of the registry that an image is of. A tag that is a variable leaves the registry known, if one is named.
pub(super) fn image_mention(text: &str) -> Option<Mention> {
    if let Some(chart) = text.strip_prefix("oci://") {
        return mention(chart.split('/').next()?, "", "");
    }
    let text = text.strip_prefix("docker://").unwrap_or(text);
    if let Some(part) = placeholder::part(text) {
        let (domain, _) = split_once(text, part)?.0.split_once('/')?;
        return reference::names_domain(text)
            .then(|| mention(domain, "", ""))
            .flatten();
    }
    let Ok(image) = Reference::parse(text) else {
        // `ghcr.io/OWNER/IMAGE:latest`
        let (domain, _) = text.split_once('/')?;
        let is_host = domain.contains('.') && reference::names_domain(text);
        return is_host.then(|| mention(domain, "", "")).flatten();
    };
    Some(Mention {
        registry: image.domain,
        image: text.to_owned(),
        ..Mention::default()
    })
}

/// Adds a form, unless one of the same registry says as much.
pub(super) fn add(forms: &mut Vec<ConnectionForm>, form: Option<ConnectionForm>) {
    let Some(form) = form.filter(|_| forms.len() < MOST) else {
        return;
    };
    let covers = |more: &ConnectionForm, less: &ConnectionForm| {
        more.provider == less.provider
            && (less.auth.is_empty() || more.auth == less.auth)
            && (less.image.is_empty() || more.image == less.image)
            && less
                .values
                .iter()
                .all(|(name, value)| more.values.get(name) == Some(value))
    };
    if forms.iter().any(|known| covers(known, &form)) {
        return;
    }
    match forms.iter_mut().find(|known| covers(&form, known)) {
        Some(known) => *known = form,
        None => forms.push(form),
    }
}

/// The form for what a text says of a registry.
pub(super) fn form_of_mention(mention: &Mention) -> Option<ConnectionForm> {
    let (username, password) = (&mention.username, &mention.password);
    let of_image = Some(&mention.image).filter(|image| !image.is_empty());
    let form = of_image
        .and_then(|image| found_by_image(image, username, password, mention.identity_token));
    form.or_else(|| {
        let mut form = found(
            &mention.registry,
            username,
            password,
            mention.identity_token,
        )?;
        form.image.clone_from(&mention.image);
        Some(form)
    })
}

/// The form for the registry of an image.
pub(crate) fn form_of_image(image: &str) -> Option<ConnectionForm> {
    form_of_mention(&image_mention(image)?)
}

/// The form for a registry's address and a login, as a command or a file has them. What is a placeholder stays blank.
pub(crate) fn form_at(address: &str, username: &str, secret: &str) -> Option<ConnectionForm> {
    form_of_mention(&mention(address, username, secret)?)
}
