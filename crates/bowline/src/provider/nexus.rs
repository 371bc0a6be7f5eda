//! Sonatype Nexus Repository.

use super::{
    Auth, Capabilities, Field, Group, Provider, ProviderId,
    field::page_text,
    login::{anonymous, password},
    rules::{Alphabet, Console, Rules},
};
use crate::{
    endpoint::{Endpoint, Split},
    finding::Issue,
    message::Code,
    text::{concat, span},
};

pub(super) static PROVIDER: Provider = Provider {
    id: ProviderId::Nexus,
    title: "Sonatype Nexus",
    docs_url: page_text("https://help.sonatype.com/en/docker-registry.html"),
    group: Group::SelfHosted,
    rank: 110,
    auth: &[
        Auth::new(
            "password",
            "Username and password",
            &[URL, USERNAME, PASSWORD, NAMESPACE],
            password,
        ),
        Auth::new(
            "anonymous",
            "No login (anonymous access)",
            &[URL, NAMESPACE],
            anonymous,
        ),
    ],
    // Its webhooks say too little of an image to be understood.
    capabilities: Capabilities::LISTING,
    notifications: None,
    rules: Rules {
        console,
        endpoint: judge_endpoint,
        ..Rules::ANY_HOST
    },
};

const URL: Field = Field::url()
    .placeholder("nexus.example.com/repository/docker-hosted")
    .help("The repository's own host or port, or Nexus's host with the path “/repository/<name>”.");

const USERNAME: Field =
    Field::username().help("A Nexus username, or the name code of a user token.");

const PASSWORD: Field = Field::secret("password", "Password")
    .required()
    .help_for(
        "The password of a user with the privileges “read” and “browse” on the repository, or the pass part of a user \
         token.",
        "The password of a user with the privileges “read”, “browse”, “add” and “edit” on the repository, or the pass \
         part of a user token.",
    );

const NAMESPACE: Field = Field::namespace("Namespace")
    .placeholder("team")
    .help("Only list images under this prefix.");

/// The port that Nexus's own page has when nobody chose another.
const WEB_PORT: u16 = 8081;

/// `https://nexus.example.com/#browse/browse:docker-hosted`: the repository has a path.
fn console(url: &Split<'_>) -> Option<Console> {
    let place = url.fragment?.strip_prefix("browse/browse:")?;
    let repository = place.split([':', '/', '%']).next().unwrap_or("");
    let is_name = !repository.is_empty() && Alphabet::TOKEN.spells(repository);
    Some(Console {
        registry: is_name.then(|| concat(&[&url.origin(), "/repository/", repository])),
    })
}

fn judge_endpoint(url: &Split<'_>, endpoint: &Endpoint, issues: &mut Vec<Issue>) {
    if let ["service", "rest", rest @ ..] = url.segments.as_slice() {
        let repository = match rest {
            ["repository", "browse", name, ..] => concat(&["/repository/", name]),
            _ => String::new(),
        };
        issues.push(
            Issue::new(Code::UrlPage)
                .at(span(url.text, url.path))
                .with("title", PROVIDER.title)
                .suggest(concat(&[&url.origin(), &repository])),
        );
    }
    if let Some(port) = url.port
        && endpoint.port() == Some(WEB_PORT)
        // Repositories can be told by the first part of the path, at the port of the page too.
        && endpoint.base_path().is_empty()
        && endpoint.namespace().is_empty()
    {
        issues.push(
            Issue::new(Code::UrlWebPort)
                .at(span(url.text, port))
                .with("port", port)
                .with("title", PROVIDER.title),
        );
    }
}
