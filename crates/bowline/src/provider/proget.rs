//! Inedo ProGet.

use super::{
    Auth, Capabilities, Field, Group, Provider, ProviderId,
    field::page_text,
    login::{anonymous, password},
    rules::{Console, Rules},
};
use crate::{endpoint::Split, text::concat};

pub(super) static PROVIDER: Provider = Provider {
    id: ProviderId::ProGet,
    title: "ProGet",
    docs_url: page_text(
        "https://docs.inedo.com/docs/proget/docker/proget-docker-private-registries",
    ),
    group: Group::SelfHosted,
    rank: 115,
    auth: &[
        Auth::new(
            "password",
            "Username and API key",
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
    // Its documentation does not mention a catalog.
    capabilities: Capabilities {
        tags: true,
        ..Capabilities::UNLISTED
    },
    notifications: None,
    rules: Rules {
        console,
        ..Rules::ANY_HOST
    },
};

const URL: Field = Field::url().placeholder("proget.example.com/images").help(
    "ProGet's host, followed by the feed. Also enter an image, because ProGet can't list them.",
);

const USERNAME: Field = Field::username()
    .default("api")
    .help("“api” for an API key, or a ProGet username.");

const PASSWORD: Field = Field::secret("password", "API key").required().help_for(
    "An API key of the feed with “View/Download”, or the account's password.",
    "An API key of the feed with “View/Download” and “Add/Repackage”, or the account's password.",
);

const NAMESPACE: Field = Field::namespace("Feed")
    .placeholder("images")
    .help("The feed, optionally followed by a prefix of images.");

/// `https://proget.example.com/feeds/images`.
fn console(url: &Split<'_>) -> Option<Console> {
    match url.segments.as_slice() {
        ["feeds", feed, ..] => Some(Console {
            registry: Some(concat(&[&url.origin(), "/", &feed.to_ascii_lowercase()])),
        }),
        _ => None,
    }
}
