//! JFrog Artifactory, in JFrog's cloud or self-hosted.

use super::{
    Auth, Capabilities, Field, Group, Line, Notifications, Provider, ProviderId,
    field::page_text,
    login::{anonymous, header_secret, password, username},
    rules::{Alphabet, Console, Fit, Judge, Rules, Shape},
};
use crate::{
    credential::Credentials,
    endpoint::{Endpoint, Split, is_name},
    finding::Issue,
    form::Draft,
    message::Code,
    text::{concat, contains, span},
};

pub(super) static PROVIDER: Provider = Provider {
    id: ProviderId::JfrogArtifactory,
    title: "JFrog Artifactory",
    docs_url: page_text(
        "https://jfrog.com/help/r/jfrog-platform-administration-documentation/access-tokens",
    ),
    group: Group::SelfHosted,
    rank: 100,
    auth: &[
        Auth::new(
            "password",
            "Username and password",
            &[URL, USERNAME, PASSWORD, NAMESPACE],
            password,
        ),
        Auth::new(
            "api-key",
            "API key",
            &[URL, API_KEY, NAMESPACE],
            api_key_login,
        ),
        Auth::new(
            "access-token",
            "Access token",
            &[URL, USERNAME.optional(), ACCESS_TOKEN, NAMESPACE],
            access_token_login,
        ),
        Auth::new(
            "anonymous",
            "No login (anonymous access)",
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
        owns: is_cloud,
        hosts: &[CLOUD],
        console,
        endpoint: judge_endpoint,
        shapes: &[API_KEY_SHAPE, REFERENCE_TOKEN, ACCESS_TOKEN_SHAPE],
        ..Rules::ANY_HOST
    },
};

const NOTIFICATIONS: Notifications = Notifications::steps(&[
    Line::new("Open Administration, General, Webhooks, New Webhook."),
    Line::new("URL: the webhook URL above."),
    Line::new("Events: Docker, “Tag was pushed” and “Tag was deleted”, for the connection's repositories."),
    Line::authorization("Custom headers: Authorization with the value above."),
]).docs_url("https://jfrog.com/help/r/jfrog-platform-administration-documentation/webhooks");

const CLOUD: &str = ".jfrog.io";

const URL: Field = Field::url().placeholder("acme.jfrog.io").help(
    "The host of Artifactory; a repository's key after it, or the address “…/artifactory/api/docker/<key>”, bounds listing \
     to that repository. A repository may have a host or a port of its own: “<server>-<key>.jfrog.io”, “<key>.<host>”, \
     “<host>:<port>”.",
);

const USERNAME: Field = Field::username().help("The user that the password or token belongs to.");

const PASSWORD: Field = Field::secret("password", "Password or token")
    .required()
    .help_for(
        "An identity token or the password of a user with the permission “Read” on the repository.",
        "An identity token or the password of a user with the permissions “Read” and “Deploy/Cache” on the repository.",
    );

const API_KEY: Field = Field::secret("apiKey", "API key")
    .required()
    .placeholder("AKCp…")
    .rule(judge_api_key)
    .help_for(
        "The API key of a user with the permission “Read” on the repository.",
        "The API key of a user with the permissions “Read” and “Deploy/Cache” on the repository.",
    );

const ACCESS_TOKEN: Field = Field::secret("accessToken", "Access token")
    .required()
    .rule(judge_access_token)
    .help_for(
        "An access or reference token of a user or group with the permission “Read” on the repository.",
        "An access or reference token of a user or group with the permissions “Read” and “Deploy/Cache” on the \
         repository.",
    );

const NAMESPACE: Field = Field::namespace("Repository key")
    .placeholder("docker-local")
    .help("Only list this repository, or images under a path in it.");

const API_KEY_SHAPE: Shape = Shape {
    title: "an API key of Artifactory",
    prefix: "AKCp",
    length: 69..=69,
    alphabet: Alphabet::ALPHANUMERIC,
};

/// `reftkn` and more, in base64.
const REFERENCE_TOKEN: Shape = Shape {
    title: "a reference token of Artifactory",
    prefix: "cmVmdGtu",
    length: 56..=56,
    alphabet: Alphabet::ALPHANUMERIC,
};

/// A JSON Web Token; they all begin alike, whosesoever they are: hence no prefix.
const ACCESS_TOKEN_SHAPE: Shape = Shape {
    title: "an access token",
    prefix: "",
    length: 100..=4096,
    alphabet: Alphabet::TOKEN,
};

/// `acme.jfrog.io`, or `acme-docker-local.jfrog.io` for one repository: one label before the domain.
fn is_cloud(host: &str) -> bool {
    host.strip_suffix(CLOUD)
        .is_some_and(|server| !contains(server, ".") && is_name(server))
}

/// `https://acme.jfrog.io/ui/native/docker-local`: the repository has an address of its own.
fn console(url: &Split<'_>) -> Option<Console> {
    let registry = match url.segments.as_slice() {
        ["ui", "native", key, ..] | ["ui", "repos", "tree", _, key, ..] => of_repository(url, key),
        ["artifactory", "webapp", ..] => url.origin(),
        ["ui", ..] if is_cloud(&url.host.to_ascii_lowercase()) => url.origin(),
        _ => return None,
    };
    Some(Console {
        registry: Some(registry),
    })
}

/// The address of a repository; of the whole Artifactory where the key is none.
fn of_repository(url: &Split<'_>, key: &str) -> String {
    let origin = url.origin();
    if Alphabet::TOKEN.spells(key) {
        concat(&[&origin, "/artifactory/api/docker/", key])
    } else {
        origin
    }
}

fn judge_endpoint(url: &Split<'_>, endpoint: &Endpoint, issues: &mut Vec<Issue>) {
    if !endpoint.base_path().is_empty() {
        return;
    }
    let (code, registry) = match url.segments.as_slice() {
        ["artifactory", key, ..] if *key != "api" => (Code::UrlPage, of_repository(url, key)),
        ["artifactory", ..] => (Code::UrlPage, url.origin()),
        ["ui", ..] => (Code::UrlConsole, url.origin()),
        _ => return,
    };
    issues.push(
        Issue::new(code)
            .at(span(url.text, url.path))
            .with("host", endpoint.host())
            .with("title", PROVIDER.title)
            .suggest(registry),
    );
}

fn has_no_shape(judge: &Judge<'_>) -> bool {
    let shapes = PROVIDER.rules.shapes;
    shapes.iter().all(|shape| shape.fit(judge.text) == Fit::No)
}

fn judge_api_key(judge: &mut Judge<'_>) {
    judge.report_titled(Code::SecretDeprecated);
    if has_no_shape(judge) {
        judge.unusual_secret("an API key: “AKCp” and 69 letters and digits");
    }
}

fn judge_access_token(judge: &mut Judge<'_>) {
    if has_no_shape(judge) {
        judge.unusual_secret("an access token, which starts with “eyJ”, or with “cmVmdGtu” if it is a reference token");
    }
}

fn api_key_login(draft: &mut Draft<'_>) -> Option<Credentials> {
    let key = header_secret(draft, "apiKey")?;
    Some(Credentials::ApiKey { key })
}

/// With a username the token stands for the password, without one it goes as Bearer.
fn access_token_login(draft: &mut Draft<'_>) -> Option<Credentials> {
    let token = header_secret(draft, "accessToken");
    if !draft.is_filled("username") {
        return token.map(|token| Credentials::Bearer { token });
    }
    Some(Credentials::Password {
        username: username(draft, "username", true)?,
        password: token?,
    })
}
