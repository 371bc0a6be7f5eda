//! Google Artifact Registry, and Container Registry before it.

use super::{
    Auth, Capabilities, Choice, Field, Group, Line, Notifications, Provider, ProviderId,
    field::page_text,
    login::{anonymous, as_username},
    rules::{Alphabet, Console, Judge, Namespaces, Rules, Shape, decoded},
};
use crate::{
    credential::Credentials,
    detect::{Arguments, Found, Invocation, after, form_at, form_of_image},
    document::Document,
    endpoint::{Endpoint, Split, has_suffix},
    finding::Issue,
    form::{ConnectionForm, Draft},
    message::Code,
    reference::is_component,
    region::{Standing, is_direction, is_number, standing},
    relaxed_json,
    text::{concat, contains, replace, replaced, span},
};

pub(super) static PROVIDER: Provider = Provider {
    id: ProviderId::Google,
    title: "Google Artifact Registry",
    docs_url: page_text(
        "https://docs.cloud.google.com/artifact-registry/docs/docker/authentication",
    ),
    group: Group::Cloud,
    rank: 40,
    auth: &[
        Auth::new(
            "service-account-key",
            "Service account key",
            &[REGION, URL, KEY, NAMESPACE],
            service_account_key,
        )
        .endpoint(place),
        Auth::new(
            "access-token",
            "Access token",
            &[REGION, URL, ACCESS_TOKEN, NAMESPACE],
            access_token,
        )
        .endpoint(place),
        Auth::new(
            "anonymous",
            "No login (public repositories)",
            &[REGION, URL, NAMESPACE],
            anonymous,
        )
        .endpoint(place),
    ],
    capabilities: Capabilities {
        events: true,
        ..Capabilities::LISTING
    },
    notifications: Some(NOTIFICATIONS),
    rules: Rules {
        owns,
        names,
        hosts: &["gcr.io", ".gcr.io", ".pkg.dev"],
        console,
        page_image,
        misread: |url| {
            let text = of_domain(url.path.strip_prefix('/')?)?;
            let fix = concat(&["/", &text]);
            let issue = Issue::new(Code::UrlPath).at(span(url.text, url.path));
            Some(
                issue
                    .with("path", url.path)
                    .suggest(replaced(url.text.trim(), url.path, &fix)),
            )
        },
        endpoint: judge_endpoint,
        namespaces: Some(Namespaces {
            fits: is_in_project,
            example: "my-project",
        }),
        fill,
        command: configure_command,
        document: key_file,
        username: |judge| {
            if !USERNAMES.contains(&judge.text) {
                judge.unusual_username("_json_key");
            }
        },
        shapes: SHAPES,
        ..Rules::ANY_HOST
    },
};

const NOTIFICATIONS: Notifications = Notifications::steps(&[
    Line::new("Artifact Registry publishes to the topic “gcr” of the registry's project, once it exists."),
    Line::new("Create the topic, and a subscription that pushes to the webhook URL, without payload unwrapping."),
]).snippet(&[
    Line::new("gcloud pubsub topics create gcr"),
    Line::new("gcloud pubsub subscriptions create bowline --topic=gcr \\"),
    Line::new("  --push-endpoint='{url}'"),
]).docs_url("https://docs.cloud.google.com/artifact-registry/docs/configure-notifications");

const REGION: Field = Field::select("region", "Region", CHOICES)
    .unless("url")
    .rule(judge_region)
    .help("The region of the repositories. Or enter the URL below.");

const URL: Field = Field::url()
    .unless("region")
    .placeholder("europe-west3-docker.pkg.dev/my-project/my-repository");

const KEY: Field = Field::json("serviceAccountKey", "Service account key (JSON)")
    .required()
    .rule(judge_key)
    .help_for(
        "The key file of a service account with roles/artifactregistry.reader.",
        "The key file of a service account with roles/artifactregistry.writer.",
    );

const ACCESS_TOKEN: Field = Field::secret("accessToken", "Access token").required().rule(judge_access_token).help_for(
    "The output of “gcloud auth print-access-token” for an account with roles/artifactregistry.reader. It expires after an hour.",
    "The output of “gcloud auth print-access-token” for an account with roles/artifactregistry.writer. It expires after an hour.",
);

const NAMESPACE: Field = Field::namespace("Project and repository")
    .placeholder("my-project/my-repository")
    .help("Only list this project or this repository.");

/// The usernames of a key file, of that in base64, and of an access token.
const USERNAMES: [&str; 3] = ["_json_key", "_json_key_base64", "oauth2accesstoken"];

const SHAPES: &[Shape] = &[
    Shape {
        title: "a Google access token",
        prefix: "ya29.",
        length: 20..=2048,
        alphabet: Alphabet::TOKEN,
    },
    Shape {
        title: "a Google API key",
        prefix: "AIza",
        length: 35..=35,
        alphabet: Alphabet::WORD,
    },
];

macro_rules! places {
    ($($place:literal)*) => {
        const PLACES: &[&str] = &[$($place),*];
        const CHOICES: &[Choice] = &[$(Choice::new($place, $place)),*];
    };
}

include!("lists/google.in");

/// The registry of the sovereign cloud in France. Clients know it without a region (fluxcd/pkg, auth/gcp, 2026-06); hosts with
/// one before it have been seen.
const SOVEREIGN: &str = "docker.s3nsregistry.fr";

/// What a host says of its place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Location<'a> {
    /// One of the four hosts of Container Registry, Google's marketplace, or the sovereign cloud's.
    Host(&'a str),
    /// A region or multi-region, known or not.
    Region(&'a str),
}

impl<'a> Location<'a> {
    fn of_host(host: &'a str) -> Option<Self> {
        if matches!(
            host,
            "gcr.io" | "us.gcr.io" | "eu.gcr.io" | "asia.gcr.io" | "marketplace.gcr.io" | SOVEREIGN
        ) {
            return Some(Self::Host(host));
        }
        if host.ends_with("-docker.s3nsregistry.fr") {
            return Some(Self::Host(host));
        }
        let regional = host
            .strip_prefix("docker.")
            .and_then(|host| host.strip_suffix(".rep.pkg.dev"));
        let region = regional.or_else(|| host.strip_suffix("-docker.pkg.dev"))?;
        let sound = !region.is_empty()
            && region
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        sound.then_some(Self::Region(region))
    }
}

fn standing_of(place: &str) -> Standing {
    if matches!(place, "eu" | "EU" | "Europe") {
        return Standing::Unknown(Some("europe"));
    }
    // `europe-west1-docker.pkg.dev`
    if let Some(place) = place.strip_suffix("-docker.pkg.dev")
        && let Some(known) = PLACES.iter().find(|known| **known == place)
    {
        return Standing::Unknown(Some(*known));
    }
    standing(place, PLACES, geography)
}

/// Tells whether a text is a place of Google's, listed or built like one.
fn is_place(text: &str) -> bool {
    !matches!(standing_of(text), Standing::Unknown(_))
}

/// The part before the direction in a text that is built like a region: `europe` of `europe-west15`.
fn geography(region: &str) -> Option<&str> {
    const CONTINENTS: [&str; 8] = [
        "africa",
        "asia",
        "australia",
        "europe",
        "me",
        "northamerica",
        "southamerica",
        "us",
    ];
    let (continent, rest) = region.split_once('-')?;
    let direction = rest.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = rest.get(direction.len()..)?;
    (CONTINENTS.contains(&continent) && is_direction(direction) && is_number(number))
        .then_some(continent)
}

fn owns(host: &str) -> bool {
    match Location::of_host(host) {
        Some(Location::Host(_)) => true,
        Some(Location::Region(region)) => is_place(region),
        None => false,
    }
}

/// A region's registry has a name that stays within the region too.
fn names(host: &str) -> Vec<String> {
    match Location::of_host(host) {
        Some(Location::Region(region)) if geography(region).is_some() => vec![
            concat(&[region, "-docker.pkg.dev"]),
            concat(&["docker.", region, ".rep.pkg.dev"]),
        ],
        _ => Vec::new(),
    }
}

/// The path of a project of a domain as Google's pages write it, `example.com:my-project/…`, as the registry has it:
/// `example.com/my-project/…`. <https://docs.cloud.google.com/artifact-registry/docs/docker/names>, 2026-08.
fn of_domain(path: &str) -> Option<String> {
    let (domain, rest) = path.split_once(':')?;
    let is_domain = contains(domain, ".") && is_component(domain);
    (is_domain && is_in_project(rest)).then(|| concat(&[domain, "/", rest]))
}

/// A project's id (6 to 30 small letters, digits and hyphens, a letter first, no hyphen last) or the domain that an old
/// project is of; and perhaps a path in it.
fn is_in_project(namespace: &str) -> bool {
    let project = namespace.split('/').next().unwrap_or("");
    contains(project, ".")
        || (6..=30).contains(&project.len())
            && project
                .bytes()
                .next()
                .is_some_and(|b| b.is_ascii_lowercase())
            && !project.ends_with('-')
            && const { Alphabet::LOWER.and("-") }.spells(project)
}

/// `…/artifacts/docker/<project>/<location>/<repository>` names a repository.
fn console(url: &Split<'_>) -> Option<Console> {
    if !["console.cloud.google.com", "cloud.google.com"]
        .iter()
        .any(|page| has_suffix(url.host, page))
    {
        return None;
    }
    let registry = match *url.segments.as_slice() {
        ["artifacts", "docker", project, place, ref rest @ ..] => {
            registry_of_page(project, place, rest.first().copied())
        }
        ["gcr", "images", project, ref rest @ ..] => {
            let host = match rest.first() {
                Some(place) if place.eq_ignore_ascii_case("us") => "us.gcr.io",
                Some(place) if place.eq_ignore_ascii_case("eu") => "eu.gcr.io",
                Some(place) if place.eq_ignore_ascii_case("asia") => "asia.gcr.io",
                _ => "gcr.io",
            };
            path_of_project(project).map(|project| concat(&[host, "/", &project]))
        }
        _ => None,
    };
    Some(Console { registry })
}

/// `europe-west3-docker.pkg.dev/my-project/my-repository`.
fn registry_of_page(project: &str, place: &str, repository: Option<&str>) -> Option<String> {
    let repository = repository.filter(|name| is_component(name));
    let slash = if repository.is_some() { "/" } else { "" };
    let project = path_of_project(project).filter(|_| is_place(place))?;
    let host = concat(&[place, "-docker.pkg.dev/"]);
    Some(concat(&[&host, &project, slash, repository.unwrap_or("")]))
}

/// A project as it stands in an image's name: `example.com:my-project` is `example.com/my-project` there.
fn path_of_project(project: &str) -> Option<String> {
    let path = replace(&replace(project, "%3A", ":"), ":", "/");
    path.split('/').all(is_component).then_some(path)
}

/// `…/artifacts/docker/<project>/<location>/<repository>/<image>`.
fn page_image(url: &Split<'_>) -> Option<String> {
    let ["artifacts", "docker", project, place, repository, image, ..] = *url.segments.as_slice()
    else {
        return None;
    };
    if !has_suffix(url.host, "console.cloud.google.com") {
        return None;
    }
    let registry = registry_of_page(project, place, Some(repository))?;
    Some(concat(&[&registry, "/", &replace(image, "%2F", "/")]))
}

fn judge_endpoint(url: &Split<'_>, endpoint: &Endpoint, issues: &mut Vec<Issue>) {
    let place = span(url.text, url.host);
    match Location::of_host(endpoint.host()).filter(|_| endpoint.is_plain()) {
        Some(Location::Host(host)) if host.ends_with("-docker.s3nsregistry.fr") => {
            let issue = Issue::new(Code::UrlUnusualHost).at(place);
            let issue = issue.with("host", host).with("title", PROVIDER.title);
            issues.push(issue.with("expected", SOVEREIGN));
        }
        Some(Location::Host(_)) => {}
        Some(Location::Region(region)) => {
            let standing = standing_of(region);
            let near = standing.near().filter(|near| !contains(near, "."));
            let fix = near.map(|near| {
                let host = replace(endpoint.host(), region, near);
                replaced(url.text.trim(), url.host, &host)
            });
            let issue = standing.issue(region, "Google Cloud");
            issues.extend(issue.map(|issue| issue.at(place).suggest_some(fix)));
        }
        None => {
            let issue = Issue::new(Code::UrlOtherHost)
                .at(place)
                .with("title", PROVIDER.title);
            // `us.docker.pkg.dev`
            let region = endpoint.host().strip_suffix(".docker.pkg.dev");
            let host = region
                .filter(|region| is_place(region))
                .map(|region| concat(&[region, "-docker.pkg.dev"]));
            let fix = host.map(|host| replaced(url.text.trim(), url.host, &host));
            let issue = issue.with("expected", "europe-west3-docker.pkg.dev");
            issues.push(issue.suggest_some(fix));
        }
    }
}

/// The address, or else that of the region; both must be of one registry.
fn place(draft: &mut Draft<'_>) -> Option<Endpoint> {
    let region = draft.get("region").to_owned();
    let host = if contains(&region, ".") {
        region.clone()
    } else {
        concat(&[&region, "-docker.pkg.dev"])
    };
    match draft.take_url() {
        Some(url) => {
            let same = match Location::of_host(url.host()) {
                Some(Location::Region(of_url)) => of_url == region,
                _ => url.host() == host,
            };
            if !region.is_empty() && !same {
                draft.report(
                    "region",
                    Issue::new(Code::RegionConflict).with("region", region),
                );
            }
            Some(url)
        }
        // An address that could not be read was reported.
        None if draft.is_filled("url") => None,
        None if region.is_empty() => {
            draft.report_missing(
                "region",
                Issue::new(Code::ValueRequired).with("label", REGION.label),
            );
            None
        }
        None if is_place(&region) => Endpoint::parse(&host).ok(),
        None => None,
    }
}

fn service_account_key(draft: &mut Draft<'_>) -> Option<Credentials> {
    let key = draft.secret("serviceAccountKey")?;
    Some(Credentials::GoogleServiceAccount { key })
}

fn access_token(draft: &mut Draft<'_>) -> Option<Credentials> {
    as_username("oauth2accesstoken", draft.secret("accessToken")?)
}

fn judge_region(judge: &mut Judge<'_>) {
    judge.report_region(standing_of(judge.text), "Google Cloud");
}

/// What a key file lacks. It only warns: the format is Google's to change.
fn judge_key(judge: &mut Judge<'_>) {
    let text = judge.text;
    if text.starts_with("-----BEGIN") {
        judge.report(Issue::new(Code::KeyFilePart));
        return;
    }
    // Once in base64 is a form that the registry knows; twice is a mistake.
    let unless_json = |text: &str| {
        if text.starts_with('{') {
            None
        } else {
            decoded(text)
        }
    };
    let once = unless_json(text);
    let text = once.as_deref().map_or(text, str::trim);
    if let Some(inner) = unless_json(text) {
        judge.report(Issue::new(Code::SecretEncoded).suggest(inner.trim()));
        return;
    }
    // Over lines it is what a terminal prints, and no longer what the registry knows.
    let is_wrapped = once.is_some() && judge.text.contains(char::is_whitespace);
    let Some(file) = Document::parse(text).filter(|_| !is_wrapped) else {
        let fix = if is_wrapped && Document::parse(text).is_some() {
            Some(text.to_owned())
        } else {
            // What stands before it is a variable's name.
            let start = text.find('{').unwrap_or(0);
            relaxed_json::repaired(text.get(start..).unwrap_or(""))
        };
        let is_key = |text: &String| contains(text, "service_account");
        let fix = fix.filter(is_key);
        let code = if fix.is_some() {
            Code::KeyFileFormat
        } else {
            Code::KeyFileNoJson
        };
        judge.report(Issue::new(code).suggest_some(fix));
        return;
    };
    // A text in JSON that holds the file.
    if let Document::Text(inner) = &file {
        let fix = Some(inner.trim()).filter(|inner| contains(inner, "service_account"));
        let fix = fix.map(str::to_owned);
        let code = if fix.is_some() {
            Code::KeyFileFormat
        } else {
            Code::KeyFileType
        };
        judge.report(Issue::new(code).suggest_some(fix));
        return;
    }
    let member = |name: &str| file.get(name).and_then(Document::as_str).unwrap_or("");
    match member("type") {
        "service_account" if contains(member("private_key"), "\\n") => {
            // Line breaks that were escaped twice.
            let fix = replace(text, "\\\\n", "\\n");
            judge.report(Issue::new(Code::KeyFileFormat).suggest(fix));
            return;
        }
        "service_account" => {}
        _ => {
            // What the type is, is a part of a secret: it might be one that stands in the wrong place.
            judge.report(Issue::new(Code::KeyFileType));
            return;
        }
    }
    for name in [
        "client_email",
        "private_key",
        "private_key_id",
        "project_id",
    ] {
        let is_there = match name {
            "private_key" => contains(member(name), "PRIVATE KEY-----"),
            "client_email" => contains(member(name), "@"),
            _ => !member(name).is_empty(),
        };
        if !is_there {
            judge.report(Issue::new(Code::KeyFileMember).with("member", name));
        }
    }
}

fn judge_access_token(judge: &mut Judge<'_>) {
    let text = judge.text;
    if text.starts_with('{') {
        judge.report(Issue::new(Code::SecretIsKeyFile));
    } else if text.starts_with("ya29.") {
        judge.report(
            Issue::new(Code::SecretTemporary)
                .with("token", "an access token")
                .with("duration", "an hour"),
        );
    } else {
        judge.unusual_secret("a Google access token");
    }
}

fn fill(found: &Found<'_>, form: &mut ConnectionForm) {
    match Location::of_host(found.endpoint.host()) {
        Some(Location::Region(place) | Location::Host(place))
            if standing_of(place) == Standing::Listed
                && !found.endpoint.host().ends_with(".rep.pkg.dev") =>
        {
            form.set("region", place);
            form.set("namespace", found.endpoint.namespace());
        }
        _ => form.set("url", &found.endpoint.to_text()),
    }
    let (auth, field) = match found.username {
        _ if found.secret.is_empty() => return,
        "_json_key" | "_json_key_base64" => ("service-account-key", "serviceAccountKey"),
        _ => ("access-token", "accessToken"),
    };
    auth.clone_into(&mut form.auth);
    form.set(field, found.secret);
}

/// `gcloud auth configure-docker europe-docker.pkg.dev,us-docker.pkg.dev`
/// (cloud.google.com/sdk/gcloud/reference/auth/configure-docker, August 2026).
fn configure_command(command: &Invocation<'_>) -> Vec<ConnectionForm> {
    if command.program != "gcloud" {
        return Vec::new();
    }
    let Some(words) = after(command.arguments, &["auth", "configure-docker"]) else {
        // `gcloud run deploy --image …`, `gcloud builds submit --tag …`
        let arguments = Arguments::of(command.arguments, "--image --tag --project --region");
        let image = arguments.option(&["--image", "--tag"]);
        return form_of_image(image).into_iter().collect();
    };
    let arguments = Arguments::of(words, "--project --account");
    let mut forms = Vec::new();
    for host in arguments.others.iter().flat_map(|hosts| hosts.split(',')) {
        let form = form_at(host.trim(), "", "");
        forms.extend(form.filter(|form| form.provider == PROVIDER.id.as_str()));
    }
    forms
}

/// A service account's key file. Where the registry is, it does not say.
fn key_file(document: &Document, text: &str) -> Vec<ConnectionForm> {
    let member = |name: &str| document.get(name).and_then(Document::as_str).unwrap_or("");
    let is_key = member("type") == "service_account" && !member("private_key").is_empty();
    if !is_key || text.is_empty() {
        return Vec::new();
    }
    let mut form = ConnectionForm {
        provider: PROVIDER.id.as_str().to_owned(),
        auth: "service-account-key".to_owned(),
        ..ConnectionForm::default()
    };
    form.set("serviceAccountKey", text.trim());
    vec![form]
}
