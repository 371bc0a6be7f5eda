//! Oracle Cloud Infrastructure Registry.

use super::{
    Auth, Capabilities, Choice, Field, Group, Provider, ProviderId,
    field::page_text,
    login::{oauth2, password},
    region_or_url,
    rules::{Console, Judge, Rules, report_other_host},
};
use crate::{
    endpoint::{Endpoint, Split},
    finding::Issue,
    form::Draft,
    message::Code,
    text::{concat, nearest, span, split_once},
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
    ],
    capabilities: Capabilities::LISTING,
    notifications: None,
    rules: Rules {
        owns: |host| region_of_host(host).is_some(),
        console,
        endpoint: judge_endpoint,
        ..Rules::ANY_HOST
    },
};

const REGION: Field = Field::select("region", "Region", CHOICES)
    .rule(judge_region)
    .help("The region, or the registry's address in its place.");

const URL: Field = Field::url()
    .optional()
    .placeholder(EXAMPLE)
    .help("The registry's address where the region is not given; the tenancy's namespace after it bounds listing.");

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
        "An auth token of the user, which the console shows once. The user's group needs “read repos”.",
        "An auth token of the user, which the console shows once. The user's group needs “manage repos”, or “use \
         repos” for repositories that are there.",
    );

const TOKEN: Field = Field::secret("token", "Token").required().help_for(
    "A long-lived token that may pull.",
    "A long-lived token that may pull and push.",
);

const NAMESPACE: Field = Field::namespace("Tenancy namespace")
    .placeholder("ansh81vru1zp")
    .help("The tenancy's namespace, and a prefix of repositories after it: bounds listing.");

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

// As Oracle's SDK for Go has them.
regions! {
    "oraclecloud.com":
        "ams" "eu-amsterdam-1" "arn" "eu-stockholm-1" "aga" "us-saltlake-2" "auh" "me-abudhabi-1" "bog" "sa-bogota-1"
        "bom" "ap-mumbai-1" "cdg" "eu-paris-1" "cwl" "uk-cardiff-1" "dxb" "me-dubai-1" "fra" "eu-frankfurt-1"
        "gru" "sa-saopaulo-1" "hsg" "ap-batam-1" "hyd" "ap-hyderabad-1" "iad" "us-ashburn-1" "icn" "ap-seoul-1"
        "jbp" "ap-kulai-2" "jed" "me-jeddah-1" "jnb" "af-johannesburg-1" "kix" "ap-osaka-1" "lej" "af-casablanca-1"
        "lhr" "uk-london-1" "lin" "eu-milan-1" "mad" "eu-madrid-1" "mel" "ap-melbourne-1" "mrs" "eu-marseille-1"
        "mtz" "il-jerusalem-1" "mty" "mx-monterrey-1" "nrq" "eu-turin-1" "nrt" "ap-tokyo-1" "onm" "ap-delhi-1"
        "ord" "us-chicago-1" "orf" "eu-madrid-3" "phx" "us-phoenix-1" "qro" "mx-queretaro-1" "ruh" "me-riyadh-1"
        "scl" "sa-santiago-1" "sin" "ap-singapore-1" "sjc" "us-sanjose-1" "syd" "ap-sydney-1" "vap" "sa-valparaiso-1"
        "vcp" "sa-vinhedo-1" "xsp" "ap-singapore-2" "yny" "ap-chuncheon-1" "yul" "ca-montreal-1" "yyz" "ca-toronto-1"
        "zrh" "eu-zurich-1";
    "oraclegovcloud.com":
        "lfi" "us-langley-1" "luf" "us-luke-1" "pia" "us-gov-chicago-1" "ric" "us-gov-ashburn-1"
        "tus" "us-gov-phoenix-1";
    "oraclegovcloud.uk": "brs" "uk-gov-cardiff-1" "ltn" "uk-gov-london-1";
    "oraclecloud8.com": "nja" "ap-chiyoda-1" "ukb" "ap-ibaraki-1";
    "oraclecloud9.com": "ibr" "me-ibri-1" "mct" "me-dcc-muscat-1";
    "oraclecloud10.com": "wga" "ap-dcc-canberra-1";
    "oraclecloud14.com":
        "bgy" "eu-dcc-milan-1" "dtm" "eu-dcc-rating-2" "dus" "eu-dcc-rating-1" "mxp" "eu-dcc-milan-2"
        "ork" "eu-dcc-dublin-1" "snn" "eu-dcc-dublin-2";
    "oraclecloud15.com": "dac" "ap-dcc-gazipur-1";
    "oraclecloud.eu": "str" "eu-frankfurt-2" "vll" "eu-madrid-2";
    "oraclecloud20.com": "beg" "eu-jovanovac-1";
    "oraclecloud21.com": "doh" "me-dcc-doha-1" "vve" "me-alrayyan-1";
    "oraclecloud23.com": "ebb" "us-somerset-1" "ebl" "us-thames-1";
    "oraclecloud24.com": "avf" "eu-crissier-1" "avz" "eu-dcc-zurich-1";
    "oraclecloud26.com": "ahu" "me-abudhabi-3" "rba" "me-alain-1";
    "oraclecloud29.com": "rkt" "me-abudhabi-2" "shj" "me-abudhabi-4";
    "oraclecloud35.com": "bno" "ap-chuncheon-2" "dln" "ap-suwon-1" "dtz" "ap-seoul-2";
    "oraclecloud42.com": "pgc" "us-newark-1" "yxj" "us-ashburn-2";
    "oraclecloud51.com": "jsk" "eu-budapest-1";
    "oraclecloud52.com": "hnw" "sa-riodejaneiro-1";
}

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

fn region_of_host(host: &str) -> Option<&'static Region> {
    if let Some(region) = host.strip_suffix(SHORT) {
        return Region::find(region);
    }
    let (region, domain) = split_once(host.strip_prefix("ocir.")?, ".oci.")?;
    Region::find(region).filter(|known| known.id == region && known.domain == domain)
}

fn endpoint(draft: &mut Draft<'_>) -> Option<Endpoint> {
    region_or_url(
        draft,
        |region| Some(Region::find(region)?.host()),
        |region, host| {
            region_of_host(host).is_none_or(|of_host| of_host.id == region || of_host.key == region)
        },
    )
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
    if region_of_host(host).is_some() {
        if !endpoint.is_plain() {
            report_other_host(url, PROVIDER.title, host, Some(host), issues);
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
        Some(region) if Region::find(region).is_none() => {
            // The city alone, or an id that is mistyped; three letters are near too many others.
            let city = REGIONS
                .iter()
                .find(|known| known.id.split('-').any(|part| part == region));
            let near = city
                .or_else(|| Region::find(nearest(region, REGIONS.iter().map(|known| known.id))?))
                .map(Region::host);
            issues.push(
                Issue::new(Code::RegionUnknown)
                    .at(span(url.text, url.host))
                    .with("region", region)
                    .with("title", PROVIDER.title)
                    .suggest_some(near),
            );
        }
        _ => {
            let mend = region.and_then(Region::find).map(Region::host);
            report_other_host(url, PROVIDER.title, EXAMPLE, mend.as_deref(), issues);
        }
    }
}

fn judge_region(judge: &mut Judge<'_>) {
    let text = judge.text;
    if Region::find(text).is_some() {
        judge.is_choice = true;
        return;
    }
    let of_host = Endpoint::parse(text)
        .ok()
        .and_then(|endpoint| region_of_host(endpoint.host()));
    match of_host {
        Some(region) => judge.report(
            Issue::new(Code::RegionUnknown)
                .with("region", text)
                .with("title", judge.provider.title)
                .suggest(region.id),
        ),
        None => judge.unknown_region(REGIONS.iter().map(|region| region.id)),
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
    if judge.text.contains(':') {
        // Reported as such.
    } else if !sound || tenancy.starts_with("ocid1.") {
        let issue = Issue::new(Code::UsernameForm).with("title", judge.provider.title);
        judge.report(issue.with("example", EXAMPLE));
    } else if !tenancy
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    {
        judge.unusual_username(EXAMPLE);
    }
}
