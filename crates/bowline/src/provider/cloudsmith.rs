//! Cloudsmith.

use super::{
    Auth, Capabilities, Field, Group, Provider, ProviderId,
    field::page_text,
    login::password,
    rules::{Alphabet, Console, Fit, Judge, Rules, Shape},
};
use crate::{
    endpoint::{Endpoint, Split},
    finding::Issue,
    message::Code,
    reference::is_component,
    text::{concat, contains, span},
};

pub(super) static PROVIDER: Provider = Provider {
    id: ProviderId::Cloudsmith,
    title: "Cloudsmith",
    docs_url: page_text("https://help.cloudsmith.io/docs/docker-registry"),
    group: Group::Hosted,
    rank: 95,
    auth: &[Auth::new(
        "password",
        "Username and API key",
        &[URL, USERNAME, PASSWORD, NAMESPACE],
        password,
    )],
    capabilities: Capabilities::LISTING,
    notifications: None,
    rules: Rules {
        owns: |host| host == HOST,
        hosts: &[HOST],
        console,
        endpoint: judge_endpoint,
        shapes: &[API_KEY],
        ..Rules::ANY_HOST
    },
};

const HOST: &str = "docker.cloudsmith.io";

const URL: Field = Field::url()
    .default(HOST)
    .help("“docker.cloudsmith.io”, or your organization's own domain for Docker.");

const USERNAME: Field = Field::username()
    .placeholder("acme-scanner")
    .rule(judge_username)
    .help("The slug of the key's user or service, or “token” for an entitlement token.");

const PASSWORD: Field = Field::secret("password", "API key")
    .required()
    .rule(judge_password)
    .help_for(
        "The API key of a service with the privilege “Read” on the repository, or an entitlement token.",
        "The API key of a service with the privilege “Write” on the repository.",
    );

const NAMESPACE: Field = Field::namespace("Organization and repository")
    .placeholder("acme/images")
    .help("Only list this namespace, or one of its repositories.");

/// 40 hexadecimal digits, as others' are: hence no prefix.
const API_KEY: Shape = Shape {
    title: "an API key",
    prefix: "",
    length: 40..=40,
    alphabet: Alphabet::HEXADECIMAL,
};

/// `https://cloudsmith.io/~acme/repos/images/packages/`, `https://app.cloudsmith.com/acme/r/images`.
fn console(url: &Split<'_>) -> Option<Console> {
    let pages = [
        "cloudsmith.io",
        "app.cloudsmith.com",
        "cloudsmith.com",
        "api.cloudsmith.io",
    ];
    if !pages.iter().any(|page| url.is_on(page)) {
        return None;
    }
    let parts = match url.segments.as_slice() {
        [owner, "repos" | "r", repository, ..] => [owner.trim_start_matches('~'), repository],
        [owner, ..] if owner.starts_with('~') => [owner.trim_start_matches('~'), ""],
        _ => ["", ""],
    };
    let mut registry = HOST.to_owned();
    for part in parts.into_iter().take_while(|part| is_component(part)) {
        registry = concat(&[&registry, "/", part]);
    }
    Some(Console {
        registry: Some(registry),
    })
}

fn judge_endpoint(url: &Split<'_>, endpoint: &Endpoint, issues: &mut Vec<Issue>) {
    // Packages of other kinds have hosts of their own.
    let host = endpoint.host();
    if host != HOST && host.ends_with(".cloudsmith.io") {
        let issue = Issue::new(Code::UrlOtherHost).at(span(url.text, url.host));
        let issue = issue.with("title", PROVIDER.title).with("expected", HOST);
        issues.push(issue.suggest(HOST));
    }
}

fn judge_username(judge: &mut Judge<'_>) {
    if contains(judge.text, "@") {
        judge.report_titled(Code::UsernameEmail);
    } else if !const { Alphabet::ALPHANUMERIC.and("_-") }.spells(judge.text) {
        judge.unusual_username("acme-scanner");
    }
}

/// Entitlement tokens have other lengths.
fn judge_password(judge: &mut Judge<'_>) {
    let is_like =
        (12..=64).contains(&judge.text.len()) && Alphabet::ALPHANUMERIC.spells(judge.text);
    if API_KEY.fit(judge.text) == Fit::No && !is_like && Shape::of_any(judge.text).is_none() {
        judge.unusual_secret("an API key: 40 hexadecimal digits");
    }
}
