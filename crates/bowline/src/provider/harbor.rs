//! Harbor.

use super::{
    Auth, Capabilities, Field, Group, Line, Notifications, Provider, ProviderId,
    field::page_text,
    login::{anonymous, hint_personal, oauth2, password},
    rules::{Console, Judge, Namespaces, Rules, is_slug},
};
use crate::{
    credential::Credentials,
    document::Document,
    endpoint::{Endpoint, Split},
    finding::Issue,
    form::{ConnectionForm, Draft},
    message::Code,
    text::{contains, replace, span},
};

pub(super) static PROVIDER: Provider = Provider {
    id: ProviderId::Harbor,
    title: "Harbor",
    docs_url: page_text(
        "https://goharbor.io/docs/main/working-with-projects/project-configuration/create-robot-accounts/",
    ),
    group: Group::SelfHosted,
    rank: 80,
    auth: &[
        Auth::new(
            "password",
            "Username and secret",
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
    capabilities: Capabilities {
        events: true,
        ..Capabilities::LISTING
    },
    notifications: Some(NOTIFICATIONS),
    rules: Rules {
        owns,
        console,
        endpoint: judge_endpoint,
        document: robot_file,
        namespaces: Some(Namespaces {
            fits: |namespace| namespace.split('/').next().is_some_and(is_slug),
            example: "library",
        }),
        ..Rules::ANY_HOST
    },
};

const NOTIFICATIONS: Notifications = Notifications::steps(&[
    Line::new("Open the project, then Webhooks, New Webhook. Each project has its own."),
    Line::new("Notify type: http. Payload format: Default or CloudEvents."),
    Line::new("Event types: Artifact pushed, Artifact deleted."),
    Line::new("Endpoint URL: the webhook URL above."),
    Line::authorization("Auth Header: the value of the header above, as it is."),
])
.docs_url(
    "https://goharbor.io/docs/main/working-with-projects/project-configuration/configure-webhooks/",
);

/// Harbor under other names: the project's demonstration, OVHcloud's, Iron Bank's and STACKIT's.
fn owns(host: &str) -> bool {
    matches!(
        host,
        "demo.goharbor.io" | "registry1.dso.mil" | "registry.onstackit.cloud"
    ) || host.ends_with(".container-registry.ovh.net")
}

const URL: Field = Field::url()
    .placeholder("harbor.example.com")
    .help("Harbor's host, and its port if it has one. Add a project to list only that project.");

const USERNAME: Field = Field::username()
    .placeholder("robot$project+scanner")
    .rule(judge_username)
    .help("Use a robot account. Enter its full name, like “robot$project+name”.");

const PASSWORD: Field = Field::secret("password", "Secret")
    .required()
    .rule(judge_password)
    .help_for(
        "The robot's secret; the robot may “pull” and “list” repositories. Who signs in by OIDC takes the CLI secret \
         of the user profile.",
        "The robot's secret; the robot may “pull”, “push” and “list” repositories. Who signs in by OIDC takes the CLI \
         secret of the user profile.",
    );

const TOKEN: Field = Field::secret("token", "Token").required().help_for(
    "A token that Harbor accepts as a Bearer token, with permission to pull.",
    "A token that Harbor accepts as a Bearer token, with permission to pull and push.",
);

const NAMESPACE: Field = Field::namespace("Project")
    .placeholder("library")
    .help("Only list repositories in this project, or under a path in it.");

/// `https://harbor.example.com/harbor/projects/2/repositories`: where projects are numbers, so that none is offered.
fn console(url: &Split<'_>) -> Option<Console> {
    let is_page = match *url.segments.as_slice() {
        ["harbor", page, ..] => PAGES.contains(&page),
        ["account", "sign-in" | "reset_password", ..] | ["devcenter-api-2.0" | "chartrepo", ..] => {
            true
        }
        ["c", "login" | "oidc", ..] => true,
        _ => false,
    };
    is_page.then(|| Console {
        registry: Some(url.origin()),
    })
}

/// The pages under `/harbor` (the routes of Harbor 2.14's portal).
const PAGES: [&str; 19] = [
    "projects",
    "sign-in",
    "users",
    "robot-accounts",
    "configs",
    "logs",
    "audit-logs",
    "registries",
    "replications",
    "distribution",
    "labels",
    "project-quotas",
    "interrogation-services",
    "gc",
    "clearing-job",
    "job-service-dashboard",
    "groups",
    "security-hub",
    "scanners",
];

fn judge_endpoint(url: &Split<'_>, _: &Endpoint, issues: &mut Vec<Issue>) {
    if matches!(
        url.segments.as_slice(),
        ["api", "v2.0", ..] | ["service", "token"]
    ) {
        let issue = Issue::new(Code::UrlApi).at(span(url.text, url.path));
        issues.push(issue.suggest(url.origin()));
    }
}

/// `robot$name` of the system, `robot$project+name` of a project; a user's name has none of `,"~#%`. The prefix is
/// the administrator's to change, and robots of old versions may have other names, so that this only warns.
fn judge_username(judge: &mut Judge<'_>) {
    const EXAMPLE: &str = "robot$project+scanner";
    let name = judge.text;
    let issue = |code| {
        Issue::new(code)
            .with("title", PROVIDER.title)
            .with("example", EXAMPLE)
    };
    // A shell puts the values of `$project` and `$scanner` there: nothing.
    if name == "robot" || name == "robot$" || name.starts_with("robot+") {
        judge.report(issue(Code::UsernameShell));
        return;
    }
    // As it is written in a shell or in a compose file.
    let mut plain = replace(name, "\\", "");
    while contains(&plain, "$$") {
        plain = replace(&plain, "$$", "$");
    }
    if plain != name {
        let fix = is_usual(&plain).then_some(plain);
        judge.report(issue(Code::UsernameUnusual).suggest_some(fix));
    } else if !is_usual(name) {
        let lower = name.to_ascii_lowercase();
        if lower != name && is_usual(&lower) {
            judge.report(issue(Code::UsernameCase).suggest(lower));
        } else {
            judge.unusual_username(EXAMPLE);
        }
    }
}

fn is_usual(name: &str) -> bool {
    match name.strip_prefix("robot$") {
        Some(robot) => is_robot(robot),
        None => name.len() <= 255 && !name.contains([',', '"', '~', '#', '%']),
    }
}

fn is_robot(name: &str) -> bool {
    match name.split_once('+') {
        Some((project, name)) => is_slug(project) && is_slug(name),
        None => is_slug(name),
    }
}

fn judge_password(judge: &mut Judge<'_>) {
    let has = |kind: fn(&u8) -> bool| judge.text.bytes().any(|b| kind(&b));
    let sound = (8..=128).contains(&judge.text.len())
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_digit);
    if !sound {
        let token =
            "a secret of Harbor: 8 to 128 characters with a capital, a small letter and a digit";
        judge.report(Issue::new(Code::SecretUnusual).with("token", token));
    }
}

fn judge_login(draft: &mut Draft<'_>) -> Option<Credentials> {
    let credentials = password(draft)?;
    // A user's name has no `$`; an administrator may have given robots another prefix.
    let name = draft.get("username");
    if !name.contains(['$', '+']) && name != "robot" {
        hint_personal(draft, "a robot account");
    }
    Some(credentials)
}

/// The file that Harbor's page exports for a robot, or what its API answers. Where the registry is, it does not say.
fn robot_file(document: &Document, _: &str) -> Vec<ConnectionForm> {
    let member = |name: &str| document.get(name).and_then(Document::as_str).unwrap_or("");
    let (name, secret) = (member("name"), member("secret"));
    let is_robot = name.starts_with("robot$") || document.get("creation_time").is_some();
    if !is_robot || name.is_empty() || secret.is_empty() {
        return Vec::new();
    }
    let mut form = ConnectionForm {
        provider: PROVIDER.id.as_str().to_owned(),
        auth: "password".to_owned(),
        ..ConnectionForm::default()
    };
    form.set("username", name);
    form.set("password", secret);
    vec![form]
}
