//! Settings that name a registry and a login: the lines of an `.env` file, of an AWS profile, of a note.

use super::{
    config,
    mention::{form_of_mention, mention},
};
use crate::{document::Document, form::ConnectionForm};

/// The most settings that are read: a list of them is short, and each is looked for among all.
const MOST: usize = 64;

/// The words that the name of a registry's setting ends with.
const REGISTRIES: [&str; 6] = [
    "registryurl",
    "registry",
    "loginserver",
    "server",
    "host",
    "url",
];
/// Those of a username's.
const USERNAMES: [&str; 3] = ["username", "user", "login"];
/// Those of a secret's.
const SECRETS: [&str; 6] = ["password", "passwd", "pass", "token", "secret", "pat"];

/// The forms for the settings in a text.
pub(super) fn of_text(text: &str) -> Vec<ConnectionForm> {
    let settings = settings(text);
    let keys = access_key(&settings);
    if !keys.is_empty() {
        return keys;
    }
    let mut forms = Vec::new();
    for (name, registry) in &settings {
        let Some(prefix) = before(name, &REGISTRIES) else {
            continue;
        };
        if !registry.contains(['.', ':']) {
            continue;
        }
        // The others of the same thing: `CI_REGISTRY` and `CI_REGISTRY_USER`.
        let of = |words: &[&str]| {
            let mut settings = settings.iter();
            let found = settings.find(|(name, _)| before(name, words) == Some(prefix));
            found.map_or("", |(_, value)| *value)
        };
        let (username, secret) = (of(&USERNAMES), of(&SECRETS));
        if username.is_empty() && secret.is_empty() {
            continue;
        }
        let found = mention(registry, username, secret);
        forms.extend(found.and_then(|found| form_of_mention(&found)));
    }
    forms
}

/// The names, in small letters and digits alone, and the values.
fn settings(text: &str) -> Vec<(String, &str)> {
    let mut settings = Vec::new();
    // The file that a console gives out for a new key.
    if let Some((first, rest)) = text.split_once('\n')
        && first.contains(',')
    {
        let names = first.split(',').map(plain);
        let values = rest.lines().next().unwrap_or("").split(',').map(str::trim);
        return names.zip(values).take(MOST).collect();
    }
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    for line in lines.take(MOST) {
        let mut line = line.trim().trim_start_matches("- ");
        for start in ["export ", "set ", "$env:", "ENV "] {
            line = line.strip_prefix(start).unwrap_or(line);
        }
        let is_mark = |c| matches!(c, '=' | ':');
        let Some((name, value)) = line.split_once(is_mark) else {
            continue;
        };
        let value = value.trim().trim_end_matches([';', ',']);
        let value = value.trim_matches(['"', '\'']);
        let name = plain(name);
        if !name.is_empty() && name.len() <= 40 && !value.is_empty() {
            settings.push((name, value));
        }
    }
    settings
}

fn plain(name: &str) -> String {
    let letters = name.bytes().filter(u8::is_ascii_alphanumeric);
    letters
        .map(|b| char::from(b.to_ascii_lowercase()))
        .collect()
}

/// What stands before the word that says what a setting is, without the word `registry`.
fn before<'a>(name: &'a str, words: &[&str]) -> Option<&'a str> {
    let prefix = words.iter().find_map(|word| name.strip_suffix(word))?;
    Some(prefix.strip_suffix("registry").unwrap_or(prefix))
}

/// The form for a key of AWS, whose names are the same everywhere.
fn access_key(settings: &[(String, &str)]) -> Vec<ConnectionForm> {
    let value = |name: &str| {
        let is_named =
            |(known, _): &&(String, &str)| known.strip_prefix("aws").unwrap_or(known) == name;
        let found = settings
            .iter()
            .find(is_named)
            .map_or("", |(_, value)| *value);
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"+/=-_".contains(&b);
        if found.bytes().all(is_plain) {
            found
        } else {
            ""
        }
    };
    let (id, secret) = (value("accesskeyid"), value("secretaccesskey"));
    if id.is_empty() || secret.is_empty() {
        return Vec::new();
    }
    // As the command that makes such a key prints it.
    let members = [
        ("AccessKeyId", id),
        ("SecretAccessKey", secret),
        ("SessionToken", value("sessiontoken")),
    ];
    let members = members.map(|(name, value)| (name.to_owned(), Document::Text(value.to_owned())));
    let mut forms = config::of_document(&Document::Object(members.into_iter().collect()));
    let region = match value("region") {
        "" => value("defaultregion"),
        region => region,
    };
    for form in &mut forms {
        form.set("region", region);
    }
    forms
}
