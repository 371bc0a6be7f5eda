//! OpenShift's internal registry.

use super::{
    Auth, Capabilities, Field, Group, Notifications, Provider, ProviderId,
    field::page_text,
    login::{header_secret, password},
    rules::{Alphabet, Console, Fit, Judge, Namespaces, Rules, Shape},
};
use crate::{
    credential::{Credentials, Username},
    detect::{Arguments, Invocation, after},
    endpoint::{Endpoint, Split},
    finding::Issue,
    form::{ConnectionForm, Draft},
    message::Code,
    placeholder::is_placeholder,
    text::span,
    text::{concat, contains},
};

pub(super) static PROVIDER: Provider = Provider {
    id: ProviderId::OpenShift,
    title: "OpenShift",
    docs_url: page_text(
        "https://docs.redhat.com/en/documentation/openshift_container_platform/latest/html/registry/accessing-the-registry",
    ),
    group: Group::SelfHosted,
    rank: 120,
    auth: &[
        Auth::new(
            "token",
            "Token",
            &[URL, TOKEN, API_URL, NAMESPACE],
            token_login,
        ),
        Auth::new(
            "password",
            "Username and token",
            &[URL, USERNAME, PASSWORD, API_URL, NAMESPACE],
            password,
        ),
    ],
    capabilities: Capabilities {
        events: true,
        image_streams: true,
        ..Capabilities::LISTING
    },
    notifications: Some(Notifications::DISTRIBUTION),
    rules: Rules {
        owns,
        console,
        endpoint: judge_endpoint,
        // Repositories are `project/name`, with nothing below.
        namespaces: Some(Namespaces {
            fits: |namespace| !contains(namespace, "/"),
            example: "myproject",
        }),
        command: login_command,
        shapes: &[USER_TOKEN, SERVICE_TOKEN],
        streams_address: Some(API_URL.name),
        ..Rules::ANY_HOST
    },
};

/// What the host of the registry's usual route starts with; the cluster's domain follows.
const ROUTE: &str = "default-route-openshift-image-registry.";

const URL: Field = Field::url()
    .placeholder("default-route-openshift-image-registry.apps.example.com")
    .help("The registry's route. It isn't the host of the console or the API server.");

const TOKEN: Field = Field::secret("token", "Token")
    .required()
    .rule(judge_token)
    .help_for(PULL_HELP, PUSH_HELP);

const USERNAME: Field = Field::username()
    .placeholder("scanner")
    .help("Any name without “:”. The token identifies the user.");

const PASSWORD: Field = Field::secret("password", "Token")
    .required()
    .rule(judge_token)
    .help_for(PULL_HELP, PUSH_HELP);

const PULL_HELP: &str = "The token of a service account with the role “registry-viewer” or “system:image-puller”: get, \
                         list and watch on imagestreams and imagestreams/layers.";

const PUSH_HELP: &str = "The token of a service account with the role “registry-editor” or “system:image-builder” beside \
                         those for listing: get and update on imagestreams/layers.";

const API_URL: Field = Field::address("apiUrl", "API server")
    .placeholder("https://api.example.com:6443")
    .help("The API server that lists image streams, if your pull rules follow them.");

const NAMESPACE: Field = Field::namespace("Project")
    .placeholder("myproject")
    .help("Only list repositories in this project.");

/// What `oc whoami -t` prints.
const USER_TOKEN: Shape = Shape {
    title: "an OpenShift user's token",
    prefix: "sha256~",
    length: 43..=43,
    alphabet: Alphabet::WORD,
};

/// A JSON Web Token; they all begin alike, whosesoever they are: hence no prefix.
const SERVICE_TOKEN: Shape = Shape {
    title: "a service account's token",
    prefix: "",
    length: 200..=4096,
    alphabet: Alphabet::TOKEN,
};

/// The usual route and the names inside the cluster, those of version 3 too.
fn owns(host: &str) -> bool {
    host.starts_with(ROUTE)
        || host.starts_with("docker-registry-default.")
        || matches!(
            host.strip_suffix(".cluster.local").unwrap_or(host),
            "image-registry.openshift-image-registry.svc" | "docker-registry.default.svc"
        )
}

/// The console and the login page share the registry's domain.
fn console(url: &Split<'_>) -> Option<Console> {
    let (name, domain) = url.host.split_once('.')?;
    let is_page = ["console-openshift-console", "oauth-openshift"]
        .iter()
        .any(|page| name.eq_ignore_ascii_case(page));
    is_page.then(|| Console {
        registry: Some(concat(&[ROUTE, domain])),
    })
}

/// The API server is usually at `api.<domain>:6443`, the registry's route at `….apps.<domain>`.
fn judge_endpoint(url: &Split<'_>, endpoint: &Endpoint, issues: &mut Vec<Issue>) {
    if endpoint.port() == Some(6443)
        && let Some(domain) = endpoint.host().strip_prefix("api.")
    {
        let route = concat(&[ROUTE, "apps.", domain]);
        issues.push(
            Issue::new(Code::UrlUnusualHost)
                .at(span(url.text, url.host))
                .with("host", endpoint.host())
                .with("title", PROVIDER.title)
                .with("expected", &route)
                .suggest(&route),
        );
    }
}

fn judge_token(judge: &mut Judge<'_>) {
    match USER_TOKEN.fit(judge.text) {
        Fit::Yes => judge.report(
            Issue::new(Code::SecretTemporary)
                .with("token", USER_TOKEN.title)
                .with("duration", "a day"),
        ),
        Fit::Broken => {}
        Fit::No if SERVICE_TOKEN.fit(judge.text) == Fit::Yes => {}
        Fit::No => judge.unusual_secret("a service account's token, which starts with “eyJ”"),
    }
}

/// The registry takes any username with a token for the password.
fn token_login(draft: &mut Draft<'_>) -> Option<Credentials> {
    Some(Credentials::Password {
        username: Username::parse("openshift")?,
        password: header_secret(draft, "token")?,
    })
}

/// `oc login --token=sha256~… --server=https://api.example.com:6443`, as the console's “Copy login command” shows it. Which
/// host the registry has, it does not say.
fn login_command(command: &Invocation<'_>) -> Vec<ConnectionForm> {
    let words = after(command.arguments, &["login"]).filter(|_| command.program == "oc");
    let Some(words) = words else {
        return Vec::new();
    };
    let arguments = Arguments::of(
        words,
        "--token --server -s -u --username -p --password -n --namespace --certificate-authority",
    );
    let filled = |names: &[&str]| {
        let value = arguments.option(names);
        if is_placeholder(value) { "" } else { value }
    };
    let server = match filled(&["--server", "-s"]) {
        "" => arguments.others.first().copied().unwrap_or(""),
        server => server,
    };
    let server = Endpoint::parse(server).map_or_else(|_| String::new(), |server| server.to_text());
    let mut form = ConnectionForm {
        provider: PROVIDER.id.as_str().to_owned(),
        ..ConnectionForm::default()
    };
    form.set("token", filled(&["--token"]));
    form.set("apiUrl", &server);
    vec![form]
}
