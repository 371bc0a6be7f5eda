//! Red Hat's registries and the stand-alone Atomic registry, which cannot be searched.

use super::{
    Auth, Capabilities, Field, Group, Provider, ProviderId,
    field::page_text,
    login::{anonymous, hint_personal, hint_unusual_secret, password},
    rules::{Alphabet, Console, Judge, Rules, Shape},
};
use crate::{
    credential::Credentials,
    detect::{Found, fill_usual},
    endpoint::{Endpoint, Split},
    finding::Issue,
    form::{ConnectionForm, Draft},
    message::Code,
    text::{contains, span},
};

pub(super) static PROVIDER: Provider = Provider {
    id: ProviderId::RedHatAtomic,
    title: "Red Hat registry",
    docs_url: page_text("https://access.redhat.com/RegistryAuthentication"),
    group: Group::SelfHosted,
    rank: 170,
    auth: &[
        Auth::new(
            "password",
            "Service account",
            &[URL, USERNAME, PASSWORD, NAMESPACE],
            judge_login,
        ),
        Auth::new(
            "anonymous",
            "No login (registry.access.redhat.com)",
            &[URL, NAMESPACE],
            anonymous,
        ),
    ],
    capabilities: Capabilities {
        tags: true,
        ..Capabilities::UNLISTED
    },
    notifications: None,
    rules: Rules {
        owns: is_red_hat,
        hosts: &[
            HOST,
            "registry.access.redhat.com",
            "registry.connect.redhat.com",
        ],
        console,
        endpoint: judge_endpoint,
        fill,
        shapes: &[SERVICE_TOKEN],
        ..Rules::ANY_HOST
    },
};

const HOST: &str = "registry.redhat.io";

/// The one that logs nobody in. <https://access.redhat.com/RegistryAuthentication>, 2026-08.
const OPEN: &str = "registry.access.redhat.com";

const URL: Field = Field::url().placeholder(HOST).help(
    "“registry.redhat.io”, or the host of an Atomic registry. Also enter an image, because this registry can't list them.",
);

const USERNAME: Field = Field::username()
    .placeholder("12345678|scanner")
    .rule(judge_username)
    .help(
        "The registry service account's whole name, with the number and the bar before it. For an Atomic registry any \
         name goes with an OpenShift token.",
    );

const PASSWORD: Field = Field::secret("password", "Token")
    .required()
    .help_for(
        "The token of a registry service account, made at access.redhat.com/terms-based-registry; it reads all that the \
         subscription has. For an Atomic registry, an OpenShift token that may pull.",
        "You can't push to Red Hat's own registries. For an Atomic registry, use an OpenShift token that can push.",
    );

const NAMESPACE: Field = Field::namespace("Namespace")
    .placeholder("ubi9")
    .help("The prefix of the repositories that you want to use.");

/// A JSON Web Token of several hundred characters. They all begin alike, whosesoever they are: hence no prefix.
const SERVICE_TOKEN: Shape = Shape {
    title: "a service account's token",
    prefix: "",
    length: 200..=4096,
    alphabet: Alphabet::TOKEN,
};

fn is_red_hat(host: &str) -> bool {
    matches!(
        host,
        HOST | OPEN | "registry.connect.redhat.com" | "flatpaks.registry.redhat.io"
    )
}

fn console(url: &Split<'_>) -> Option<Console> {
    // The pull secret of a cluster has an entry for it.
    if url.is_on("cloud.openshift.com") {
        return Some(Console { registry: None });
    }
    let pages = [
        "catalog.redhat.com",
        "access.redhat.com",
        "connect.redhat.com",
        "console.redhat.com",
        "cloud.redhat.com",
        "sso.redhat.com",
    ];
    pages.iter().any(|page| url.is_on(page)).then(|| Console {
        registry: Some(HOST.to_owned()),
    })
}

fn judge_endpoint(url: &Split<'_>, endpoint: &Endpoint, issues: &mut Vec<Issue>) {
    let host = endpoint.host();
    let near = [
        "redhat.io",
        "redhat.com",
        "www.redhat.com",
        "registry.redhat.com",
    ];
    if near.contains(&host) || (is_red_hat(host) && !endpoint.is_plain()) {
        let expected = if is_red_hat(host) { host } else { HOST };
        issues.push(
            Issue::new(Code::UrlOtherHost)
                .at(span(url.text, url.host))
                .with("title", PROVIDER.title)
                .with("expected", expected)
                .suggest(expected),
        );
    }
}

/// `12345678|scanner`: digits, a bar, a name. What has a bar should look so; the user of an OpenShift pull secret,
/// `|uhc-pool-<uuid>`, has nothing before it.
fn judge_username(judge: &mut Judge<'_>) {
    let Some((number, name)) = judge.text.split_once('|') else {
        return;
    };
    let sound = (!number.is_empty() || name.starts_with("uhc-pool-"))
        && number.bytes().all(|b| b.is_ascii_digit())
        && !name.is_empty()
        && !contains(name, "|");
    if !sound {
        judge.unusual_username("12345678|scanner");
    }
}

fn judge_login(draft: &mut Draft<'_>) -> Option<Credentials> {
    if Endpoint::parse(draft.get("url")).is_ok_and(|endpoint| endpoint.host() == OPEN) {
        draft.report("url", Issue::new(Code::LoginNotTaken).with("host", OPEN));
    }
    let credentials = password(draft)?;
    if contains(draft.get("username"), "|") {
        let token = draft.get("password");
        // As every JSON Web Token begins.
        if !token.starts_with("eyJ") || !SERVICE_TOKEN.length.contains(&token.len()) {
            hint_unusual_secret(
                draft,
                "password",
                "a registry service account's token, which has several hundred characters",
            );
        }
    } else if is_red_hat_url(draft) {
        hint_personal(draft, "a registry service account");
    }
    Some(credentials)
}

fn fill(found: &Found<'_>, form: &mut ConnectionForm) {
    if found.endpoint.host() == OPEN {
        "anonymous".clone_into(&mut form.auth);
        form.set("url", &found.endpoint.to_text());
    } else {
        fill_usual(found, form);
    }
}

/// Whether the address is Red Hat's own and not that of an Atomic registry.
fn is_red_hat_url(draft: &Draft<'_>) -> bool {
    Endpoint::parse(draft.get("url")).is_ok_and(|endpoint| is_red_hat(endpoint.host()))
}
