//! Chainguard Registry.

use super::{
    Auth, Capabilities, Field, Group, Provider, ProviderId,
    field::page_text,
    login::{anonymous, password},
    rules::{Console, Judge, Rules},
};
use crate::{
    detect::{Found, fill_login},
    endpoint::{Endpoint, Split, has_suffix},
    finding::Issue,
    form::ConnectionForm,
    message::Code,
};

pub(super) static PROVIDER: Provider = Provider {
    id: ProviderId::Chainguard,
    title: "Chainguard",
    docs_url: page_text(
        "https://edu.chainguard.dev/chainguard/chainguard-registry/authenticating/",
    ),
    group: Group::Hosted,
    rank: 97,
    auth: &[
        Auth::new(
            "password",
            "Pull token",
            &[USERNAME, PASSWORD, NAMESPACE],
            password,
        )
        .endpoint(|_| Endpoint::parse(HOST).ok()),
        Auth::new(
            "anonymous",
            "No login (public images, “latest” alone)",
            &[NAMESPACE],
            anonymous,
        )
        .endpoint(|_| Endpoint::parse(HOST).ok()),
    ],
    capabilities: Capabilities {
        tags: true,
        ..Capabilities::UNLISTED
    },
    notifications: None,
    rules: Rules {
        owns: |host| host == HOST,
        hosts: &[HOST],
        console,
        fill,
        ..Rules::ANY_HOST
    },
};

const HOST: &str = "cgr.dev";

const USERNAME: Field = Field::username()
    .placeholder("45a0…b1/c3d5…9e")
    .rule(judge_username)
    .help("The username that “chainctl auth pull-token” prints: the organization's ID, a slash, and the token's ID.");

const PASSWORD: Field = Field::secret("password", "Pull token").required().help_for(
    "The password that “chainctl auth pull-token” prints. It lasts at most a year.",
    "Customers can't push to Chainguard's registry. A pull token can only read it.",
);

const NAMESPACE: Field = Field::namespace("Organization")
    .placeholder("acme.com")
    .help("The prefix of the repositories that you want to use. Also enter an image, because this service can't list them.");

fn console(url: &Split<'_>) -> Option<Console> {
    ["chainguard.dev", "images.chainguard.dev"]
        .iter()
        .any(|page| has_suffix(url.host, page))
        .then(|| Console {
            registry: Some(HOST.to_owned()),
        })
}

/// `<organization's id>/<token's id>`, or `_token` with a session's token.
fn judge_username(judge: &mut Judge<'_>) {
    if judge.text == "_token" {
        judge.report(
            Issue::new(Code::SecretTemporary)
                .with("token", "the username of a session's token")
                .with("duration", "an hour"),
        );
        return;
    }
    let is_id = |part: &str| part.len() >= 16 && part.bytes().all(|b| b.is_ascii_hexdigit());
    let sound = judge.text.split('/').count() == 2 && judge.text.split('/').all(is_id);
    if !sound {
        judge.unusual_username("45a0c61e6f3bdf62/c3d5a8e1b4f70912");
    }
}

fn fill(found: &Found<'_>, form: &mut ConnectionForm) {
    form.set("namespace", found.endpoint.namespace());
    if found.secret.is_empty() && found.username.is_empty() {
        "anonymous".clone_into(&mut form.auth);
        return;
    }
    fill_login(found, form);
}
