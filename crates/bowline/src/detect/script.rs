//! The commands of a text, read together.

use super::{
    command, manifest,
    mention::{Mention, add, form_of_mention},
    programs::PROGRAMS,
    shell::{self, Command, Hash, Invocation},
    yaml,
};
use crate::{form::ConnectionForm, provider::providers, text::contains};

/// The forms for the commands in a text: logins, or else images.
pub(super) fn of_commands(text: &str) -> Vec<ConnectionForm> {
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
            command.invocation_of(&PROGRAMS)
        } else {
            command.invocation()
        }
    })
}

/// The registry that a command logs in to or pulls from, or that a manifest names: for the one who pasted it into the URL field. Empty where the
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
    let entries = yaml::entries(text);
    let logins = manifest::logins(&entries).into_iter();
    let found = logins.chain(manifest::images(&entries)).next();
    found
        .map(|found| found.registry)
        .or_else(|| is_command.then(String::new))
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
