//! Quay: quay.io and Red Hat Quay.

use super::{
    Auth, Capabilities, Field, Group, Line, Notifications, Provider, ProviderId,
    field::page_text,
    login::{anonymous, hint_personal, hint_unusual_secret, oauth2, password},
    rules::{Alphabet, Console, Fit, Judge, Namespaces, Rules, Shape, is_slug},
};
use crate::{
    credential::{Credentials, Username},
    endpoint::{Endpoint, Split},
    finding::Issue,
    form::Draft,
    message::Code,
    reference::is_component,
    text::{concat, contains, span},
};

pub(super) static PROVIDER: Provider = Provider {
    id: ProviderId::Quay,
    title: "Quay",
    docs_url: page_text("https://docs.quay.io/glossary/robot-accounts.html"),
    group: Group::Hosted,
    rank: 90,
    auth: &[
        Auth::new(
            "password",
            "Username and token",
            &[URL, USERNAME, PASSWORD, NAMESPACE],
            judge_login,
        ),
        Auth::new(
            "oauth2",
            "OAuth2 token",
            &[URL, TOKEN, NAMESPACE],
            oauth_login,
        ),
        Auth::new(
            "anonymous",
            "No login (public repositories)",
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
        owns: |host| host == HOST,
        hosts: &[HOST],
        console,
        page_image,
        endpoint: judge_endpoint,
        namespaces: Some(Namespaces {
            fits: |namespace| namespace.split('/').next().is_some_and(is_account),
            example: "acme",
        }),
        shapes: &[ROBOT_TOKEN],
        ..Rules::ANY_HOST
    },
};

const NOTIFICATIONS: Notifications = Notifications::steps(&[
    Line::new("Open the repository, then Settings, Events and notifications, Create Notification. Each repository has its own."),
    Line::new("When this event occurs: Push to Repository."),
    Line::new("Then issue a notification: Webhook POST. Webhook URL: the webhook URL above. The secret is its last part. Leave the template empty."),
]).docs_url("https://docs.quay.io/guides/notifications.html");

const HOST: &str = "quay.io";

const URL: Field = Field::url().default(HOST).help(
    "Your Quay host, if it isn't quay.io. Add an organization to list only that organization.",
);

const USERNAME: Field = Field::username()
    .placeholder("acme+scanner")
    .rule(judge_username)
    .help(
        "A robot account, “organization+name”, better than a person's; “$oauthtoken” or “$app” for tokens of these \
         kinds.",
    );

const PASSWORD: Field = Field::secret("password", "Token").required().help_for(
    "The robot's token. The robot needs “Read” on the repositories.",
    "The robot's token. The robot needs “Write” on the repositories.",
);

const TOKEN: Field = Field::secret("token", "OAuth token").required().help_for(
    "An OAuth access token of an organization's application, with “repo:read”.",
    "An OAuth access token of an organization's application, with “repo:read” and “repo:write”.",
);

const NAMESPACE: Field = Field::namespace("Organization")
    .placeholder("acme")
    .help("The user or organization whose repositories to list.");

const ROBOT_TOKEN: Shape = Shape {
    title: "a robot's token",
    prefix: "",
    length: 64..=64,
    alphabet: Alphabet::UPPER,
};

/// Usernames that say of which kind the token is.
const TOKEN_USERS: [&str; 3] = [OAUTH_USER, APP_USER, "$token"];
const OAUTH_USER: &str = "$oauthtoken";
const APP_USER: &str = "$app";

/// `https://quay.io/repository/acme/app`, `…/organization/acme`, `…/user/acme`: the account is the namespace.
fn console(url: &Split<'_>) -> Option<Console> {
    if !url.is_on(HOST) {
        return None;
    }
    let page = find_page(url)?;
    let (slash, account) = page.map_or(("", ""), |account| ("/", account));
    Some(Console {
        registry: Some(concat(&[HOST, slash, account])),
    })
}

/// `https://quay.io/repository/acme/app?tab=tags`.
fn page_image(url: &Split<'_>) -> Option<String> {
    match *url.segments.as_slice() {
        ["repository", account, name, ..] if url.is_on(HOST) => {
            Some(concat(&[HOST, "/", account, "/", name]))
        }
        _ => None,
    }
}

/// Whether an address is a page, and the account that it is about. An account may be called `repository`, too, but a page
/// of that name is far more likely.
fn find_page<'a>(url: &Split<'a>) -> Option<Option<&'a str>> {
    let account = match *url.segments.as_slice() {
        ["repository" | "organization" | "user", account, ..] => Some(account),
        [
            "repository" | "signin" | "plans" | "search" | "tutorial" | "about" | "new"
            | "superuser" | "oauth" | "api" | "account" | "overview" | "security" | "contact",
            ..,
        ] => None,
        _ => return None,
    };
    Some(account.filter(|account| is_component(account)))
}

fn judge_endpoint(url: &Split<'_>, endpoint: &Endpoint, issues: &mut Vec<Issue>) {
    let host = endpoint.host();
    if let Some(page) = find_page(url) {
        let (slash, account) = page.map_or(("", ""), |account| ("/", account));
        issues.push(
            Issue::new(Code::UrlConsole)
                .at(span(url.text, url.path))
                .with("host", host)
                .with("title", PROVIDER.title)
                .suggest(concat(&[&url.origin(), slash, account])),
        );
    } else if host.ends_with(".quay.io")
        || (host == HOST || host == "quay") && !endpoint.is_plain()
        || host == "quay" && url.before_authority.is_empty()
    {
        issues.push(
            Issue::new(Code::UrlOtherHost)
                .at(span(url.text, url.host))
                .with("title", PROVIDER.title)
                .with("expected", HOST)
                .suggest(HOST),
        );
    }
}

fn is_account(name: &str) -> bool {
    (2..=255).contains(&name.len()) && is_slug(name)
}

fn is_robot(name: &str) -> bool {
    name.split_once('+')
        .is_some_and(|(account, robot)| is_account(account) && is_account(robot))
}

/// A user, a robot (`acme+scanner`), or the name of a kind of token.
fn judge_username(judge: &mut Judge<'_>) {
    const EXAMPLE: &str = "acme+scanner";
    let name = judge.text;
    let unusual = |judge: &Judge<'_>, code| {
        Issue::new(code)
            .with("title", judge.title)
            .with("example", EXAMPLE)
    };
    // What has a colon or is a token is reported as such.
    if TOKEN_USERS.contains(&name) || contains(name, ":") || ROBOT_TOKEN.fit(name) == Fit::Yes {
        return;
    }
    let lower = name.to_ascii_lowercase();
    let without_dollar = TOKEN_USERS
        .iter()
        .find(|user| user.get(1..) == Some(&lower));
    if let Some(user) = without_dollar {
        judge.report(unusual(judge, Code::UsernameUnusual).suggest(user));
    } else if is_account(name) || is_robot(name) || Shape::of_any(name).is_some() {
        // As it should be; or a token, which is said already.
    } else if is_account(&lower) || is_robot(&lower) {
        judge.report(unusual(judge, Code::UsernameCase).suggest(lower));
    } else if contains(name, "+") {
        judge.report(unusual(judge, Code::UsernameForm));
    } else {
        judge.unusual_username(EXAMPLE);
    }
}

fn judge_login(draft: &mut Draft<'_>) -> Option<Credentials> {
    let credentials = password(draft)?;
    let (name, secret) = (draft.get("username"), draft.get("password"));
    let is_robots = ROBOT_TOKEN.fit(secret) == Fit::Yes;
    let token = match name {
        // 20 characters of name and as many of code at least.
        OAUTH_USER => (secret.len() < 40).then_some("an OAuth token: 40 characters"),
        APP_USER => (secret.len() != 120).then_some("an application token: 120 characters"),
        _ if contains(name, "+") => {
            (!is_robots).then_some("a robot's token: 64 capital letters and digits")
        }
        _ if name.starts_with('$') => None,
        _ if is_robots => {
            let issue = Issue::new(Code::UsernameUnusual).with("title", "Quay's robots");
            draft.report("username", issue.with("example", "acme+scanner"));
            None
        }
        _ => {
            hint_personal(draft, "a robot account");
            None
        }
    };
    if let Some(token) = token {
        hint_unusual_secret(draft, "password", token);
    }
    Some(credentials)
}

/// Quay's token service takes an OAuth token as the password of a user of this name, and in no other way.
fn oauth_login(draft: &mut Draft<'_>) -> Option<Credentials> {
    match oauth2(draft)? {
        Credentials::OAuth2 { token } => Some(Credentials::Password {
            username: Username::parse(OAUTH_USER)?,
            password: token,
        }),
        other => Some(other),
    }
}
