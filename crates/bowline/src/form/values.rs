//! The values of a form, field by field.

use std::borrow::Cow;

use super::{
    ConnectionForm, Draft,
    elsewhere::is_about_host,
    hosts::NearMiss,
    pasted::pasted,
    wrapped::{assigned, name_of_base64},
};
use crate::{
    detect::{registry_of_command, value_of_command},
    endpoint::{Endpoint, Split},
    finding::{Issue, Severity},
    jwt,
    message::Code,
    placeholder::{self, is_placeholder},
    provider::{
        Field, Kind, Provider, providers,
        rules::{Fit, Judge, Shape},
    },
    text::{span, split_once, trim},
    time,
};

/// A token that ends sooner than this is short-lived: a connection is used for longer than a day.
const SHORT_LIFE_MS: i64 = 24 * 60 * 60 * 1000;

/// The products that the host of a typed URL is of.
#[derive(Default)]
pub(super) struct UrlHost {
    /// The product whose own host it is.
    pub(super) detected: Option<&'static Provider>,
    /// The registry whose host it nearly is.
    pub(super) near: Option<NearMiss>,
}

/// Checks a field of a form for `provider`'s registries.
pub(super) fn check_field<'a>(
    draft: &mut Draft<'a>,
    provider: &'static Provider,
    field: &'static Field,
    host: &mut UrlHost,
) {
    let form: &'a ConnectionForm = draft.form;
    let typed = form.value(field.name);
    let text = trim(typed);
    let value = match (text, field.default) {
        ("", None) => {
            if field.required {
                draft.report_missing(
                    field.name,
                    Issue::new(Code::ValueRequired).with("label", field.label),
                );
            }
            return;
        }
        ("", Some(default)) => default,
        _ => text,
    };
    let value = match field.kind {
        Kind::Url if field.name == "url" => {
            draft.url = check_url(
                draft,
                provider,
                if text.is_empty() { value } else { typed },
                host,
            );
            value
        }
        _ if text.is_empty() => value,
        Kind::Url => {
            check_address(draft, field, typed);
            value
        }
        Kind::Checkbox => check_switch(draft, field, text),
        Kind::Select | Kind::Text | Kind::Secret | Kind::Json => {
            check_text(draft, provider, field, typed, text);
            value
        }
    };
    draft.values.push((field, Cow::Borrowed(value)));
}

fn check_text(
    draft: &mut Draft<'_>,
    provider: &Provider,
    field: &'static Field,
    typed: &str,
    text: &str,
) {
    if let Some(value) = value_of_command(text, field.name, field.kind.is_secret()) {
        draft.report(field.name, Issue::new(Code::TextCommand).suggest(value));
        return;
    }
    if field.kind != Kind::Json {
        if is_placeholder(text) {
            draft.report(field.name, Issue::new(Code::TextPlaceholder));
        } else if let Some(value) = assigned(text, field.name, field.kind.is_secret()) {
            draft.report(field.name, Issue::new(Code::TextAssignment).suggest(value));
        } else if let Some(name) = name_of_base64(text).filter(|_| field.name == "username") {
            draft.report(field.name, Issue::new(Code::SecretEncoded).suggest(name));
        } else if let Some(issue) = pasted(typed).filter(|_| !is_key(text)) {
            draft.report(field.name, issue);
        }
    }
    let mut judge = Judge::new(text, draft.findings.now(), provider.title);
    (field.rule)(&mut judge);
    if field.kind == Kind::Secret {
        judge_secret(&mut judge, provider);
    }
    let judged = judge.issues;
    if field.kind == Kind::Select && judged.is_empty() && !judge.is_choice {
        let issue = Issue::new(Code::ValueChoice).with("value", text);
        draft.report(field.name, issue);
    }
    for issue in judged {
        draft.report(field.name, issue);
    }
}

/// The address of something else than the registry: an origin.
fn check_address(draft: &mut Draft<'_>, field: &Field, typed: &str) {
    if let Some(value) = value_of_command(typed, field.name, false) {
        draft.report(field.name, Issue::new(Code::TextCommand).suggest(value));
        return;
    }
    let mut issues = Vec::new();
    let checked = Split::of(typed).and_then(|url| {
        Endpoint::from_split(&url)?.notes(&url, &mut issues);
        if url.segments.is_empty() {
            return Ok(());
        }
        let issue = Issue::new(Code::UrlPath).at(span(typed, url.path));
        Err(issue.with("path", url.path).suggest(url.origin()))
    });
    issues.extend(checked.err());
    for issue in issues {
        draft.report(field.name, issue);
    }
}

fn check_switch(draft: &mut Draft<'_>, field: &Field, text: &str) -> &'static str {
    for known in ["true", "false"] {
        if text.eq_ignore_ascii_case(known) {
            return known;
        }
    }
    draft.report(
        field.name,
        Issue::new(Code::ValueSwitch).with("value", text),
    );
    ""
}

/// What a secret's look tells. Only warnings: formats change.
fn judge_secret(judge: &mut Judge<'_>, provider: &Provider) {
    if is_key(judge.text) {
        judge.report(Issue::new(Code::SecretSshKey));
        return;
    }
    if let Some(issue) = judge_shape(judge.text, provider) {
        judge.report(issue);
    }
    if let (Some(now), Some(expiry)) = (judge.now, jwt::expiry(judge.text)) {
        let issue = |code| Issue::new(code).with("time", time::format_rfc3339(expiry));
        if expiry <= now {
            judge.report(issue(Code::SecretExpired));
        } else if expiry.saturating_sub(now) < SHORT_LIFE_MS {
            judge.report(issue(Code::SecretShortLived));
        }
    }
}

/// Tells whether a text is a key of SSH or TLS.
fn is_key(text: &str) -> bool {
    const KEYS: [&str; 7] = [
        "-----BEGIN",
        "ssh-rsa ",
        "ssh-ed25519 ",
        "ssh-dss ",
        "ecdsa-sha2-",
        "sk-ssh-",
        "PuTTY-User-Key-File",
    ];
    KEYS.iter().any(|start| text.starts_with(start))
}

/// Whether a secret begins like one of the provider's and does not go on so, or is another product's.
pub(super) fn judge_shape(text: &str, provider: &Provider) -> Option<Issue> {
    let rules = &provider.rules;
    let begins_so = |shape: &&Shape| !shape.prefix.is_empty() && text.starts_with(shape.prefix);
    let begun = rules.shapes.iter().find(begins_so);
    let other = || Shape::of_any(text).filter(|_| !rules.any_secret);
    let shape = begun.or_else(|| Some(other()?.0))?;
    // What is found seldom comes first: a long token without a prefix takes time to look through.
    if rules.shapes.iter().any(|own| own.fit(text) == Fit::Yes) {
        return None;
    }
    Some(match begun {
        Some(_) => Issue::new(Code::SecretMalformed).with("token", shape.title),
        None => Issue::new(Code::SecretOtherProvider)
            .with("token", shape.title)
            .with("title", provider.title),
    })
}

fn check_url(
    draft: &mut Draft<'_>,
    provider: &'static Provider,
    typed: &str,
    host: &mut UrlHost,
) -> Option<Endpoint> {
    let trimmed = trim(typed);
    if trimmed.contains(char::is_whitespace)
        && let Some(registry) = registry_of_command(trimmed)
    {
        draft.report("url", Issue::new(Code::UrlCommand).suggest(registry));
        return None;
    }
    let (endpoint, issues) = read_url(typed, provider, host);
    let codes: Vec<Code> = errors(&issues).map(Issue::code).collect();
    if let Some(near) = &mut host.near {
        near.settle(|fix| settled(fix, provider, Code::UrlNearMiss, &codes, SETTLED));
    }
    for issue in issues {
        let fix = match issue.suggestion() {
            Some(fix) if issue.severity() == Severity::Error => {
                settled(fix, provider, issue.code(), &codes, SETTLED)
            }
            fix => fix.map(str::to_owned),
        };
        draft.report("url", issue.suggest_some(fix));
    }
    endpoint
}

fn errors(issues: &[Issue]) -> impl Iterator<Item = &Issue> {
    issues
        .iter()
        .filter(|issue| issue.severity() == Severity::Error)
}

/// The most fixes that are taken one after the other.
const SETTLED: u8 = 4;

/// The text that a fix leads to, with what is found wrong with that fixed, too; `None` where it ends in an error that was
/// not there before. `code` is what it fixes, `known` what was found beside it.
fn settled(
    fix: &str,
    provider: &'static Provider,
    code: Code,
    known: &[Code],
    left: u8,
) -> Option<String> {
    let mut host = UrlHost::default();
    let (endpoint, issues) = read_url(fix, provider, &mut host);
    if host.near.is_some() {
        return None;
    }
    let is_new = |issue: &&Issue| issue.code() == code || !known.contains(&issue.code());
    if let Some(error) = errors(&issues).find(is_new) {
        let next = error
            .suggestion()
            .filter(|_| !is_about_host(error.code()))?;
        return settled(next, provider, code, known, left.checked_sub(1)?);
    }
    let fits = |endpoint: &Endpoint| {
        let namespace = endpoint.namespace();
        let known = provider.rules.namespaces.as_ref();
        namespace.is_empty() || known.is_none_or(|known| (known.fits)(namespace))
    };
    let is_sound = endpoint.as_ref().is_none_or(fits);
    is_sound.then(|| fix.to_owned())
}

/// The endpoint of a URL's text, and what is to be said of it.
fn read_url(
    typed: &str,
    provider: &'static Provider,
    host: &mut UrlHost,
) -> (Option<Endpoint>, Vec<Issue>) {
    let mut issues = Vec::new();
    let trimmed = trim(typed);
    let endpoint = Split::of(typed).and_then(|url| {
        host.detected = provider.or_of_host(&url.host.to_ascii_lowercase());
        if let Some(issue) = host.detected.and_then(|owner| (owner.rules.misread)(&url)) {
            return Err(issue);
        }
        let own = provider.id;
        let is_page_only =
            |provider: &&&Provider| provider.id == own || !(provider.rules.page_is_registry)(&url);
        if let Some(issue) = providers()
            .iter()
            .filter(is_page_only)
            .find_map(|provider| console_issue(provider, &url))
        {
            return Err(issue);
        }
        let endpoint = Endpoint::from_split(&url)?;
        endpoint.notes(&url, &mut issues);
        let noted = issues.len();
        (provider.rules.endpoint)(&url, &endpoint, &mut issues);
        let is_usual = |issue: &Issue| issue.code() == Code::UrlUnusualHost;
        if issues.iter().skip(noted).all(is_usual) && host.detected.is_none() {
            host.near = NearMiss::find(&url, &endpoint);
            if host.near.is_some() {
                issues.truncate(noted);
            }
        }
        Ok(endpoint)
    });
    let placeholder = placeholder::part(trimmed);
    let issue_of_placeholder = |part: &str, code| Issue::new(code).at(span(typed, part));
    let endpoint = match (endpoint, placeholder) {
        (Ok(endpoint), Some(part)) => {
            issues.push(issue_of_placeholder(part, Code::TextPlaceholder));
            Some(endpoint)
        }
        (Ok(endpoint), None) => Some(endpoint),
        (Err(issue), _) if let Some(address) = address_within(trimmed) => {
            issues.push(issue.suggest(address));
            None
        }
        (Err(issue), part) => {
            // What is no host is one that is to be filled in.
            let is_host = matches!(
                issue.code(),
                Code::UrlHostInvalid
                    | Code::UrlPath
                    | Code::UrlPathCase
                    | Code::UrlQuoted
                    | Code::UrlSpace
            );
            let part = part.filter(|_| is_host);
            issues.push(part.map_or(issue, |part| {
                issue_of_placeholder(part, Code::UrlPlaceholder)
            }));
            None
        }
    };
    (endpoint, issues)
}

/// The address in a text that names it too, or that holds more of the text that it was copied from:
/// `REGISTRY=registry.example.com`, `(registry.example.com),`.
fn address_within(text: &str) -> Option<&str> {
    let mut inner = text;
    for start in ["- ", "export ", "set ", "$env:", "ENV "] {
        inner = inner.strip_prefix(start).unwrap_or(inner);
    }
    let is_name = |name: &str| {
        let is_letter = |b: u8| b.is_ascii_alphanumeric() || b"_-. \"'".contains(&b);
        (1..=40).contains(&name.len()) && name.bytes().all(is_letter)
    };
    let named = inner.split_once('=').or_else(|| split_once(inner, ": "));
    let value = match named {
        Some((name, value)) if is_name(name) => value,
        _ => inner,
    };
    let value = value.trim().trim_matches(['"', '\'', ',', ';', '(', ')']);
    let is_address = value.len() < text.len()
        && value.contains(['.', ':'])
        && Split::of(value)
            .and_then(|url| Endpoint::from_split(&url))
            .is_ok();
    is_address.then_some(value)
}

fn console_issue(provider: &Provider, url: &Split<'_>) -> Option<Issue> {
    let console = (provider.rules.console)(url)?;
    let issue = Issue::new(Code::UrlConsole).at(span(url.text, url.host));
    Some(
        issue
            .with("host", url.host)
            .with("title", provider.title)
            .suggest_some(console.registry),
    )
}

pub(super) fn check_unknown_values(draft: &mut Draft<'_>) {
    let form = draft.form;
    for (name, value) in &form.values {
        if value.is_empty() || draft.field(name).is_some() {
            continue;
        }
        draft.report_secret(
            name,
            Issue::new(Code::ValueUnknown).with("name", name.as_str()),
        );
    }
}
