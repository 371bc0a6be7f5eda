//! Huawei Cloud SoftWare Repository for Container (SWR).

use super::{
    Auth, Capabilities, Field, Group, Provider, ProviderId,
    field::page_text,
    login::password,
    rules::{Console, Judge, Rules, report_other_host},
};
use crate::{
    credential::{Credentials, Username},
    detect::{Found, fill_usual},
    endpoint::{Endpoint, Split, has_suffix},
    finding::Issue,
    form::{ConnectionForm, Draft},
    message::Code,
    region::{Standing, is_number},
    text::{concat, contains},
};

pub(super) static PROVIDER: Provider = Provider {
    id: ProviderId::HuaweiSwr,
    title: "Huawei Cloud SWR",
    docs_url: page_text(
        "https://support.huaweicloud.com/intl/en-us/usermanual-swr/swr_01_1000.html",
    ),
    group: Group::Cloud,
    rank: 159,
    auth: &[
        Auth::new(
            "access-key",
            "Access key",
            &[REGION, ACCESS_KEY_ID, SECRET_ACCESS_KEY, NAMESPACE],
            access_key,
        )
        .endpoint(of_region),
        Auth::new(
            "password",
            "Login command",
            &[URL, USERNAME, PASSWORD, NAMESPACE],
            password,
        ),
    ],
    capabilities: Capabilities::LISTING,
    notifications: None,
    rules: Rules {
        owns: |host| region_of_host(host).is_some(),
        hosts: &[".myhuaweicloud.com"],
        console,
        endpoint: judge_endpoint,
        fill,
        ..Rules::ANY_HOST
    },
};

const REGION: Field = Field::text("region", "Region")
    .required()
    .placeholder("ap-southeast-3")
    .rule(judge_region);

const ACCESS_KEY_ID: Field = Field::text("accessKeyId", "Access key id (AK)")
    .required()
    .help_for(
        "The access key ID of an IAM user with the policy “SWR ReadOnlyAccess”.",
        "The access key ID of an IAM user with the policy “SWR OperateAccess”.",
    );

const SECRET_ACCESS_KEY: Field = Field::secret("secretAccessKey", "Secret access key (SK)")
    .required()
    .help_for(
        "The secret key of an IAM user with the policy “SWR ReadOnlyAccess”. The registry's password is derived from it and doesn't expire.",
        "The secret key of an IAM user with the policy “SWR OperateAccess”. The registry's password is derived from it and doesn't expire.",
    );

const URL: Field = Field::url().placeholder("swr.ap-southeast-3.myhuaweicloud.com");

const USERNAME: Field = Field::username()
    .placeholder("ap-southeast-3@AK…")
    .rule(judge_username)
    .help("The region, “@”, and the access key ID, as in the login command.");

const PASSWORD: Field = Field::secret("password", "Password")
    .required()
    .help_for(
        "The password of the long-term login command of an IAM user with the policy “SWR ReadOnlyAccess”.",
        "The password of the long-term login command of an IAM user with the policy “SWR OperateAccess”.",
    );

const NAMESPACE: Field = Field::namespace("Organization")
    .placeholder("acme")
    .help("Only list repositories in this SWR organization.");

const EXAMPLE: &str = "swr.ap-southeast-3.myhuaweicloud.com";

/// The domain of a region: that of Europe has its own.
fn domain_of(region: &str) -> &'static str {
    if region == "eu-west-101" {
        "myhuaweicloud.eu"
    } else {
        "myhuaweicloud.com"
    }
}

/// Two letters, what is there, and a number: `cn-north-4`, `la-north-2`, `na-mexico-1`. There is no list of them that is
/// kept.
fn is_region(text: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
    text.len() <= 32
        && text.rsplit_once('-').is_some_and(|(place, number)| {
            is_number(number) && contains(place, "-") && place.split('-').all(is_word)
        })
}

fn region_of_host(host: &str) -> Option<&str> {
    let (region, domain) = host.strip_prefix("swr.")?.split_once('.')?;
    let is_own = matches!(domain, "myhuaweicloud.com" | "myhuaweicloud.eu");
    (is_own && is_region(region)).then_some(region)
}

fn of_region(draft: &mut Draft<'_>) -> Option<Endpoint> {
    let region = draft.get("region");
    if !is_region(region) {
        return None;
    }
    Endpoint::parse(&concat(&["swr.", region, ".", domain_of(region)])).ok()
}

fn console(url: &Split<'_>) -> Option<Console> {
    ["console.huaweicloud.com", "console-intl.huaweicloud.com"]
        .iter()
        .any(|page| has_suffix(url.host, page))
        .then_some(Console { registry: None })
}

fn judge_endpoint(url: &Split<'_>, endpoint: &Endpoint, issues: &mut Vec<Issue>) {
    if region_of_host(endpoint.host()).is_none() || !endpoint.is_plain() {
        report_other_host(url, PROVIDER.title, EXAMPLE, None, issues);
    }
}

/// Offers the region for a host.
fn judge_region(judge: &mut Judge<'_>) {
    let endpoint = Endpoint::parse(judge.text).ok();
    match endpoint
        .as_ref()
        .and_then(|endpoint| region_of_host(endpoint.host()))
    {
        Some(region) => judge.report(
            Issue::new(Code::RegionUnknown)
                .with("region", judge.text)
                .with("title", PROVIDER.title)
                .suggest(region),
        ),
        None if is_region(judge.text) => {}
        None => judge.report_region(Standing::Unknown(None), PROVIDER.title),
    }
}

/// `<region>@<access key id>`.
fn judge_username(judge: &mut Judge<'_>) {
    let sound = judge
        .text
        .split_once('@')
        .is_some_and(|(region, key)| is_region(region) && !key.is_empty());
    if !sound {
        judge.unusual_username("ap-southeast-3@AK123");
    }
}

/// The username is the region and the key's id, the password an HMAC of the id under the key.
fn access_key(draft: &mut Draft<'_>) -> Option<Credentials> {
    let id = draft.get("accessKeyId").to_owned();
    let key = draft.secret("secretAccessKey")?;
    let username = Username::parse(&concat(&[draft.get("region"), "@", &id]))?;
    Some(Credentials::HmacPassword {
        username,
        message: id,
        key,
    })
}

fn fill(found: &Found<'_>, form: &mut ConnectionForm) {
    if found.secret.is_empty() {
        form.set(
            "region",
            region_of_host(found.endpoint.host()).unwrap_or_default(),
        );
        form.set("namespace", found.endpoint.namespace());
    } else {
        fill_usual(found, form);
    }
}
