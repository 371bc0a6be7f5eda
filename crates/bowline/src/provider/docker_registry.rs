//! Any registry that speaks the OCI distribution API.

use super::{
    Auth, Capabilities, Field, Group, Notifications, Provider, ProviderId,
    field::page_text,
    login::{anonymous, oauth2, optional_password},
    rules::Rules,
};
use crate::{
    endpoint::{Endpoint, Split, has_suffix},
    finding::Issue,
    message::Code,
    text::span,
};

pub(super) static PROVIDER: Provider = Provider {
    id: ProviderId::DockerRegistry,
    title: "Docker Registry (OCI)",
    docs_url: page_text("https://distribution.github.io/distribution/about/configuration/#auth"),
    group: Group::Generic,
    rank: 70,
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
    notifications: Some(Notifications::DISTRIBUTION),
    rules: Rules {
        any_secret: true,
        endpoint: judge_endpoint,
        ..Rules::ANY_HOST
    },
};

const URL: Field = Field::url()
    .help("The registry's host, and its port if it has one. A path after it is the namespace.");

const USERNAME: Field = Field::username()
    .optional()
    .help("Leave the username and password empty if the registry doesn't need them.");

const PASSWORD: Field = Field::secret("password", "Password or token").help_for(
    "What “docker login” takes: a personal access token, the token of a robot or service account, or a password. One that \
     may only read is enough.",
    "What “docker login” takes: a personal access token, the token of a robot or service account, or a password. It needs \
     the right to push to the repositories it is used for.",
);

const TOKEN: Field = Field::secret("token", "Token").required().help_for(
    "A long-lived token that can pull: a refresh token for the registry's token service, or a Bearer token.",
    "A long-lived token that can pull and push: a refresh token for the registry's token service, or a Bearer token.",
);

const NAMESPACE: Field = Field::namespace("Namespace")
    .placeholder("team")
    .help("Only list repositories under this prefix.");

/// Tells whether a host is named as servers of GitHub Enterprise are. Others call their registries `containers.` too.
fn is_github(host: &str) -> bool {
    host.split('.').any(|label| {
        matches!(label, "ghe" | "ghes") || label.starts_with("github") || label.ends_with("github")
    })
}

/// What is known of the logins of registries that have no type of their own here.
fn judge_endpoint(url: &Split<'_>, endpoint: &Endpoint, issues: &mut Vec<Issue>) {
    let host = endpoint.host();
    let known = [
        ("registry.digitalocean.com", Code::KnownDigitalOcean),
        ("aliyuncs.com", Code::KnownAlibaba),
        ("cr.aliyuncs.com", Code::KnownAlibaba),
        ("myhuaweicloud.com", Code::KnownHuawei),
        ("tencentyun.com", Code::KnownTencent),
        ("tencentcloudcr.com", Code::KnownTencent),
        ("myhuaweicloud.eu", Code::KnownHuawei),
        ("vultrcr.com", Code::KnownVultr),
        ("cr.yandex", Code::KnownYandex),
        ("registry.heroku.com", Code::KnownHeroku),
        ("cr.volces.com", Code::KnownVolcengine),
        ("proxy.replicated.com", Code::KnownEntitlement),
        ("registry.broadcom.com", Code::KnownEntitlement),
        ("codeberg.org", Code::KnownGitea),
        ("gitea.com", Code::KnownGitea),
    ];
    let by_suffix = known
        .iter()
        .find(|(suffix, _)| has_suffix(host, suffix))
        .map(|(_, code)| *code);
    // GitHub Enterprise Server has its registry under this label; Gitea and Forgejo are often called so.
    let by_label = match host.split('.').next() {
        Some("containers") if is_github(host) => Some(Code::KnownGithubEnterprise),
        Some("gitea" | "forgejo") => Some(Code::KnownGitea),
        _ => None,
    };
    if let Some(code) = by_suffix.or(by_label) {
        issues.push(Issue::new(code).at(span(url.text, url.host)));
    }
}
