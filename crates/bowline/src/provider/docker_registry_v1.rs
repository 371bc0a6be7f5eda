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
    "The host of the registry, with its port if it has one. Name an image too: there is no search.",
);

const USERNAME: Field = Field::username()
    .optional()
    .help("Leave username and password empty if the registry asks for none.");

const PASSWORD: Field = Field::secret("password", "Password").help_for(
    "An account that may pull is enough, better a robot's than a person's.",
    "The account needs the right to push to the repositories it is used for.",
);

const NAMESPACE: Field = Field::namespace("Namespace")
    .placeholder("team")
    .help("The prefix of the repositories that this connection is for.");
