//! GitLab's container registry: registry.gitlab.com, or one beside a self-managed GitLab.

use super::{
    Auth, Capabilities, Field, Group, Line, Notifications, Provider, ProviderId,
    field::page_text,
    login::{anonymous, hint_personal, oauth2, password},
    rules::{Alphabet, Console, Fit, Judge, Rules, Shape},
};
use crate::{
    credential::Credentials,
    endpoint::{Endpoint, Split},
    finding::Issue,
    form::Draft,
    message::Code,
    reference::is_component,
    text::{concat, contains, find, span},
};

pub(super) static PROVIDER: Provider = Provider {
    id: ProviderId::GitLab,
    title: "GitLab",
    docs_url: page_text(
        "https://docs.gitlab.com/user/packages/container_registry/authenticate_with_container_registry/",
    ),
    group: Group::Hosted,
    rank: 60,
    auth: &[
        Auth::new(
            "password",
            "Username and token",
            &[URL, USERNAME, PASSWORD, NAMESPACE],
            judge_login,
        ),
        Auth::new("oauth2", "OAuth2 token", &[URL, TOKEN, NAMESPACE], oauth2),
        Auth::new(
            "anonymous",
            "No login (public projects)",
            &[URL, NAMESPACE],
            anonymous,
        ),
    ],
    // The catalog is closed to most, but GitLab's own API lists.
    capabilities: Capabilities {
        events: true,
        ..Capabilities::LISTING
    },
    notifications: Some(NOTIFICATIONS),
    rules: Rules {
        owns: |host| host == HOST,
        hosts: &[HOST],
        console,
        page_image,
        // Of its dependency proxies.
        endpoint: judge_endpoint,
        page_is_registry: |url| url.is_on("gitlab.com") && url.segments.is_empty(),
        shapes: SHAPES,
        ..Rules::ANY_HOST
    },
};

const NOTIFICATIONS: Notifications = Notifications::steps(&[
    Line::new("On a self-managed GitLab, add this to /etc/gitlab/gitlab.rb and run “gitlab-ctl reconfigure”."),
    Line::new("GitLab.com has no such setting for its registry. Keep the schedule on."),
]).snippet(&[
    Line::new("registry['notifications'] = ["),
    Line::new("  {"),
    Line::new("    'name' => 'bowline',"),
    Line::new("    'url' => '{url}',"),
    Line::new("    'timeout' => '10s',"),
    Line::new("    'threshold' => 5,"),
    Line::new("    'backoff' => '10s',"),
    Line::authorization("    'headers' => { 'Authorization' => ['{authorization}'] },"),
    Line::new("  },"),
    Line::new("]"),
]).docs_url("https://docs.gitlab.com/administration/packages/container_registry/#configure-container-registry-notifications");

const HOST: &str = "registry.gitlab.com";

const URL: Field = Field::url().default(HOST).help(
    "For self-managed GitLab: the registry's host, or GitLab's host with the registry's port.",
);

const USERNAME: Field = Field::username()
    .placeholder("gitlab+deploy-token-1")
    .rule(judge_username)
    .help("The deploy token's username, or the account that the access token belongs to.");

const PASSWORD: Field = Field::secret("password", "Token")
    .required()
    .placeholder("gldt-…")
    .rule(judge_password)
    .help_for(
        "A deploy token with “read_registry”, or an access token with “read_registry” and, for listing, “read_api”.",
        "A deploy token with “read_registry” and “write_registry”, or an access token with these and, for listing, \
         “read_api”.",
    );

const TOKEN: Field = Field::secret("token", "Token")
    .required()
    .help_for(
        "A token of GitLab's token service that may pull. A personal access token goes with its username under the other \
         login.",
        "A token of GitLab's token service that may pull and push. A personal access token goes with its username under \
         the other login.",
    );

const NAMESPACE: Field = Field::namespace("Group or project")
    .placeholder("group/project")
    .help("Only list repositories under this path.");

/// Lengths have grown and may be longer still: a job's token is a JSON Web Token (docs.gitlab.com/ci/jobs/ci_job_token,
/// 2026-08). Tokens of older instances have no prefix, and others have their own.
const SHAPES: &[Shape] = &[
    shape("a GitLab access token", "glpat-"),
    shape("a GitLab deploy token", "gldt-"),
    shape("the token of a GitLab CI job", JOB_TOKEN),
    shape("the secret of a GitLab application", "gloas-"),
];

const JOB_TOKEN: &str = "glcbt-";

const fn shape(title: &'static str, prefix: &'static str) -> Shape {
    Shape {
        title,
        prefix,
        length: 20..=4096,
        alphabet: Alphabet::TOKEN,
    }
}

/// `https://gitlab.com/group/project/-/container_registry`: the group or project is the namespace.
fn console(url: &Split<'_>) -> Option<Console> {
    // The dependency proxy is a registry on GitLab's own host.
    if url.is_on("gitlab.com") && contains(url.path, PROXY) {
        return None;
    }
    if !url.is_on("gitlab.com") && !url.is_on("www.gitlab.com") {
        // Where the registry of a self-managed GitLab is, its page does not tell.
        let mut rest = url
            .segments
            .iter()
            .skip_while(|segment| **segment != "-")
            .skip(1);
        // Gitea has the same mark before its packages.
        let is_page = rest.next().is_some_and(|page| *page != "packages");
        return is_page.then_some(Console { registry: None });
    }
    Some(Console {
        registry: Some(concat(&[HOST, &path_of_page(url)])),
    })
}

/// The address of a project's Git repository under the registry's host.
fn judge_endpoint(url: &Split<'_>, endpoint: &Endpoint, issues: &mut Vec<Issue>) {
    if let Some(project) = endpoint.namespace().strip_suffix(".git") {
        let fix = endpoint.clone().with_namespace(project).to_text();
        let issue = Issue::new(Code::UrlGit).at(span(url.text, url.path));
        issues.push(issue.suggest(fix));
    }
}

/// The path of the group or project that a page is about, with the slash that starts it.
fn path_of_page(url: &Split<'_>) -> String {
    let lower = url.path.to_ascii_lowercase();
    let lower = lower.trim_end_matches('/');
    let lower = lower.strip_suffix(".git").unwrap_or(lower);
    let lower = lower.strip_prefix("/groups").unwrap_or(lower);
    let mut path = String::new();
    let parts = lower.split('/').filter(|part| !part.is_empty());
    for (at, part) in parts.enumerate() {
        let is_page = (at == 0 && PAGES.contains(&part)) || part == "container_registry";
        if is_page || !is_component(part) {
            break;
        }
        path.push('/');
        path.push_str(part);
    }
    path
}

/// `https://gitlab.com/group/project/-/container_registry/123`.
fn page_image(url: &Split<'_>) -> Option<String> {
    let is_registry = url.segments.contains(&"container_registry");
    let is_own = url.is_on("gitlab.com") && is_registry;
    is_own.then(|| concat(&[HOST, &path_of_page(url)]))
}

/// The path of a dependency proxy behind its group.
/// <https://docs.gitlab.com/user/packages/dependency_proxy/>, 2026-08.
const PROXY: &str = "/dependency_proxy/containers";

/// Pages that are no groups.
const PAGES: [&str; 11] = [
    "users",
    "dashboard",
    "explore",
    "help",
    "groups",
    "api",
    "admin",
    "search",
    "projects",
    "oauth",
    "jwt",
];

/// Letters, digits, `_`, `.` and `-`, not starting with `-`, not ending with `-` or `.`; or a robot's name with `+`.
fn judge_username(judge: &mut Judge<'_>) {
    let name = judge.text;
    let sound = match name.strip_prefix("gitlab+deploy-token-") {
        Some(number) => !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()),
        None => {
            // A deploy token may be called anything with `+` in it.
            const { Alphabet::TOKEN.and("+") }.spells(name)
                && !name.starts_with('-')
                && !name.ends_with(['-', '.'])
        }
    };
    if !sound && Shape::of_any(name).is_none() {
        judge.unusual_username("gitlab+deploy-token-1");
    }
}

fn judge_password(judge: &mut Judge<'_>) {
    let secret = without_instance(judge.text);
    if secret.starts_with(JOB_TOKEN) {
        judge.report(
            Issue::new(Code::SecretTemporary)
                .with("token", "the token of a CI job")
                .with("duration", "as long as its job"),
        );
    } else if Shape::of_any(judge.text).is_none()
        && SHAPES.iter().all(|shape| shape.fit(secret) == Fit::No)
    {
        judge.report(Issue::new(Code::SecretPassword).with("token", "a GitLab token"));
    }
}

/// A token without the prefix that an instance may put before all of its tokens: `glpat-…` of `acme-glpat-…`.
fn without_instance(secret: &str) -> &str {
    SHAPES
        .iter()
        .find_map(|shape| {
            let at = find(secret, shape.prefix)?;
            let (before, token) = secret.split_at_checked(at)?;
            (before.is_empty() || before.ends_with('-')).then_some(token)
        })
        .unwrap_or(secret)
}

fn judge_login(draft: &mut Draft<'_>) -> Option<Credentials> {
    let credentials = password(draft)?;
    let (name, secret) = (
        draft.get("username"),
        without_instance(draft.get("password")),
    );
    // A custom deploy token has any username; bots and service accounts of projects and groups have theirs.
    let robot = contains(name, "+")
        || name == "gitlab-ci-token"
        || name.starts_with("service_account_")
        || (contains(name, "_bot") && (name.starts_with("project_") || name.starts_with("group_")))
        || secret.starts_with("gldt-")
        || secret.starts_with(JOB_TOKEN);
    if !robot {
        hint_personal(draft, "a deploy token");
    }
    Some(credentials)
}
