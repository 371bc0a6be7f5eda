//! DigitalOcean Container Registry.

use super::{
    Auth, Capabilities, Field, Group, Provider, ProviderId,
    field::page_text,
    login::password,
    rules::{Alphabet, Console, Fit, Judge, Namespaces, Rules, Shape, is_slug},
};
use crate::{
    credential::Credentials,
    detect::{Found, fill_login},
    endpoint::{Endpoint, Split},
    form::{ConnectionForm, Draft},
};

pub(super) static PROVIDER: Provider = Provider {
    id: ProviderId::DigitalOcean,
    title: "DigitalOcean",
    docs_url: page_text(
        "https://docs.digitalocean.com/products/container-registry/how-to/use-registry-docker-kubernetes/",
    ),
    group: Group::Cloud,
    rank: 155,
    auth: &[Auth::new(
        "password",
        "API token",
        &[USERNAME, PASSWORD, NAMESPACE],
        login,
    )
    .endpoint(|_| Endpoint::parse(HOST).ok())],
    capabilities: Capabilities::LISTING,
    notifications: None,
    rules: Rules {
        owns: |host| host == HOST,
        hosts: &[HOST],
        console,
        namespaces: Some(Namespaces {
            fits: |namespace| namespace.split('/').next().is_some_and(is_slug),
            example: "acme",
        }),
        fill,
        shapes: SHAPES,
        ..Rules::ANY_HOST
    },
};

const HOST: &str = "registry.digitalocean.com";

const USERNAME: Field = Field::username()
    .optional()
    .help("The account's email address. If you leave it empty, the token is also the username.");

const PASSWORD: Field = Field::secret("password", "API token")
    .required()
    .placeholder("dop_v1_…")
    .rule(judge_password)
    .help_for(
        "A personal access token with the scope “registry:read”.",
        "A personal access token with the scopes “registry:read”, “registry:create” and “registry:update”.",
    );

const NAMESPACE: Field = Field::namespace("Registry")
    .placeholder("acme")
    .help("The registry's name. An account can have several.");

/// Personal, OAuth and refresh tokens.
/// <https://docs.digitalocean.com/reference/api/create-personal-access-token/>, 2026-08.
const SHAPES: &[Shape] = &[
    shape("a DigitalOcean API token", "dop_v1_"),
    shape("a DigitalOcean OAuth token", "doo_v1_"),
    shape("a DigitalOcean refresh token", "dor_v1_"),
];

const fn shape(title: &'static str, prefix: &'static str) -> Shape {
    Shape {
        title,
        prefix,
        length: 64..=64,
        alphabet: Alphabet::HEXADECIMAL,
    }
}

/// `https://cloud.digitalocean.com/registry`.
fn console(url: &Split<'_>) -> Option<Console> {
    ["cloud.digitalocean.com", "api.digitalocean.com"]
        .iter()
        .any(|page| url.is_on(page))
        .then(|| Console {
            registry: Some(HOST.to_owned()),
        })
}

fn judge_password(judge: &mut Judge<'_>) {
    if Shape::of_any(judge.text).is_none()
        && SHAPES.iter().all(|shape| shape.fit(judge.text) == Fit::No)
    {
        judge.unusual_secret("an API token, which starts with “dop_v1_”");
    }
}

/// Without a username the token is both.
fn login(draft: &mut Draft<'_>) -> Option<Credentials> {
    if draft.is_filled("username") && draft.get("username") != draft.get("password") {
        return password(draft);
    }
    let token = super::login::header_secret(draft, "password")?;
    Some(Credentials::Bearer { token })
}

fn fill(found: &Found<'_>, form: &mut ConnectionForm) {
    form.set("namespace", found.endpoint.namespace());
    let is_token = found.username == found.secret;
    let found = Found {
        username: if is_token { "" } else { found.username },
        ..*found
    };
    fill_login(&found, form);
}
