//! Bitbucket Packages.

use super::{
    Auth, Capabilities, Field, Group, Provider, ProviderId,
    field::page_text,
    login::password,
    rules::{Alphabet, Console, Fit, Judge, Namespaces, Rules, Shape},
};
use crate::{
    detect::{Found, fill_login},
    endpoint::{Endpoint, Split, is_name},
    finding::Issue,
    form::ConnectionForm,
    message::Code,
    reference::is_component,
    text::{concat, contains},
};

pub(super) static PROVIDER: Provider = Provider {
    id: ProviderId::Bitbucket,
    title: "Bitbucket Packages",
    docs_url: page_text(
        "https://support.atlassian.com/bitbucket-cloud/docs/set-up-and-use-packages/",
    ),
    group: Group::Hosted,
    rank: 65,
    auth: &[Auth::new(
        "password",
        "Email address and API token",
        &[USERNAME, PASSWORD, NAMESPACE],
        password,
    )
    .endpoint(|_| Endpoint::parse(HOST).ok())],
    capabilities: Capabilities {
        tags: true,
        ..Capabilities::UNLISTED
    },
    notifications: None,
    rules: Rules {
        owns: |host| host == HOST,
        hosts: &[HOST],
        console,
        namespaces: Some(Namespaces {
            // Names have two levels.
            fits: |namespace| !contains(namespace, "/"),
            example: "acme",
        }),
        fill,
        shapes: SHAPES,
        ..Rules::ANY_HOST
    },
};

const HOST: &str = "crg.apkg.io";

const USERNAME: Field = Field::username()
    .placeholder("scanner@acme.com")
    .rule(judge_username)
    .help("The email address of an Atlassian account. Create an account for this instead of using a personal one.");

const PASSWORD: Field = Field::secret("password", "API token")
    .required()
    .placeholder("ATATT3…")
    .rule(judge_password)
    .help_for(
        "An Atlassian API token of that account with the scope “read:package:bitbucket”. It expires after at most a year.",
        "An Atlassian API token of that account with the scopes “read:package:bitbucket” and “write:package:bitbucket”. It expires after at most a year.",
    );

const NAMESPACE: Field = Field::namespace("Workspace")
    .required()
    .placeholder("acme")
    .help("The workspace of the packages. Also enter an image, because Bitbucket can't list them.");

/// As gitleaks has them (config/gitleaks.toml, 2026-08).
const SHAPES: &[Shape] = &[
    Shape {
        title: "an Atlassian API token",
        prefix: "ATATT3",
        length: 180..=192,
        alphabet: Alphabet::WORD.and("="),
    },
    Shape {
        title: "an access token of a Bitbucket repository or workspace",
        prefix: "ATCTT3",
        length: 150..=220,
        alphabet: Alphabet::WORD.and("="),
    },
];

/// `https://bitbucket.org/acme/workspace/packages`.
fn console(url: &Split<'_>) -> Option<Console> {
    if !url.is_on("bitbucket.org") {
        return None;
    }
    let workspace = url.segments.first().map(|name| name.to_ascii_lowercase());
    let registry = match workspace.filter(|name| is_component(name)) {
        Some(workspace) => concat(&[HOST, "/", &workspace]),
        None => HOST.to_owned(),
    };
    Some(Console {
        registry: Some(registry),
    })
}

fn judge_username(judge: &mut Judge<'_>) {
    let is_email = judge
        .text
        .split_once('@')
        .is_some_and(|(_, domain)| is_name(domain));
    if !is_email && Shape::of_any(judge.text).is_none() {
        judge.unusual_username("scanner@acme.com");
    }
}

fn judge_password(judge: &mut Judge<'_>) {
    let secret = judge.text;
    if secret.starts_with("ATCTT") {
        judge.unusual_secret("an Atlassian API token, which starts with “ATATT3”; access tokens of Bitbucket are refused");
    } else if SHAPES.iter().all(|shape| shape.fit(secret) == Fit::No)
        && Shape::of_any(secret).is_none()
    {
        judge.report(Issue::new(Code::SecretPassword).with("token", "an Atlassian API token"));
    }
}

fn fill(found: &Found<'_>, form: &mut ConnectionForm) {
    form.set("namespace", found.endpoint.namespace());
    fill_login(found, form);
}
