//! Docker Trusted Registry, now Mirantis Secure Registry (up to 3; from 4 on it is Harbor).

use super::{
    Auth, Capabilities, Field, Group, Line, Notifications, Provider, ProviderId,
    field::page_text,
    login::{anonymous, password},
    rules::{Judge, Namespaces, Rules},
};
use crate::{
    endpoint::{Endpoint, Split},
    finding::Issue,
    message::Code,
    text::{concat, contains, span},
};

pub(super) static PROVIDER: Provider = Provider {
    id: ProviderId::DockerTrustedRegistry,
    title: "Docker Trusted Registry",
    docs_url: page_text("https://docs.mirantis.com/msr/3.1/index.html"),
    group: Group::SelfHosted,
    rank: 160,
    auth: &[
        Auth::new(
            "password",
            "Username and access token",
            &[URL, USERNAME, PASSWORD, PREFER_API, NAMESPACE],
            password,
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
        endpoint: judge_endpoint,
        namespaces: Some(Namespaces {
            // Names have two levels.
            fits: |namespace| !contains(namespace, "/"),
            example: "engineering",
        }),
        ..Rules::ANY_HOST
    },
};

const NOTIFICATIONS: Notifications = Notifications::steps(&[
    Line::new("Open the repository, then Webhooks, New webhook. Each repository has its own."),
    Line::new(
        "Notification to receive: Tag pushed to repository. Webhook URL: the webhook URL above.",
    ),
    Line::authorization(
        "It can't send its own header. Put a proxy in front of the service that adds the value above.",
    ),
]);

const URL: Field = Field::url()
    .placeholder("dtr.example.com")
    .help("The DTR or MSR host, and its port if it has one. For MSR 4, choose Harbor.");

const USERNAME: Field = Field::username()
    .rule(judge_username)
    .help("A UCP or MKE account. Create one for this instead of using a personal one.");

const PASSWORD: Field = Field::secret("password", "Access token")
    .required()
    .help_for(
        "An access token of the account, or its password. The account needs “Read only” on the repositories.",
        "An access token of the account, or its password. The account needs “Read-Write” on the repositories.",
    );

const PREFER_API: Field = Field::checkbox("preferDtrApi", "Prefer the DTR API")
    .help("Lists with DTR's own API first, and with the registry API if that fails.");

const NAMESPACE: Field = Field::namespace("Namespace")
    .placeholder("engineering")
    .help("The user or organization whose repositories to list.");

fn judge_endpoint(url: &Split<'_>, endpoint: &Endpoint, issues: &mut Vec<Issue>) {
    let origin = url.origin();
    let (code, registry) = match url.segments.as_slice() {
        ["api", "v0", ..] | ["enzi", "v0", ..] => (Code::UrlApi, origin),
        ["repositories", account, ..] => (Code::UrlConsole, concat(&[&origin, "/", account])),
        ["orgs" | "users", account, ..] => (Code::UrlConsole, concat(&[&origin, "/", account])),
        [
            "repositories" | "login" | "orgs" | "users" | "admin" | "apidocs",
            ..,
        ] => (Code::UrlConsole, origin),
        _ => return,
    };
    issues.push(
        Issue::new(code)
            .at(span(url.text, url.path))
            .with("host", endpoint.host())
            .with("title", PROVIDER.title)
            .suggest(registry),
    );
}

fn judge_username(judge: &mut Judge<'_>) {
    if judge.text.contains(char::is_whitespace) {
        judge.unusual_username("svc.scan");
    }
}
