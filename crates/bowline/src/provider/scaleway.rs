//! Scaleway Container Registry.

use super::{
    Auth, Capabilities, Choice, Field, Group, Provider, ProviderId,
    field::page_text,
    login::password,
    rules::{Alphabet, Console, Fit, Judge, Rules, Shape},
};
use crate::{
    detect::{Found, fill_login},
    endpoint::{Endpoint, Split},
    finding::Issue,
    form::{ConnectionForm, Draft},
    message::Code,
    region::{Standing, standing},
    text::concat,
};

pub(super) static PROVIDER: Provider = Provider {
    id: ProviderId::Scaleway,
    title: "Scaleway",
    docs_url: page_text(
        "https://www.scaleway.com/en/docs/container-registry/how-to/connect-docker-cli/",
    ),
    group: Group::Cloud,
    rank: 156,
    auth: &[Auth::new(
        "password",
        "API key",
        &[REGION, USERNAME, PASSWORD, NAMESPACE],
        password,
    )
    .endpoint(of_region)],
    capabilities: Capabilities::LISTING,
    notifications: None,
    rules: Rules {
        owns: |host| region_of_host(host).is_some(),
        hosts: &[".scw.cloud"],
        console,
        fill,
        shapes: &[SECRET_KEY],
        ..Rules::ANY_HOST
    },
};

const REGION: Field = Field::select("region", "Region", CHOICES)
    .default("fr-par")
    .rule(judge_region);

const USERNAME: Field = Field::username()
    .default("nologin")
    .rule(judge_username)
    .help("“nologin”. The key identifies the user.");

const PASSWORD: Field = Field::secret("password", "Secret key")
    .required()
    .rule(judge_password)
    .help_for(
        "The secret key of an IAM application's API key with the permission set “ContainerRegistryReadOnly”.",
        "The secret key of an IAM application's API key with the permission set “ContainerRegistryFullAccess”.",
    );

const NAMESPACE: Field = Field::namespace("Namespace")
    .placeholder("acme")
    .help("Only list repositories in this namespace.");

const TITLE: &str = "Scaleway";

/// The parts of a host before and after the region.
const BEFORE: &str = "rg.";
const AFTER: &str = ".scw.cloud";

macro_rules! regions {
    ($($id:literal $city:literal)*) => {
        const REGIONS: &[&str] = &[$($id),*];
        const CHOICES: &[Choice] = &[$(Choice::new($id, concat!($city, " (", $id, ")"))),*];
    };
}

include!("lists/scaleway.in");

/// A UUID, as many other things are: hence no prefix.
const SECRET_KEY: Shape = Shape {
    title: "a secret key",
    prefix: "",
    length: 36..=36,
    alphabet: Alphabet::HEXADECIMAL.and("-"),
};

fn standing_of(region: &str) -> Standing {
    standing(region, REGIONS, geography)
}

/// The country in a text that is built like a region: `fr` of `fr-par`.
fn geography(region: &str) -> Option<&str> {
    let (country, city) = region.split_once('-')?;
    let is_word = |word: &str| word.bytes().all(|b| b.is_ascii_lowercase());
    (country.len() == 2 && city.len() == 3 && is_word(country) && is_word(city)).then_some(country)
}

fn region_of_host(host: &str) -> Option<&str> {
    let region = host.strip_prefix(BEFORE)?.strip_suffix(AFTER)?;
    geography(region).map(|_| region)
}

fn of_region(draft: &mut Draft<'_>) -> Option<Endpoint> {
    let region = draft.get("region");
    geography(region)?;
    Endpoint::parse(&concat(&[BEFORE, region, AFTER])).ok()
}

fn console(url: &Split<'_>) -> Option<Console> {
    url.is_on("console.scaleway.com")
        .then_some(Console { registry: None })
}

/// Offers the region for a host.
fn judge_region(judge: &mut Judge<'_>) {
    let endpoint = Endpoint::parse(judge.text).ok();
    let of_host = endpoint
        .as_ref()
        .and_then(|endpoint| region_of_host(endpoint.host()));
    match of_host {
        Some(region) => judge.report(
            Issue::new(Code::RegionUnknown)
                .with("region", judge.text)
                .with("title", TITLE)
                .suggest(region),
        ),
        None => judge.report_region(standing_of(judge.text), TITLE),
    }
}

/// Any name works, but who types one of their own mostly has another secret too.
fn judge_username(judge: &mut Judge<'_>) {
    if judge.text != "nologin" {
        judge.unusual_username("nologin");
    }
}

fn judge_password(judge: &mut Judge<'_>) {
    if judge.text.starts_with("SCW") && judge.text.len() == 20 {
        let issue = Issue::new(Code::SecretUnusual);
        judge.report(issue.with(
            "token",
            "a secret key; it looks like the access key beside it",
        ));
    } else if SECRET_KEY.fit(judge.text) == Fit::No && Shape::of_any(judge.text).is_none() {
        judge.unusual_secret(
            "a secret key, which looks like “11111111-2222-3333-4444-555555555555”",
        );
    }
}

fn fill(found: &Found<'_>, form: &mut ConnectionForm) {
    form.set(
        "region",
        region_of_host(found.endpoint.host()).unwrap_or_default(),
    );
    form.set("namespace", found.endpoint.namespace());
    fill_login(found, form);
}
