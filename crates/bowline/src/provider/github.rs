//! GitHub Container Registry.

use super::{
    Auth, Capabilities, Field, Group, Line, Notifications, Provider, ProviderId,
    field::page_text,
    login::{anonymous, oauth2, password},
    rules::{Alphabet, Console, Fit, Judge, Rules, Shape, report_other_host},
};
use crate::{
    detect::{Found, fill_login},
    endpoint::{Endpoint, Split},
    finding::Issue,
    form::ConnectionForm,
    message::Code,
    reference::is_component,
    text::{concat, contains, replace, split_once},
};

pub(super) static PROVIDER: Provider = Provider {
    id: ProviderId::GitHub,
    title: "GitHub Container Registry",
    docs_url: page_text(
        "https://docs.github.com/packages/working-with-a-github-packages-registry/working-with-the-container-registry",
    ),
    group: Group::Hosted,
    rank: 30,
    auth: &[
        Auth::new(
            "password",
            "Username and personal access token",
            &[URL, USERNAME, PASSWORD, NAMESPACE],
            password,
        ),
        Auth::new("oauth2", "OAuth2 token", &[URL, TOKEN, NAMESPACE], oauth2),
        Auth::new(
            "anonymous",
            "No login (public images)",
            &[URL, NAMESPACE],
            anonymous,
        ),
    ],
    // Without a catalog, but with an API that lists.
    capabilities: Capabilities {
        events: true,
        ..Capabilities::LISTING
    },
    notifications: Some(NOTIFICATIONS),
    rules: Rules {
        owns,
        hosts: &[HOST, "*.ghcr.io"],
        console,
        page_image,
        endpoint: judge_endpoint,
        fill,
        shapes: SHAPES,
        ..Rules::ANY_HOST
    },
};

const NOTIFICATIONS: Notifications = Notifications::steps(&[
    Line::new("Open the organization's or the repository's Settings, then Webhooks, Add webhook."),
    Line::new("Payload URL: the webhook URL above. Content type: application/json."),
    Line::authorization("Secret: the value above."),
    Line::no_authorization("Leave Secret empty. This connection's secret is the URL's last part."),
    Line::new(
        "Choose “Let me select individual events”: Packages and Registry packages, nothing else.",
    ),
])
.docs_url("https://docs.github.com/webhooks/webhook-events-and-payloads#package");

const HOST: &str = "ghcr.io";

const URL: Field = Field::url().default(HOST).help(
    "For GitHub Enterprise: “containers.<tenant>.ghe.com”, or “containers.” followed by your server's host.",
);

const USERNAME: Field = Field::username()
    .placeholder("octocat")
    .rule(judge_username)
    .help("The account that the token belongs to.");

const PASSWORD: Field = Field::secret("password", "Personal access token")
    .required()
    .placeholder("ghp_…")
    .rule(judge_password)
    .help_for(
        "A personal access token (classic) with “read:packages”. Fine-grained tokens do not work.",
        "A personal access token (classic) with “write:packages”. Fine-grained tokens do not work.",
    );

const TOKEN: Field = Field::secret("token", "Token")
    .required()
    .rule(judge_token)
    .help_for(
        "A token of the registry's token service that may pull. A personal access token goes with its username under the \
         other login.",
        "A token of the registry's token service that may pull and push. A personal access token goes with its username \
         under the other login.",
    );

const NAMESPACE: Field = Field::namespace("Owner")
    .placeholder("acme")
    .help("The user or organization whose packages to list, in lowercase.");

/// By their prefixes; their length is from 36 characters on and has grown before. Those of apps and workflows hold a JSON
/// Web Token since 2026: about 520 characters, with dots and hyphens (github.blog/changelog, 2026-04-24 and 2026-10-02).
const SHAPES: &[Shape] = &[
    Shape {
        title: "a GitHub personal access token",
        prefix: "ghp_",
        length: 36..=255,
        alphabet: Alphabet::WORD,
    },
    Shape {
        title: "a fine-grained GitHub token",
        prefix: "github_pat_",
        length: 22..=255,
        alphabet: Alphabet::WORD,
    },
    Shape {
        title: "a GitHub OAuth token",
        prefix: "gho_",
        length: 36..=2048,
        alphabet: Alphabet::TOKEN,
    },
    Shape {
        title: "a GitHub user token of an app",
        prefix: "ghu_",
        length: 36..=2048,
        alphabet: Alphabet::TOKEN,
    },
    Shape {
        title: "a GitHub token of an app or a workflow",
        prefix: "ghs_",
        length: 36..=2048,
        alphabet: Alphabet::TOKEN,
    },
    Shape {
        title: "a GitHub refresh token",
        prefix: "ghr_",
        length: 36..=2048,
        alphabet: Alphabet::TOKEN,
    },
];

fn owns(host: &str) -> bool {
    matches!(host, HOST | "containers.github.com")
        || is_page(host)
        || enterprise_cloud(host).is_some()
}

/// The tenant of a registry on GHE.com, GitHub Enterprise Cloud with data residency: `octocorp` of
/// `containers.octocorp.ghe.com`.
/// <https://docs.github.com/enterprise-cloud@latest/admin/data-residency>, 2026-08.
fn enterprise_cloud(host: &str) -> Option<&str> {
    let tenant = host.strip_prefix(ENTERPRISE)?.strip_suffix(GHE)?;
    (!tenant.is_empty() && !contains(tenant, ".")).then_some(tenant)
}

/// The first label of a GitHub Enterprise's registry; GitHub's own host follows.
const ENTERPRISE: &str = "containers.";

const GHE: &str = ".ghe.com";

/// The web pages, and the registry that came before this one.
fn is_page(host: &str) -> bool {
    let pages = [
        "github.com",
        "www.github.com",
        "docker.pkg.github.com",
        "npm.pkg.github.com",
    ];
    pages.iter().any(|page| host.eq_ignore_ascii_case(page))
}

/// `https://github.com/acme/app`, `https://github.com/orgs/acme/packages`: the owner is the namespace.
fn console(url: &Split<'_>) -> Option<Console> {
    if !is_page(url.host) {
        // A tenant's page has the registry beside it.
        let tenant = url.host.to_ascii_lowercase();
        let tenant = tenant
            .strip_suffix(GHE)
            .filter(|tenant| !contains(tenant, "."))?;
        return Some(Console {
            registry: Some(concat(&[ENTERPRISE, tenant, GHE])),
        });
    }
    let owner = match *url.segments.as_slice() {
        ["orgs" | "users" | "organizations", owner, ..] => Some(owner),
        [page, ..] if PAGES.contains(&page) => None,
        [owner, ..] => Some(owner),
        [] => None,
    };
    let owner = owner
        .map(str::to_ascii_lowercase)
        .filter(|owner| is_component(owner));
    let registry = owner.map_or_else(|| HOST.to_owned(), |owner| concat(&[HOST, "/", &owner]));
    Some(Console {
        registry: Some(registry),
    })
}

/// Pages that are no accounts.
const PAGES: [&str; 24] = [
    "settings",
    "enterprises",
    "login",
    "logout",
    "sessions",
    "join",
    "signup",
    "marketplace",
    "explore",
    "topics",
    "features",
    "pricing",
    "sponsors",
    "notifications",
    "pulls",
    "issues",
    "new",
    "about",
    "apps",
    "search",
    "trending",
    "packages",
    "codespaces",
    "account",
];

/// `https://github.com/orgs/acme/packages/container/app/versions`, `https://github.com/acme/app/pkgs/container/app`.
fn page_image(url: &Split<'_>) -> Option<String> {
    if !is_page(url.host) {
        return None;
    }
    let (owner, name) = match *url.segments.as_slice() {
        [
            "orgs" | "users",
            owner,
            "packages",
            "container",
            "package",
            name,
            ..,
        ]
        | ["orgs" | "users", owner, "packages", "container", name, ..]
        | [owner, _, "pkgs", "container", name, ..] => (owner, name),
        _ => return None,
    };
    let path = concat(&[owner, "/", &replace(name, "%2F", "/")]).to_ascii_lowercase();
    Some(concat(&[HOST, "/", &path]))
}

fn judge_endpoint(url: &Split<'_>, endpoint: &Endpoint, issues: &mut Vec<Issue>) {
    let host = endpoint.host();
    let is_fixed = host == HOST || enterprise_cloud(host).is_some();
    // GitHub Enterprise Server has its registry at `containers.` and its own host, with a port of its own perhaps.
    let is_server = !host.ends_with(".github.com")
        && host
            .strip_prefix(ENTERPRISE)
            .is_some_and(|server| contains(server, ".") && !server.ends_with(GHE));
    if is_fixed && endpoint.is_plain() || is_server {
        return;
    }
    // A token of an enterprise does not belong to the public registry.
    let fix = match host.strip_suffix(GHE) {
        _ if is_fixed => Some(host.to_owned()),
        Some(tenant) if !contains(tenant, ".") => Some(concat(&[ENTERPRISE, host])),
        None if !host.starts_with(ENTERPRISE) || host == "containers.github.com" => {
            Some(HOST.to_owned())
        }
        _ => None,
    };
    report_other_host(url, PROVIDER.title, HOST, fix.as_deref(), issues);
}

/// 1 to 39 letters, digits and single inner hyphens; a managed user has `_` and a short code behind. The registry
/// hardly looks at it, so that it only warns.
fn judge_username(judge: &mut Judge<'_>) {
    let name = judge.text;
    let sound = is_login(name);
    let is_token = SHAPES.iter().any(|shape| shape.fit(name) == Fit::Yes);
    let account = name.strip_prefix('@').or_else(|| {
        split_once(name, "github.com/").map(|(_, account)| account.trim_end_matches('/'))
    });
    // What has a colon is reported as such, with the same account.
    let account = account.filter(|_| !contains(name, ":"));
    if let Some(account) = account.filter(|account| is_login(account)) {
        let issue = Issue::new(Code::UsernameUnusual).with("title", PROVIDER.title);
        judge.report(issue.with("example", "octocat").suggest(account));
    } else if !sound && !is_token {
        judge.unusual_username("octocat");
    }
}

fn is_login(name: &str) -> bool {
    let login = name.rsplit_once('_').map_or(name, |(login, _)| login);
    let login = login.strip_suffix("[bot]").unwrap_or(login);
    (1..=39).contains(&name.len())
        && login
            .split('-')
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

fn judge_password(judge: &mut Judge<'_>) {
    let secret = judge.text;
    if secret.starts_with("github_pat_") {
        judge.report(Issue::new(Code::SecretFineGrained));
    } else if secret.starts_with("ghs_") {
        let issue =
            Issue::new(Code::SecretTemporary).with("token", "a token of a workflow or an app");
        judge.report(issue.with("duration", "for one job, or one hour"));
    } else if ["gho_", "ghu_", "ghr_"]
        .iter()
        .any(|prefix| secret.starts_with(prefix))
    {
        judge.unusual_secret("a personal access token (classic), which starts with “ghp_”");
    } else if Shape::of_any(secret).is_none()
        && SHAPES.iter().all(|shape| shape.fit(secret) == Fit::No)
    {
        judge.report(
            Issue::new(Code::SecretPassword).with("token", "a GitHub personal access token"),
        );
    }
}

fn fill(found: &Found<'_>, form: &mut ConnectionForm) {
    if found.endpoint.host() == HOST {
        form.set("namespace", found.endpoint.namespace());
    } else {
        form.set("url", &found.endpoint.to_text());
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
