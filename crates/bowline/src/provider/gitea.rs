//! Gitea's package registry, and that of Forgejo, which came from it: Codeberg's, or one's own.

use super::{
    Auth, Capabilities, Field, Group, Line, Notifications, Provider, ProviderId,
    field::page_text,
    login::{anonymous, password},
    rules::{Alphabet, Console, Fit, Judge, Rules, Shape},
};
use crate::{
    endpoint::Split, finding::Issue, message::Code, reference::is_component, text::concat,
};

pub(super) static PROVIDER: Provider = Provider {
    id: ProviderId::Gitea,
    title: "Gitea or Forgejo",
    docs_url: page_text("https://docs.gitea.com/usage/packages/container"),
    group: Group::SelfHosted,
    rank: 105,
    auth: &[
        Auth::new(
            "password",
            "Username and access token",
            &[URL, USERNAME, PASSWORD, NAMESPACE],
            password,
        ),
        Auth::new(
            "anonymous",
            "No login (public packages)",
            &[URL, NAMESPACE],
            anonymous,
        ),
    ],
    capabilities: Capabilities {
        events: true,
        ..Capabilities::LISTING
    },
    notifications: Some(NOTIFICATIONS),
    rules: Rules {
        owns: |host| HOSTS.contains(&host),
        console,
        shapes: &[TOKEN],
        ..Rules::ANY_HOST
    },
};

const NOTIFICATIONS: Notifications = Notifications::steps(&[
    Line::new("Open the settings of the organization or user that the packages belong to, then Webhooks, Add Webhook, Gitea or Forgejo."),
    Line::new("Target URL: the webhook URL above. Method: POST. Content type: application/json."),
    Line::new("Trigger on: Custom Events, Packages."),
    Line::authorization("Authorization Header: the value above, as it is."),
])
.docs_url("https://docs.gitea.com/usage/webhooks");

/// The public ones.
const HOSTS: [&str; 2] = ["codeberg.org", "gitea.com"];

const URL: Field = Field::url()
    .placeholder("gitea.example.com")
    .help("The website's host. Add an owner to list only that owner's images.");

const USERNAME: Field = Field::username()
    .placeholder("scanner")
    .rule(judge_username)
    .help("The user that the token belongs to.");

const PASSWORD: Field = Field::secret("password", "Access token")
    .required()
    .rule(judge_password)
    .help_for(
        "An access token with the scope “read:package”.",
        "An access token with the scope “write:package”.",
    );

const NAMESPACE: Field = Field::namespace("Owner")
    .placeholder("acme")
    .help("The user or organization whose packages to list.");

/// 40 hexadecimal digits, as others' are: hence no prefix.
const TOKEN: Shape = Shape {
    title: "an access token",
    prefix: "",
    length: 40..=40,
    alphabet: Alphabet::HEXADECIMAL,
};

/// `https://codeberg.org/acme/-/packages`, `…/acme/-/packages/container/app/1`: the owner is the namespace.
fn console(url: &Split<'_>) -> Option<Console> {
    match url.segments.as_slice() {
        [owner, "-", "packages", ..] => {
            let owner = owner.to_ascii_lowercase();
            let place = if is_component(&owner) {
                concat(&["/", &owner])
            } else {
                String::new()
            };
            Some(Console {
                registry: Some(concat(&[&url.origin(), &place])),
            })
        }
        _ => None,
    }
}

/// Letters, digits and single `-`, `_` and `.` between them.
fn judge_username(judge: &mut Judge<'_>) {
    let name = judge.text;
    let sound = name
        .split(['-', '_', '.'])
        .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric()));
    if !sound && Shape::of_any(name).is_none() {
        judge.unusual_username("scanner");
    }
}

fn judge_password(judge: &mut Judge<'_>) {
    if TOKEN.fit(judge.text) == Fit::No && Shape::of_any(judge.text).is_none() {
        judge.report(
            Issue::new(Code::SecretPassword)
                .with("token", "an access token: 40 hexadecimal digits"),
        );
    }
}
