//! Tencent Container Registry, Enterprise and Personal.

use super::{
    Auth, Capabilities, Field, Group, Provider, ProviderId,
    field::page_text,
    login::password,
    rules::{Console, Judge, Rules, report_other_host},
};
use crate::{
    endpoint::{Endpoint, Split, label_before},
    finding::Issue,
};

pub(super) static PROVIDER: Provider = Provider {
    id: ProviderId::TencentTcr,
    title: "Tencent Container Registry",
    docs_url: page_text("https://www.tencentcloud.com/document/product/1051/38866"),
    group: Group::Cloud,
    rank: 158,
    auth: &[Auth::new(
        "password",
        "Username and password",
        &[URL, USERNAME, PASSWORD, NAMESPACE],
        password,
    )],
    // Its listing takes a second login, that of Tencent Cloud's API.
    capabilities: Capabilities {
        tags: true,
        ..Capabilities::UNLISTED
    },
    notifications: None,
    rules: Rules {
        owns,
        hosts: &[PERSONAL, ".tencentcloudcr.com"],
        console,
        endpoint: judge_endpoint,
        ..Rules::ANY_HOST
    },
};

/// The one that all accounts share.
const PERSONAL: &str = "ccr.ccs.tencentyun.com";
/// The domain of the instances.
const ENTERPRISE: &str = "tencentcloudcr.com";

const URL: Field = Field::url()
    .placeholder("acme.tencentcloudcr.com")
    .help("The instance's host, or “ccr.ccs.tencentyun.com” for the Personal Edition. Also enter an image, because this service can't list them.");

const USERNAME: Field = Field::username()
    .placeholder("100012345678")
    .rule(judge_username)
    .help("A service account like “tcr$name”, or the account ID.");

const PASSWORD: Field = Field::secret("password", "Password")
    .required()
    .help_for(
        "The password of a service account that can pull from the namespace, or a long-term access credential of the instance.",
        "The password of a service account that can push to the namespace, or a long-term access credential of the instance.",
    );

const NAMESPACE: Field = Field::namespace("Namespace")
    .placeholder("team")
    .help("The prefix of the repositories that you want to use.");

fn owns(host: &str) -> bool {
    host == PERSONAL
        || label_before(host, ENTERPRISE).is_some_and(|name| !name.is_empty())
        || host.ends_with(".ccs.tencentyun.com")
}

fn console(url: &Split<'_>) -> Option<Console> {
    ["console.cloud.tencent.com", "console.tencentcloud.com"]
        .iter()
        .any(|page| url.is_on(page))
        .then_some(Console { registry: None })
}

fn judge_endpoint(url: &Split<'_>, endpoint: &Endpoint, issues: &mut Vec<Issue>) {
    if !owns(endpoint.host()) || !endpoint.is_plain() {
        report_other_host(url, PROVIDER.title, "acme.tencentcloudcr.com", None, issues);
    }
}

/// `tcr$name`, or the number of an account.
fn judge_username(judge: &mut Judge<'_>) {
    let name = judge.text;
    let is_number = (6..=16).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_digit());
    let is_service = name
        .strip_prefix("tcr$")
        .is_some_and(|name| !name.is_empty());
    if !is_number && !is_service {
        judge.unusual_username("100012345678");
    }
}
