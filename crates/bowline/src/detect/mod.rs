//! What a pasted text says of a registry: a URL, an image reference, commands, a Dockerfile, a manifest, a
//! `.dockerconfigjson`, a Kubernetes pull secret.

mod arguments;
mod command;
mod config;
mod manifest;
mod shell;
mod yaml;

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

pub(crate) use self::{
    arguments::{Arguments, after},
    shell::Invocation,
};
use self::{
    command::Mention,
    shell::{Command, Hash},
};
use crate::{
    endpoint::{Endpoint, Split},
    form::ConnectionForm,
    provider::{self, Provider, ProviderId, providers},
    reference::{self, Reference},
    text::{contains, trim, without_quotes},
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
    if !forms.is_empty() || text.is_empty() || text.contains(char::is_whitespace) {
        return forms;
    }
    let image = Some(text)
        .filter(|text| is_image(text))
        .and_then(form_of_image);
    let form = image.or_else(|| found(text, "", "", false));
    form.into_iter().collect()
}

/// The forms for the commands in a text: logins, or else images.
fn of_commands(text: &str) -> Vec<ConnectionForm> {
    // A line that starts with a hash is read when nothing else is there.
    for hash in [Hash::Comment, Hash::Prompt] {
        let commands = shell::commands(text, hash);
        let forms = of_script(&commands, hash == Hash::Prompt);
        if !forms.is_empty() {
            return forms;
        }
    }
    Vec::new()
}

/// The forms for some commands. `loosely`: they may stand in the middle of prose, so that what they name must look like it.
fn of_script(commands: &[Command], loosely: bool) -> Vec<ConnectionForm> {
    let mut forms = logins_of(commands, loosely);
    if forms.is_empty() {
        let mut stages = Vec::new();
        for invocation in invocations(commands, loosely) {
            let image = command::image(&invocation, &mut stages);
            let is_sure = |found: &Mention| !loosely || found.image.contains(['/', ':']);
            let form = image
                .filter(is_sure)
                .and_then(|found| form_of_mention(&found));
            add(&mut forms, form);
        }
    }
    forms
}

fn logins_of(commands: &[Command], loosely: bool) -> Vec<ConnectionForm> {
    let mut forms = Vec::new();
    for invocation in invocations(commands, loosely) {
        for provider in providers() {
            for form in (provider.rules.command)(&invocation) {
                add(&mut forms, Some(form));
            }
        }
        let login = command::login(&invocation);
        let is_sure = |found: &Mention| !loosely || found.registry.contains(['.', ':']);
        add(
            &mut forms,
            login
                .filter(is_sure)
                .and_then(|found| form_of_mention(&found)),
        );
    }
    forms
}

fn invocations(commands: &[Command], loosely: bool) -> impl Iterator<Item = Invocation<'_>> {
    commands.iter().filter_map(move |command| {
        if loosely {
            command.invocation_of(&command::PROGRAMS)
        } else {
            command.invocation()
        }
    })
}

/// Adds a form, unless one of the same registry says as much.
fn add(forms: &mut Vec<ConnectionForm>, form: Option<ConnectionForm>) {
    let Some(form) = form else {
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

fn form_of_mention(mention: &Mention) -> Option<ConnectionForm> {
    let mut form = found(
        &mention.registry,
        &mention.username,
        &mention.password,
        mention.identity_token,
    )?;
    form.image.clone_from(&mention.image);
    Some(form)
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

/// The registry that a command logs in to or pulls from: for the one who pasted it into the URL field. Empty where the
/// command does not say it; `None` where the text is no command.
pub(crate) fn registry_of_command(text: &str) -> Option<String> {
    let commands = [Hash::Comment, Hash::Prompt].map(|hash| shell::commands(text, hash));
    let [plain, _] = &commands;
    let mut stages = Vec::new();
    let is_command = invocations(plain, false).any(|invocation| command::is_known(&invocation));
    for (commands, loosely) in commands.iter().zip([false, true]) {
        let by_login =
            invocations(commands, loosely).find_map(|invocation| command::login(&invocation));
        if let Some(login) =
            by_login.filter(|found| !loosely || found.registry.contains(['.', ':']))
        {
            return Some(login.registry);
        }
        let by_product = logins_of(commands, loosely).into_iter().next();
        if let Some(form) = by_product {
            return Some(form.value("url").to_owned());
        }
        let by_image = invocations(commands, loosely)
            .find_map(|invocation| command::image(&invocation, &mut stages));
        if let Some(image) = by_image.filter(|found| !loosely || found.image.contains(['/', ':'])) {
            return Some(image.registry);
        }
    }
    is_command.then(String::new)
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

/// The value of a field that stands in a command: for the one who pasted the command into it. Empty where the command
/// lacks it; `None` where the text is no login.
pub(crate) fn value_of_command(text: &str, field: &str, secret: bool) -> Option<String> {
    // Most texts are no command, and most commands have a space.
    if !contains(text, " ") || !(contains(text, "login") || contains(text, "docker-")) {
        return None;
    }
    let commands = shell::commands(text, Hash::Comment);
    let form = logins_of(&commands, false).into_iter().next()?;
    let own = Some(form.value(field)).filter(|value| !value.is_empty());
    let others: &[&str] = match field {
        _ if secret => &["password", "token"],
        "username" | "tokenName" | "clientId" => &["username"],
        _ => &[],
    };
    let value = own.or_else(|| {
        let mut values = others.iter().map(|name| form.value(name));
        values.find(|value| !value.is_empty())
    });
    Some(value.unwrap_or("").to_owned())
}

/// The form for a registry's address and a login, as a command or a file has them. What is a placeholder is left empty.
pub(crate) fn form_at(address: &str, username: &str, secret: &str) -> Option<ConnectionForm> {
    form_of_mention(&command::mention(address, username, secret)?)
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

/// An address without what old clients write behind it: the path of the first API, which there is no more.
fn without_api(address: &str) -> &str {
    let address = address.trim_end_matches('/');
    address.strip_suffix("/v1").unwrap_or(address)
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
                let is_port = port.parse::<u16>().is_ok()
                    && (name.contains('.') || name == "localhost" || port.len() >= 4);
                !is_port && !name.contains(['[', ':'])
            }
            None => !text.contains('.') && text != "localhost",
        },
    }
}

fn form_of_image(text: &str) -> Option<ConnectionForm> {
    let image = Reference::parse(text).ok()?;
    let mut form = found(&image.domain, "", "", false)?;
    text.clone_into(&mut form.image);
    Some(form)
}

/// Base64 with or without its padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The text that a base64 text stands for: of either alphabet, with or without padding, over lines or not.
pub(crate) fn decoded(text: &str) -> Option<String> {
    let standard = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '-' => '+',
            '_' => '/',
            c => c,
        });
    let bytes = BASE64.decode(standard.collect::<String>()).ok()?;
    String::from_utf8(bytes)
        .ok()
        .filter(|text| !text.is_empty())
}
