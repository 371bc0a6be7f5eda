//! IBM Cloud Container Registry.

use super::{
    Auth, Capabilities, Choice, Field, Group, Provider, ProviderId,
    field::page_text,
    login::{hint_unusual_secret, password},
    rules::{Alphabet, Console, Judge, Namespaces, Rules},
};
use crate::{
    credential::Credentials,
    detect::{Found, fill_login},
    document::Document,
    endpoint::Endpoint,
    finding::Issue,
    form::{ConnectionForm, Draft},
    message::Code,
    region::{Standing, is_number, standing},
    text::{concat, contains},
};

pub(super) static PROVIDER: Provider = Provider {
    id: ProviderId::Ibm,
    title: "IBM Cloud",
    docs_url: page_text("https://cloud.ibm.com/docs/Registry?topic=Registry-registry_access"),
    group: Group::Cloud,
    rank: 150,
    auth: &[Auth::new(
        "password",
        "API key",
        &[REGION, ACCOUNT, USERNAME, PASSWORD, NAMESPACE],
        judge_login,
    )
    .endpoint(endpoint_of_region)],
    capabilities: Capabilities::LISTING,
    notifications: None,
    rules: Rules {
        owns: |host| region_of_host(host).is_some(),
        names,
        hosts: &["icr.io", ".icr.io"],
        console: |url| {
            let is_page = url.is_on("cloud.ibm.com");
            is_page.then_some(Console { registry: None })
        },
        namespaces: Some(Namespaces {
            fits: is_namespace,
            example: "my_namespace",
        }),
        fill,
        document: key_file,
        ..Rules::ANY_HOST
    },
};

const REGION: Field = Field::select("region", "Region", CHOICES)
    .required()
    .rule(judge_region);

const ACCOUNT: Field = Field::text("accountId", "Account ID")
    .required()
    .placeholder("0123456789abcdef0123456789abcdef")
    .rule(judge_account)
    .help("The account that owns the registry's namespaces.");

const USERNAME: Field = Field::username()
    .default(API_KEY_USER)
    .rule(judge_username)
    .help("“iamapikey” for an API key. “iambearer” and “iamrefresh” are for tokens, which expire.");

const PASSWORD: Field = Field::secret("password", "API key")
    .required()
    .help_for(
        "The API key of a service ID with the service role “Reader” for Container Registry.",
        "The API key of a service ID with the service roles “Reader” and “Writer” for Container Registry.",
    );

const NAMESPACE: Field = Field::namespace("Namespace")
    .placeholder("my_namespace")
    .help("Only list repositories in this namespace, or under a path in it.");

const API_KEY_USER: &str = "iamapikey";
const DOMAIN: &str = "icr.io";
const PRIVATE: &str = "private.";

/// A region and what its host has before `icr.io`.
struct Region {
    id: &'static str,
    host: &'static str,
}

macro_rules! regions {
    ($($id:literal $host:literal $title:literal)*) => {
        const REGIONS: &[Region] = &[$(Region { id: $id, host: $host }),*];
        const CHOICES: &[Choice] = &[
            $(Choice::new($id, concat!($title, " (", $id, ")")),)*
            $(Choice::new(concat!("private.", $id), concat!($title, " (", $id, "), private network")),)*
        ];
    };
}

include!("lists/ibm.in");

/// Names that regions had, and hosts of the time before `icr.io`.
const FORMER: [(&str, &str); 9] = [
    ("ap-south", "au-syd"),
    ("eu-central", "eu-de"),
    ("uk-south", "eu-gb"),
    ("ap-north", "jp-tok"),
    ("registry.bluemix.net", "global"),
    ("registry.au-syd.bluemix.net", "au-syd"),
    ("registry.eu-de.bluemix.net", "eu-de"),
    ("registry.eu-gb.bluemix.net", "eu-gb"),
    ("registry.ng.bluemix.net", "us-south"),
];

/// `private.de.icr.io` of `private.eu-de`. A host that is not listed stands for its region itself.
fn host_of_region(region: &str) -> Option<String> {
    let (private, id) = match region.strip_prefix(PRIVATE) {
        Some(id) => (PRIVATE, id),
        None => ("", region),
    };
    if let Some(region) = REGIONS.iter().find(|known| known.id == id) {
        return Some(concat(&[private, region.host, DOMAIN]));
    }
    is_unlisted_host(region).then(|| region.to_owned())
}

/// `private.eu-de` of `private.de.icr.io`; the host itself where it is built like a region's and not listed. A host of
/// IBM's own software (`cp.icr.io`) is no customer's.
fn region_of_host(host: &str) -> Option<String> {
    if let Some((_, region)) = FORMER.iter().find(|(former, _)| *former == host) {
        return contains(host, ".").then(|| (*region).to_owned());
    }
    let (private, public) = match host.strip_prefix(PRIVATE) {
        Some(public) => (PRIVATE, public),
        None => ("", host),
    };
    let prefix = public.strip_suffix(DOMAIN)?;
    match REGIONS.iter().find(|known| known.host == prefix) {
        Some(region) => Some(concat(&[private, region.id])),
        None => is_unlisted_host(host).then(|| host.to_owned()),
    }
}

/// Tells whether a host is built like a region's, a country's two letters and perhaps a number before `icr.io`, and is none of
/// those that are listed.
fn is_unlisted_host(host: &str) -> bool {
    let public = host.strip_prefix(PRIVATE).unwrap_or(host);
    let Some(prefix) = public.strip_suffix(DOMAIN) else {
        return false;
    };
    let (country, number) = prefix.split_at_checked(2).unwrap_or_default();
    let is_listed = REGIONS.iter().any(|known| known.host == prefix);
    !is_listed
        // IBM's own software.
        && country != "cp"
        && !country.is_empty()
        && country.bytes().all(|b| b.is_ascii_lowercase())
        && number
            .strip_suffix('.')
            .is_some_and(|number| number.is_empty() || is_number(number))
}

/// The part before the city in a text that is built like a region: `eu` of `eu-de`.
fn geography(region: &str) -> Option<&str> {
    let (geography, city) = region
        .strip_prefix(PRIVATE)
        .unwrap_or(region)
        .split_once('-')?;
    let is_word = |word: &str| word.bytes().all(|b| b.is_ascii_lowercase());
    let is_sound = geography.len() == 2
        && (2..=5).contains(&city.len())
        && is_word(geography)
        && city.trim_end_matches(|c: char| c.is_ascii_digit()).len() >= 2
        && city
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    is_sound.then_some(geography)
}

/// A region's registry has a name for the private network too.
fn names(host: &str) -> Vec<String> {
    let public = host.strip_prefix(PRIVATE).unwrap_or(host);
    match region_of_host(host) {
        Some(_) if public.ends_with(DOMAIN) => {
            vec![public.to_owned(), concat(&[PRIVATE, public])]
        }
        _ => Vec::new(),
    }
}

/// Offers the region for a host and for a former name.
fn judge_region(judge: &mut Judge<'_>) {
    let text = judge.text;
    if is_unlisted_host(text) {
        judge.report_region(Standing::Unlisted(None), judge.title);
        return;
    }
    if host_of_region(text).is_some() {
        judge.is_choice = true;
        return;
    }
    let of_host = Endpoint::parse(text)
        .ok()
        .and_then(|endpoint| region_of_host(endpoint.host()));
    // `de` of `de.icr.io`
    let of_host = of_host.or_else(|| {
        region_of_host(&concat(&[text, ".icr.io"])).filter(|region| !region.contains('.'))
    });
    let former = FORMER.iter().find(|(former, _)| *former == text);
    if let Some(region) = of_host.or_else(|| former.map(|(_, region)| (*region).to_owned())) {
        let issue = Issue::new(Code::RegionUnknown)
            .with("region", text)
            .with("title", judge.title);
        judge.report(issue.suggest(region));
        return;
    }
    let ids: Vec<_> = REGIONS.iter().map(|region| region.id).collect();
    match standing(text, &ids, geography) {
        // An id does not tell the host.
        Standing::Unlisted(None) => {
            judge.report(Issue::new(Code::RegionAddress).with("region", text));
        }
        Standing::Unlisted(near) => {
            judge.report_region(Standing::Unknown(near), judge.title);
        }
        standing => judge.report_region(standing, judge.title),
    }
}

fn judge_account(judge: &mut Judge<'_>) {
    let sound = judge.text.len() == 32 && judge.text.bytes().all(|b| b.is_ascii_hexdigit());
    if !sound {
        judge.report_titled(Code::AccountUnusual);
    }
}

/// The username says which kind of secret follows.
fn judge_username(judge: &mut Judge<'_>) {
    let temporary = |token, duration| {
        Issue::new(Code::SecretTemporary)
            .with("token", token)
            .with("duration", duration)
    };
    let issue = match judge.text {
        API_KEY_USER => return,
        "iambearer" => temporary("the username of an access token", "an hour"),
        "iamrefresh" => temporary("the username of a refresh token", "some days"),
        _ => Issue::new(Code::UsernameForm)
            .with("title", judge.title)
            .with("example", API_KEY_USER)
            // An entitlement key logs in at another registry, which is IBM's own.
            .suggest_some((judge.text != "cp").then(|| API_KEY_USER.to_owned())),
    };
    judge.report(issue);
}

fn is_namespace(namespace: &str) -> bool {
    let first = namespace.split('/').next().unwrap_or("");
    // Those of IBM itself are shorter.
    if matches!(first, "ibm" | "ext") {
        return true;
    }
    let is_end = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    (4..=30).contains(&first.len())
        && const { Alphabet::LOWER.and("_-") }.spells(first)
        && is_end(first.bytes().next())
        && is_end(first.bytes().next_back())
}

fn endpoint_of_region(draft: &mut Draft<'_>) -> Option<Endpoint> {
    Endpoint::parse(&host_of_region(draft.get("region"))?).ok()
}

fn judge_login(draft: &mut Draft<'_>) -> Option<Credentials> {
    let credentials = password(draft)?;
    let secret = draft.get("password");
    let is_key = secret.len() == 44 && Alphabet::WORD.spells(secret);
    if draft.get("username") == API_KEY_USER && !is_key {
        hint_unusual_secret(
            draft,
            "password",
            "an API key: 44 letters, digits, “_” and “-”",
        );
    }
    Some(credentials)
}

fn fill(found: &Found<'_>, form: &mut ConnectionForm) {
    form.set(
        "region",
        &region_of_host(found.endpoint.host()).unwrap_or_default(),
    );
    form.set("namespace", found.endpoint.namespace());
    fill_login(found, form);
}

/// The file that the console gives for an API key. Where the registry is, it does not say.
fn key_file(document: &Document, _: &str) -> Vec<ConnectionForm> {
    let key = document
        .get("apikey")
        .and_then(Document::as_str)
        .unwrap_or("");
    if key.is_empty() {
        return Vec::new();
    }
    let mut form = ConnectionForm {
        provider: PROVIDER.id.as_str().to_owned(),
        auth: "password".to_owned(),
        ..ConnectionForm::default()
    };
    form.set("username", API_KEY_USER);
    form.set("password", key);
    vec![form]
}
