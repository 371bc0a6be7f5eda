//! Any registry that speaks the OCI distribution API.

use super::{
    Auth, Capabilities, Field, Provider,
    login::{anonymous, oauth2, optional_password},
    rules::Rules,
};

pub(super) static PROVIDER: Provider = Provider {
    id: "docker-registry",
    title: "Docker Registry (OCI)",
    docs_url: "https://distribution.github.io/distribution/about/configuration/#auth",
    auth: &[
        Auth::new(
            "password",
            "Username and password",
            &[URL, USERNAME, PASSWORD, NAMESPACE],
            optional_password,
        ),
        Auth::new("oauth2", "Token", &[URL, TOKEN, NAMESPACE], oauth2),
        Auth::new("anonymous", "No login", &[URL, NAMESPACE], anonymous),
    ],
    capabilities: Capabilities {
        events: true,
        ..Capabilities::LISTING
    },
    rules: Rules {
        any_secret: true,
        ..Rules::ANY_HOST
    },
};

const URL: Field = Field::url().help(
    "The host of the registry, with its port if it has one; a path after it is the namespace.",
);

const USERNAME: Field = Field::username()
    .optional()
    .help("Leave username and password empty if the registry asks for none.");

const PASSWORD: Field = Field::secret("password", "Password or token").help_for(
    "An account that may pull is enough, better a robot's than a person's.",
    "The account needs the right to push to the repositories it is used for.",
);

const TOKEN: Field = Field::secret("token", "Token").required().help_for(
    "A long-lived token that may pull: a refresh token of the registry's token service, or one that it takes as Bearer.",
    "A long-lived token that may pull and push: a refresh token of the registry's token service, or one that it takes as Bearer.",
);

const NAMESPACE: Field = Field::namespace("Namespace")
    .placeholder("team")
    .help("Bounds listing to the repositories under this prefix.");
