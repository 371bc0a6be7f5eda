//! Alibaba Cloud Container Registry, Personal and Enterprise.

use super::{
    Auth, Capabilities, Field, Group, Provider, ProviderId,
    field::page_text,
    login::password,
    rules::{Alphabet, Console, Judge, Rules, Shape, report_other_host},
};
use crate::{
    credential::Credentials,
    endpoint::{Endpoint, Split, has_suffix},
    finding::Issue,
    form::Draft,
    message::Code,
    text::{concat, contains, span},
};

pub(super) static PROVIDER: Provider = Provider {
    id: ProviderId::AlibabaAcr,
    title: "Alibaba Cloud Container Registry",
    docs_url: page_text(
        "https://www.alibabacloud.com/help/en/acr/user-guide/configure-access-credentials-for-a-container-registry-instance",
    ),
    group: Group::Cloud,
    rank: 157,
    auth: &[Auth::new(
        "password",
        "Username and registry password",
        &[
            URL,
            USERNAME,
            PASSWORD,
            ACCESS_KEY_ID,
            SECRET_ACCESS_KEY,
            NAMESPACE,
        ],
        login,
    )],
    // It has no catalog.
    capabilities: Capabilities {
        tags: true,
        ..Capabilities::UNLISTED
    },
    notifications: None,
    rules: Rules {
        owns: |host| Registry::of_host(host).is_some(),
        hosts: &[".aliyuncs.com"],
        names,
        console,
        endpoint: judge_endpoint,
        shapes: &[ACCESS_KEY],
        ..Rules::ANY_HOST
    },
};

const EXAMPLE: &str = "registry.eu-central-1.aliyuncs.com";

const URL: Field = Field::url()
    .placeholder("acme-registry.eu-central-1.cr.aliyuncs.com")
    .help("The instance's public endpoint. Also enter an image, because this service can't list them.");

const USERNAME: Field = Field::username()
    .placeholder("scanner@acme")
    .help("The account's name, or a RAM user like “user@account”.");

const PASSWORD: Field = Field::secret("password", "Registry password")
    .required()
    .rule(judge_password)
    .help_for(
        "The registry password that you set in the console under Access Credential. The RAM user needs AliyunContainerRegistryReadOnlyAccess.",
        "The registry password that you set in the console under Access Credential. The RAM user needs AliyunContainerRegistryFullAccess.",
    );

const ACCESS_KEY_ID: Field = Field::text("accessKeyId", "AccessKey ID")
    .placeholder("LTAI…")
    .help("Optional: a RAM user that can list repositories. Not used yet.");

const SECRET_ACCESS_KEY: Field =
    Field::secret("secretAccessKey", "AccessKey secret").help("The secret of the same RAM user.");

const NAMESPACE: Field = Field::namespace("Namespace")
    .placeholder("team")
    .help("The prefix of the repositories that you want to use.");

/// The id of an AccessKey, which is no registry password.
const ACCESS_KEY: Shape = Shape {
    title: "an AccessKey ID of Alibaba Cloud",
    prefix: "LTAI",
    length: 12..=20,
    alphabet: Alphabet::ALPHANUMERIC,
};

/// The parts of a registry's host.
struct Registry<'h> {
    /// `registry`, `crpi-<id>`, `<instance>-registry`.
    name: &'h str,
    /// With the domain: `cn-hangzhou.aliyuncs.com`, `cn-hangzhou.personal.cr.aliyuncs.com`.
    rest: &'h str,
    /// `-vpc`, `-internal`, `-intl`, or nothing.
    network: &'h str,
}

impl<'h> Registry<'h> {
    /// `registry[-vpc].<region>.aliyuncs.com`, `crpi-<id>[-vpc].<region>.personal.cr.aliyuncs.com`,
    /// `<instance>-registry[-vpc].<region>.cr.aliyuncs.com`.
    fn of_host(host: &'h str) -> Option<Self> {
        let (first, rest) = host.split_once('.')?;
        let (region, domain) = rest.split_once('.')?;
        let name = ["-vpc", "-internal", "-intl"]
            .iter()
            .find_map(|network| first.strip_suffix(network))
            .unwrap_or(first);
        let is_one = match domain {
            "aliyuncs.com" => name == "registry",
            "personal.cr.aliyuncs.com" => name.starts_with("crpi-"),
            "cr.aliyuncs.com" => name.ends_with("-registry"),
            _ => false,
        };
        let network = first.get(name.len()..)?;
        (is_one && contains(region, "-")).then_some(Self {
            name,
            rest,
            network,
        })
    }
}

/// A registry has other names inside Alibaba's networks.
fn names(host: &str) -> Vec<String> {
    let Some(Registry {
        name,
        rest,
        network,
    }) = Registry::of_host(host)
    else {
        return Vec::new();
    };
    // `-intl` is the public name of an account of the international site.
    let public = if network == "-intl" { network } else { "" };
    [public, "-vpc", "-internal"]
        .iter()
        .map(|network| concat(&[name, network, ".", rest]))
        .collect()
}

fn console(url: &Split<'_>) -> Option<Console> {
    ["cr.console.aliyun.com", "cr.console.alibabacloud.com"]
        .iter()
        .any(|page| has_suffix(url.host, page))
        .then_some(Console { registry: None })
}

fn judge_endpoint(url: &Split<'_>, endpoint: &Endpoint, issues: &mut Vec<Issue>) {
    let Some(registry) = Registry::of_host(endpoint.host()).filter(|_| endpoint.is_plain()) else {
        report_other_host(url, PROVIDER.title, EXAMPLE, None, issues);
        return;
    };
    let place = span(url.text, url.host);
    if matches!(registry.network, "-vpc" | "-internal") {
        issues.push(
            Issue::new(Code::UrlPrivate)
                .at(place.clone())
                .with("host", endpoint.host()),
        );
    }
    // Personal Editions of since 2024-09-09 pull inside Alibaba's networks only.
    if registry.name.starts_with("crpi-") {
        issues.push(
            Issue::new(Code::UrlNoPublicPull)
                .at(place)
                .with("title", "Alibaba Cloud's Personal Edition"),
        );
    }
}

/// An AccessKey is no registry password.
fn judge_password(judge: &mut Judge<'_>) {
    if judge.text.starts_with(ACCESS_KEY.prefix) {
        judge.unusual_secret("the registry's own password, which is set in its console");
    }
}

fn login(draft: &mut Draft<'_>) -> Option<Credentials> {
    let missing = match (
        draft.is_filled("accessKeyId"),
        draft.is_filled("secretAccessKey"),
    ) {
        (true, false) => Some("secretAccessKey"),
        (false, true) => Some("accessKeyId"),
        _ => None,
    };
    if let Some(missing) = missing {
        draft.report_missing(missing, Issue::new(Code::PairIncomplete));
    }
    password(draft)
}
