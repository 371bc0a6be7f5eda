//! Docker Hub.

use super::{
    Auth, Capabilities, Field, Group, Line, Notifications, Provider, ProviderId,
    field::page_text,
    login::{anonymous, oauth2, password},
    rules::{Alphabet, Console, Fit, Judge, Rules, Shape},
};
use crate::{
    credential::Credentials,
    detect::{Found, fill_login},
    endpoint::{Endpoint, Split, is_name},
    finding::Issue,
    form::{ConnectionForm, Draft},
    message::Code,
    reference::is_component,
    text::{concat, contains, span, split_once},
};

pub(super) static PROVIDER: Provider = Provider {
    id: ProviderId::DockerHub,
    title: "Docker Hub",
    docs_url: page_text("https://docs.docker.com/security/access-tokens/"),
    group: Group::Hosted,
    rank: 10,
    auth: &[
        Auth::new(
            "password",
            "Username and access token",
            &[URL, USERNAME, PASSWORD, NAMESPACE],
            password,
        ),
        Auth::new("oauth2", "OAuth2 token", &[URL, TOKEN, NAMESPACE], oauth2),
        Auth::new(
            "anonymous",
            "No login (public images)",
            &[URL, NAMESPACE],
            anonymous_login,
        ),
    ],
    // Without a catalog, but with an API that lists. Deletions are not announced and cannot be told from hidden ones.
    capabilities: Capabilities {
        events: true,
        ..Capabilities::LISTING
    },
    notifications: Some(NOTIFICATIONS),
    rules: Rules {
        owns,
        names: |host| {
            let is_one = NAMES.contains(&host);
            let names = NAMES.iter().filter(|_| is_one);
            names.map(|name| (*name).to_owned()).collect()
        },
        hosts: &[
            "docker.io",
            "index.docker.io",
            "registry-1.docker.io",
            "*.docker.io",
        ],
        console,
        page_image,
        endpoint: judge_endpoint,
        fill,
        shapes: SHAPES,
        listing_is_limited: true,
        ..Rules::ANY_HOST
    },
};

const NOTIFICATIONS: Notifications = Notifications::steps(&[
    Line::new("Open the repository, then Webhooks. Each repository has its own."),
    Line::new("Give it a name and the webhook URL above. The secret is the URL's last part."),
    Line::new("Docker Hub reports only pushes. The next sync finds deleted images."),
])
.docs_url("https://docs.docker.com/docker-hub/repos/manage/webhooks/");

const HOST: &str = "docker.io";

/// Docker Hardened Images, which the same accounts log in to. <https://docs.docker.com/dhi/>, 2026-08.
const HARDENED: &str = "dhi.io";

const URL: Field = Field::url().default(HOST);

const USERNAME: Field = Field::username()
    .placeholder("acmecorp")
    .rule(judge_username)
    .help(
        "The Docker ID that the token belongs to, not its e-mail address. \
     For an organization's token, the organization's name.",
    );

const PASSWORD: Field = Field::secret("password", "Access token")
    .required()
    .placeholder("dckr_pat_…")
    .rule(judge_password)
    .help_for(
        "A personal access token with “Read-only”, or an organization's token with “Image Pull”, “Repository Read”, \
         “Tag Read” and “Repository List”.",
        "A personal access token with “Read & Write”, or an organization's token with “Image Pull”, “Image Push”, \
         “Repository Read”, “Tag Read” and “Repository List”.",
    );

const TOKEN: Field = Field::secret("token", "Token")
    .required()
    .rule(judge_token)
    .help_for(
        "A refresh token of Docker's token service for an account that may pull. An access token goes with its username \
         under the other login.",
        "A refresh token of Docker's token service for an account that may pull and push. An access token goes with its \
         username under the other login.",
    );

const NAMESPACE: Field = Field::namespace("Namespace").placeholder("acmecorp").help(
    "The user or organization whose repositories to list. Leave empty to list the username's own.",
);

/// Prefixes and lengths as Docker's own tokens have them; a UUID is a personal access token of before 2021.
const SHAPES: &[Shape] = &[
    Shape {
        title: "a Docker personal access token",
        prefix: "dckr_pat_",
        length: 27..=27,
        alphabet: Alphabet::WORD,
    },
    Shape {
        title: "a Docker organization access token",
        prefix: "dckr_oat_",
        length: 32..=32,
        alphabet: Alphabet::WORD,
    },
    Shape {
        title: "an old Docker personal access token",
        prefix: "",
        length: 36..=36,
        alphabet: Alphabet::HEXADECIMAL.and("-"),
    },
];

/// Every name that images of Docker Hub are written with.
const NAMES: [&str; 4] = [
    HOST,
    "index.docker.io",
    "registry-1.docker.io",
    "registry.hub.docker.com",
];

fn owns(host: &str) -> bool {
    NAMES.contains(&host) || host == HARDENED || is_page(host)
}

fn is_page(host: &str) -> bool {
    let pages = [
        "hub.docker.com",
        "app.docker.com",
        "www.docker.com",
        "docker.com",
        "registry.hub.docker.com",
        "cloud.docker.com",
        "store.docker.com",
        "login.docker.com",
        "auth.docker.io",
    ];
    pages.iter().any(|page| host.eq_ignore_ascii_case(page))
}

/// `https://hub.docker.com/u/acme`, `…/r/acme/app`, `…/repository/docker/acme/app`: the account is the namespace.
fn console(url: &Split<'_>) -> Option<Console> {
    if !is_page(url.host) {
        return None;
    }
    let account = match url.segments.as_slice() {
        _ if url.is_on("login.docker.com") || url.is_on("auth.docker.io") => None,
        ["u" | "r" | "orgs" | "repositories", account, ..]
        | ["repository", "docker", account, ..] => Some(*account),
        _ => None,
    };
    let registry = match account.filter(|account| is_component(account)) {
        Some(account) => concat(&[HOST, "/", account]),
        None => HOST.to_owned(),
    };
    Some(Console {
        registry: Some(registry),
    })
}

/// `https://hub.docker.com/r/acme/app`, `…/_/nginx`, `…/repository/docker/acme/app`, `…/layers/acme/app/1.0/…`.
fn page_image(url: &Split<'_>) -> Option<String> {
    if !url.is_on("hub.docker.com") {
        return None;
    }
    let (account, name, tag) = match *url.segments.as_slice() {
        ["_", name, ..] => ("library", name, ""),
        ["layers", account, name, tag, ..] => (account, name, tag),
        ["r", account, name, ..]
        | [
            "repository",
            "docker" | "registry-1.docker.io",
            account,
            name,
            ..,
        ] => (account, name, ""),
        _ => return None,
    };
    let (slash, account) = match account {
        "library" | "_" => ("", ""),
        account => ("/", account),
    };
    let colon = if tag.is_empty() { "" } else { ":" };
    Some(concat(&[account, slash, name, colon, tag]))
}

fn judge_endpoint(url: &Split<'_>, endpoint: &Endpoint, issues: &mut Vec<Issue>) {
    if !matches!(endpoint.host(), HOST | HARDENED) || !endpoint.is_plain() {
        let issue = Issue::new(Code::UrlOtherHost).at(span(url.text, url.host));
        issues.push(
            issue
                .with("title", PROVIDER.title)
                .with("expected", HOST)
                .suggest(HOST),
        );
    }
}

/// Without an account there is no namespace that is one's own.
fn anonymous_login(draft: &mut Draft<'_>) -> Option<Credentials> {
    let is_whole = Endpoint::parse(draft.get("url"))
        .is_ok_and(|endpoint| endpoint.namespace().is_empty() && endpoint.host() == HOST);
    if is_whole && !draft.is_filled("namespace") && draft.form.image.trim().is_empty() {
        let issue = Issue::new(Code::NamespaceWanted).with("title", PROVIDER.title);
        draft.report("namespace", issue);
    }
    anonymous(draft)
}

/// New Docker IDs have 4 to 30 lower-case letters and digits; older accounts may look otherwise, so that only warns.
fn judge_username(judge: &mut Judge<'_>) {
    let name = judge.text;
    let account = name.strip_prefix('@').or_else(|| {
        split_once(name, "hub.docker.com/u/").map(|(_, account)| account.trim_end_matches('/'))
    });
    // What has a colon is reported as such, with the same account.
    let account = account.filter(|_| !contains(name, ":"));
    if let Some(account) = account.filter(|account| is_component(account)) {
        let issue = Issue::new(Code::UsernameUnusual).with("title", PROVIDER.title);
        judge.report(issue.with("example", "acmecorp").suggest(account));
    } else if let Some((_, domain)) = name.split_once('@')
        && is_name(domain)
    {
        judge.report(Issue::new(Code::UsernameEmail).with("title", PROVIDER.title));
    } else if SHAPES.iter().any(|shape| shape.fit(name) == Fit::Yes) {
        // That it is a token is said already.
    } else if name.bytes().any(|b| b.is_ascii_uppercase()) {
        judge.report(
            Issue::new(Code::UsernameCase)
                .with("title", PROVIDER.title)
                .suggest(name.to_ascii_lowercase()),
        );
    } else if !(4..=30).contains(&name.len())
        || !name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    {
        judge.unusual_username("acmecorp");
    }
}

fn judge_password(judge: &mut Judge<'_>) {
    let secret = judge.text;
    if secret.starts_with("dckr_oat_") {
        judge.report(Issue::new(Code::SecretOrganization));
    } else if Shape::of_any(secret).is_none()
        && SHAPES.iter().all(|shape| shape.fit(secret) == Fit::No)
    {
        judge.report(Issue::new(Code::SecretPassword).with("token", "a Docker access token"));
    }
}

fn fill(found: &Found<'_>, form: &mut ConnectionForm) {
    if found.endpoint.host() == HARDENED {
        form.set("url", &found.endpoint.to_text());
    } else {
        form.set("namespace", found.endpoint.namespace());
    }
    fill_login(found, form);
}

/// A personal access token is no token of the registry's token service.
fn judge_token(judge: &mut Judge<'_>) {
    let shape = SHAPES
        .iter()
        .find(|shape| !shape.prefix.is_empty() && shape.fit(judge.text) == Fit::Yes);
    if let Some(shape) = shape {
        judge.report(Issue::new(Code::SecretOtherLogin).with("token", shape.title));
    }
}
