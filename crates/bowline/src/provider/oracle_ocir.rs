//! Oracle Cloud Infrastructure Registry.

use super::{
    Auth, Capabilities, Choice, Field, Group, Provider, ProviderId,
    field::page_text,
    login::{anonymous, oauth2, password},
    region_or_url,
    rules::{Console, Judge, Rules, report_other_host},
};
use crate::{
    endpoint::{Endpoint, Split},
    finding::Issue,
    form::Draft,
    message::Code,
    region::{Standing, is_number, standing},
    text::{concat, contains, replaced, span, split_once},
};

pub(super) static PROVIDER: Provider = Provider {
    id: ProviderId::OracleOcir,
    title: "Oracle OCIR",
    docs_url: page_text(
        "https://docs.oracle.com/en-us/iaas/Content/Registry/Tasks/registrypullingimagesusingthedockercli.htm",
    ),
    group: Group::Cloud,
    rank: 140,
    auth: &[
        Auth::new(
            "password",
            "Username and auth token",
            &[REGION, URL, USERNAME, PASSWORD, NAMESPACE],
            password,
        )
        .endpoint(endpoint),
        Auth::new(
            "oauth2",
            "OAuth2 token",
            &[REGION, URL, TOKEN, NAMESPACE],
            oauth2,
        )
        .endpoint(endpoint),
        Auth::new(
            "anonymous",
            "No login (public repositories)",
            &[REGION, URL, NAMESPACE],
            anonymous,
        )
        .endpoint(endpoint),
    ],
    capabilities: Capabilities::LISTING,
    notifications: None,
    rules: Rules {
        owns: |host| Place::of_host(host).is_some(),
        names,
        hosts: &[SHORT],
        console,
        endpoint: judge_endpoint,
        ..Rules::ANY_HOST
    },
};

const REGION: Field = Field::select("region", "Region", CHOICES)
    .unless("url")
    .rule(judge_region)
    .help("Enter the region, or the registry's URL instead.");

const URL: Field = Field::url()
    .unless("region")
    .placeholder(EXAMPLE)
    .help("The registry's URL, if you don't enter a region. Add the tenancy's namespace to list only that namespace.");

const USERNAME: Field = Field::username()
    .placeholder("ansh81vru1zp/jdoe@acme.com")
    .rule(judge_username)
    .help(
        "The tenancy's namespace and the user: “namespace/user”, or “namespace/domain/user” for a user of an identity \
         domain.",
    );

const PASSWORD: Field = Field::secret("password", "Auth token")
    .required()
    .help_for(
        "The user's auth token. The console shows it once. The user's group needs “read repos”.",
        "An auth token of the user, which the console shows once. The user's group needs “manage repos”, or “use \
         repos” for repositories that are there.",
    );

const TOKEN: Field = Field::secret("token", "Token").required().help_for(
    "A long-lived token that can pull.",
    "A long-lived token that can pull and push.",
);

const NAMESPACE: Field = Field::namespace("Tenancy namespace")
    .placeholder("ansh81vru1zp")
    .help("Only list repositories in this tenancy namespace, optionally under a prefix.");

const EXAMPLE: &str = "iad.ocir.io";

/// The domain of the key's hosts.
const SHORT: &str = ".ocir.io";

/// The domain of the commercial realm, whose registries have short hosts.
const COMMERCIAL: &str = "oraclecloud.com";

/// A region: its three letters, its id and the domain of the realm that it is in.
struct Region {
    key: &'static str,
    id: &'static str,
    domain: &'static str,
}

macro_rules! regions {
    ($($domain:literal: $($key:literal $id:literal)*;)*) => {
        const REGIONS: &[Region] = &[$($(Region { key: $key, id: $id, domain: $domain },)*)*];
        const CHOICES: &[Choice] = &[$($(Choice::new($id, concat!($id, " (", $key, ")")),)*)*];
    };
}

include!("lists/oracle_ocir.in");

impl Region {
    /// The region of an id or of its three letters.
    fn find(text: &str) -> Option<&'static Self> {
        REGIONS
            .iter()
            .find(|region| region.id == text || region.key == text)
    }

    /// `iad.ocir.io`; outside the commercial realm `ocir.us-gov-ashburn-1.oci.oraclegovcloud.com`.
    fn host(&self) -> String {
        if self.domain == COMMERCIAL {
            concat(&[self.key, SHORT])
        } else {
            concat(&["ocir.", self.id, ".oci.", self.domain])
        }
    }
}

/// The region that a host names.
#[derive(Clone, Copy)]
enum Place<'h> {
    Listed(&'static Region),
    /// One that is built like a region of Oracle's, or like the three letters of one.
    Unlisted(&'h str),
}

impl<'h> Place<'h> {
    /// The region of a registry's host, `iad.ocir.io` or `ocir.us-ashburn-1.oci.oraclecloud.com`. A region that is not
    /// listed may be in a realm that is not listed either.
    fn of_host(host: &'h str) -> Option<Self> {
        if let Some(region) = host.strip_suffix(SHORT) {
            return match Region::find(region) {
                Some(region) => Some(Self::Listed(region)),
                None => (is_key(region) || geography(region).is_some())
                    .then_some(Self::Unlisted(region)),
            };
        }
        let (region, domain) = split_once(host.strip_prefix("ocir.")?, ".oci.")?;
        match Region::find(region) {
            Some(known) => {
                (known.id == region && known.domain == domain).then_some(Self::Listed(known))
            }
            None => {
                (geography(region).is_some() && is_realm(domain)).then_some(Self::Unlisted(region))
            }
        }
    }

    /// Tells whether this is the region of an id or of three letters.
    fn is(self, region: &str) -> bool {
        match self {
            Self::Listed(known) => known.id == region || known.key == region,
            Self::Unlisted(own) => own == region,
        }
    }
}

/// The part before the city in a text that is built like a region: `us` of `us-ashburn-1`, `us-gov` and `us-dcc` of
/// those for governments and for one customer.
fn geography(region: &str) -> Option<&str> {
    let (rest, number) = region.rsplit_once('-')?;
    let (geography, city) = rest.rsplit_once('-')?;
    let area = geography
        .strip_suffix("-gov")
        .or_else(|| geography.strip_suffix("-dcc"))
        .unwrap_or(geography);
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
    (area.len() == 2 && is_word(area) && is_word(city) && is_number(number)).then_some(geography)
}

fn is_key(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|b| b.is_ascii_lowercase())
}

/// Tells whether a domain is that of a realm: a listed one, or `oraclecloud<number>.com` as the realms of single customers and
/// partners have it.
fn is_realm(domain: &str) -> bool {
    let number = domain
        .strip_prefix("oraclecloud")
        .and_then(|rest| rest.strip_suffix(".com"));
    number.is_some_and(is_number) || REGIONS.iter().any(|region| region.domain == domain)
}

/// The registry's host in a region; `None` where it takes more than the region to tell.
fn host_of(region: &str) -> Option<String> {
    if let Some(region) = Region::find(region) {
        return Some(region.host());
    }
    if is_key(region) {
        return Some(concat(&[region, SHORT]));
    }
    let domain = match geography(region)? {
        "us-gov" => "oraclegovcloud.com",
        "uk-gov" => "oraclegovcloud.uk",
        other if other.len() == 2 => COMMERCIAL,
        _ => return None,
    };
    Some(concat(&["ocir.", region, ".oci.", domain]))
}

/// The short and the long host of a region are one registry, and so is the one with the region's id.
fn names(host: &str) -> Vec<String> {
    match Place::of_host(host) {
        Some(Place::Listed(Region { key, id, domain })) => vec![
            concat(&[key, SHORT]),
            concat(&["ocir.", id, ".oci.", domain]),
            concat(&[id, SHORT]),
        ],
        Some(Place::Unlisted(id)) if !is_key(id) => {
            let long = host_of(id).unwrap_or_default();
            vec![concat(&[id, SHORT]), long]
        }
        _ => Vec::new(),
    }
}

fn standing_of(region: &str) -> Standing {
    match Region::find(region) {
        Some(_) => Standing::Listed,
        None if is_key(region) => Standing::Unlisted(None),
        None => {
            let ids: Vec<_> = REGIONS.iter().map(|region| region.id).collect();
            standing(region, &ids, geography)
        }
    }
}

fn endpoint(draft: &mut Draft<'_>) -> Option<Endpoint> {
    let region = draft.get("region").to_owned();
    if !draft.is_filled("url") && host_of(&region).is_none() && geography(&region).is_some() {
        draft.report(
            "region",
            Issue::new(Code::RegionAddress).with("region", &region),
        );
        return None;
    }
    region_or_url(draft, host_of, |region, host| {
        Place::of_host(host).is_none_or(|place| place.is(region))
    })
}

/// `https://cloud.oracle.com/…?region=us-ashburn-1`.
fn console(url: &Split<'_>) -> Option<Console> {
    if !url.is_on("cloud.oracle.com") {
        return None;
    }
    let region = url
        .query
        .unwrap_or("")
        .split('&')
        .find_map(|pair| Region::find(pair.strip_prefix("region=")?));
    Some(Console {
        registry: region.map(Region::host),
    })
}

fn judge_endpoint(url: &Split<'_>, endpoint: &Endpoint, issues: &mut Vec<Issue>) {
    let host = endpoint.host();
    let place = span(url.text, url.host);
    if let Some(of_host) = Place::of_host(host) {
        if !endpoint.is_plain() {
            report_other_host(url, PROVIDER.title, host, Some(host), issues);
        } else if let Place::Unlisted(region) = of_host {
            let standing = standing_of(region);
            let near = standing.near().and_then(Region::find).map(Region::host);
            let fix = near.map(|near| replaced(url.text.trim(), url.host, &near));
            let issue = standing.issue(region, PROVIDER.title);
            issues.extend(issue.map(|issue| issue.at(place).suggest_some(fix)));
        }
        return;
    }
    // `ocir.us-ashburn-1.oraclecloud.com`: the middle is missing.
    let region = match host.strip_suffix(SHORT) {
        Some(region) => Some(region),
        None => host
            .strip_prefix("ocir.")
            .and_then(|rest| rest.split_once('.'))
            .map(|(region, _)| region),
    };
    match region {
        Some(region) if host_of(region).is_none() => {
            // The city alone, or an id that is mistyped.
            let city = REGIONS
                .iter()
                .find(|known| known.id.split('-').any(|part| part == region));
            let near = city
                .or_else(|| standing_of(region).near().and_then(Region::find))
                .map(Region::host);
            issues.push(
                Issue::new(Code::RegionUnknown)
                    .at(place)
                    .with("region", region)
                    .with("title", PROVIDER.title)
                    .suggest_some(near),
            );
        }
        _ => {
            let fix = region.and_then(host_of);
            report_other_host(url, PROVIDER.title, EXAMPLE, fix.as_deref(), issues);
        }
    }
}

fn judge_region(judge: &mut Judge<'_>) {
    let text = judge.text;
    let of_host = Endpoint::parse(text).ok().and_then(|endpoint| {
        let Place::Listed(region) = Place::of_host(endpoint.host())? else {
            return None;
        };
        Some(region)
    });
    match of_host {
        Some(region) => judge.report(
            Issue::new(Code::RegionUnknown)
                .with("region", text)
                .with("title", judge.title)
                .suggest(region.id),
        ),
        None => judge.report_region(standing_of(text), judge.title),
    }
}

/// `namespace/user`, `namespace/domain/user`, or the name of a kind of token.
fn judge_username(judge: &mut Judge<'_>) {
    const EXAMPLE: &str = "ansh81vru1zp/jdoe@acme.com";
    if judge.text == "BEARER_TOKEN" {
        judge.report(
            Issue::new(Code::SecretTemporary)
                .with("token", "the username of an instance's token")
                .with("duration", "minutes"),
        );
        return;
    }
    let parts: Vec<&str> = judge.text.split('/').collect();
    let sound = (2..=3).contains(&parts.len()) && parts.iter().all(|part| !part.is_empty());
    let tenancy = parts.first().copied().unwrap_or("");
    if contains(judge.text, ":") {
        // Reported as such.
    } else if !sound
        || tenancy.starts_with("ocid1.")
        || judge.text.ends_with("/oracleidentitycloudservice")
    {
        let issue = Issue::new(Code::UsernameForm).with("title", judge.title);
        judge.report(issue.with("example", EXAMPLE));
    } else if !tenancy
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    {
        judge.unusual_username(EXAMPLE);
    }
}
