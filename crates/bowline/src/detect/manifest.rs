//! Files that name images or log in: Compose and Kubernetes manifests, pipelines of GitHub and GitLab, Helm values.

use super::{
    mention::{Mention, image_mention, mention},
    yaml::Entry,
};
use crate::{
    placeholder::{self, is_placeholder},
    text::{concat, contains},
};

/// The logins of a pipeline: the steps that use an action for it, and the three values of such a step alone.
pub(super) fn logins(entries: &[Entry]) -> Vec<Mention> {
    let mut logins = Vec::new();
    let mut step = Step::default();
    for entry in entries {
        if entry.starts_item {
            logins.extend(std::mem::take(&mut step).login(entries));
        }
        let value = || Some(entry.value.trim()).filter(|value| !value.is_empty());
        match entry.key.as_str() {
            "uses" => {
                let action = entry.value.as_str();
                step.uses = ["login-action", "docker-login", "podman-login"]
                    .iter()
                    .any(|name| contains(action, name));
            }
            "registry" | "registry_url" | "login-server" => {
                step.registry = step.registry.or_else(value)
            }
            "username" => step.username = step.username.or_else(value),
            "password" => step.password = step.password.or_else(value),
            _ => {}
        }
    }
    logins.extend(step.login(entries));
    logins.extend(hosts(entries));
    logins
}

/// The logins that stand under the names of their hosts, as in the configuration of k3s:
/// `configs: { "registry.example.com": { auth: { username: …, password: … } } }`.
fn hosts(entries: &[Entry]) -> Vec<Mention> {
    let mut logins = Vec::new();
    let mut rest = entries;
    while let [entry, after @ ..] = rest {
        rest = after;
        let is_host = entry.value.is_empty()
            && entry.key.contains('.')
            && !entry.key.starts_with('.')
            && !entry.key.contains([' ', '/', '_']);
        if !is_host {
            continue;
        }
        let inner = after.iter().take_while(|inner| inner.indent > entry.indent);
        let part = |name: &str| {
            let found = inner.clone().find(|inner| inner.key == name);
            found.map_or("", |inner| inner.value.as_str())
        };
        let (username, password) = (part("username"), part("password"));
        if !username.is_empty() && !password.is_empty() {
            logins.extend(mention(&entry.key, username, password));
        }
    }
    logins
}

/// What stands in an item of a list.
#[derive(Default)]
struct Step<'a> {
    uses: bool,
    registry: Option<&'a str>,
    username: Option<&'a str>,
    password: Option<&'a str>,
}

impl Step<'_> {
    fn login(self, entries: &[Entry]) -> Option<Mention> {
        let has_login = self.username.is_some() || self.password.is_some();
        let is_login = self.uses || (self.registry.is_some() && has_login);
        if !is_login {
            return None;
        }
        let registry = self.registry.unwrap_or("");
        // `${{ env.REGISTRY }}` is set in the same file.
        let by_name = |name: &str| {
            let is_set = |entry: &&Entry| entry.key == name && !is_placeholder(&entry.value);
            entries
                .iter()
                .find(is_set)
                .map(|entry| entry.value.as_str())
        };
        let variable = registry
            .strip_prefix("${{")
            .and_then(|rest| rest.strip_suffix("}}"))
            .and_then(|name| name.trim().strip_prefix("env."));
        mention(
            variable.and_then(by_name).unwrap_or(registry),
            self.username.unwrap_or(""),
            self.password.unwrap_or(""),
        )
    }
}

/// The images of a manifest: `image: …`, or the pieces of one below `image:`.
pub(super) fn images(entries: &[Entry]) -> Vec<Mention> {
    let mut images = Vec::new();
    let mut rest = entries;
    while let [entry, after @ ..] = rest {
        rest = after;
        if entry.key != "image" {
            continue;
        }
        if !entry.value.is_empty() {
            let Some(image) = image_mention(bare(&entry.value)) else {
                continue;
            };
            // GitHub's jobs have the login beside the image.
            let beside = after
                .iter()
                .take_while(|next| next.indent >= entry.indent && !next.starts_item)
                .skip_while(|next| next.key != "credentials");
            let part = |name: &str| {
                let found = beside.clone().find(|next| next.key == name);
                found.map_or("", |next| next.value.as_str())
            };
            let login = mention(&image.registry, part("username"), part("password"));
            images.extend(login.map(|login| Mention {
                image: image.image,
                ..login
            }));
            continue;
        }
        let inner = after.iter().take_while(|inner| inner.indent > entry.indent);
        let part = |name: &str| {
            let mut inner = inner.clone();
            let found = inner.find(|entry| entry.key == name);
            found.map_or("", |entry| bare(&entry.value))
        };
        let name = match part("name") {
            "" => part("repository"),
            name => name,
        };
        if name.is_empty() {
            continue;
        }
        let (registry, tag) = (part("registry"), part("tag"));
        let slash = if registry.is_empty() { "" } else { "/" };
        let colon = if tag.is_empty() || placeholder::part(tag).is_some() {
            ""
        } else {
            ":"
        };
        let tag = if colon.is_empty() { "" } else { tag };
        let Some(image) = image_mention(&concat(&[registry, slash, name, colon, tag])) else {
            continue;
        };
        // Bitbucket's pipelines have the login beside the name.
        let login = mention(&image.registry, part("username"), part("password"));
        images.extend(login.map(|login| Mention {
            image: image.image,
            ..login
        }));
    }
    images
}

/// Without the comma that follows in JSON.
fn bare(value: &str) -> &str {
    value.trim_end_matches(',').trim_matches('"')
}
