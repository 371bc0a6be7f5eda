//! A registry of the first Docker API, which cannot be searched.

use super::{
    Auth, Capabilities, Field, Group, Provider, ProviderId, field::page_text,
    login::optional_password, rules::Rules,
};

pub(super) static PROVIDER: Provider = Provider {
    id: ProviderId::DockerRegistryV1,
    title: "Docker Registry v1",
    docs_url: page_text("https://distribution.github.io/distribution/"),
    group: Group::Generic,
    rank: 180,
    auth: &[Auth::new(
        "password",
        "Username and password",
        &[URL, USERNAME, PASSWORD, NAMESPACE],
        optional_password,
    )],
    capabilities: Capabilities::UNLISTED,
    notifications: None,
    rules: Rules {
        any_secret: true,
        ..Rules::ANY_HOST
    },
};

const URL: Field = Field::url().help(
    "The registry's host, and its port if it has one. Also enter an image, because this registry can't list them.",
);

const USERNAME: Field = Field::username()
    .optional()
    .help("Leave the username and password empty if the registry doesn't need them.");

const PASSWORD: Field = Field::secret("password", "Password").help_for(
    "A read-only robot or service account is enough.",
    "The account needs permission to push to the repositories you use.",
);

const NAMESPACE: Field = Field::namespace("Namespace")
    .placeholder("team")
    .help("The prefix of the repositories that you want to use.");
