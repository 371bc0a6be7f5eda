//! Azure Container Registry.

use super::{
    Auth, Capabilities, Field, Group, Line, Notifications, Provider, ProviderId,
    field::page_text,
    login::{self, hint_unusual_secret, username},
    rules::{Alphabet, Console, Fit, Judge, Rules, Shape, report_other_host},
};
use crate::{
    azure::{TenantId, fixed_guid, is_guid},
    credential::Credentials,
    detect::{Arguments, Found, Invocation, after, fill_usual, form_at},
    document::Document,
    endpoint::{Endpoint, Split, has_suffix},
    finding::Issue,
    form::{ConnectionForm, Draft},
    message::Code,
    text::{concat, contains, replaced, span, split_once},
};

pub(super) static PROVIDER: Provider = Provider {
    id: ProviderId::AzureAcr,
    title: "Azure Container Registry",
    docs_url: page_text(
        "https://learn.microsoft.com/azure/container-registry/container-registry-authentication",
    ),
    group: Group::Cloud,
    rank: 50,
    auth: &[
        Auth::new(
            "password",
            "Username and password",
            &[URL, USERNAME, PASSWORD, NAMESPACE],
            password_login,
        ),
        Auth::new(
            "repository-token",
            "Repository token",
            &[URL, TOKEN_NAME, TOKEN_PASSWORD, NAMESPACE],
            repository_token,
        ),
        Auth::new(
            "service-principal",
            "Service principal",
            &[
                URL,
                CLIENT_ID,
                CLIENT_SECRET,
                TENANT_ID,
                SUBSCRIPTION_ID,
                NAMESPACE,
            ],
            service_principal,
        ),
        Auth::new(
            "anonymous",
            "No login (anonymous pull)",
            &[URL, NAMESPACE],
            login::anonymous,
        ),
    ],
    capabilities: Capabilities {
        events: true,
        quarantine: true,
        ..Capabilities::LISTING
    },
    notifications: Some(NOTIFICATIONS),
    rules: Rules {
        owns,
        names,
        hosts: &[".azurecr.io"],
        console,
        endpoint: judge_endpoint,
        command: login_command,
        document: printed_login,
        fill,
        shapes: SHAPES,
        ..Rules::ANY_HOST
    },
};

const NOTIFICATIONS: Notifications = Notifications::steps(&[
    Line::new("Run this with the name of your registry, or open the registry in the portal, then Webhooks, Add."),
    Line::new("If the registry quarantines images until they are scanned, the action “quarantine” counts as the push."),
]).snippet(&[
    Line::new("az acr webhook create --registry <name> --name bowline \\"),
    Line::new("  --actions push delete quarantine \\"),
    Line::authorization("  --headers 'Authorization={authorization}' \\"),
    Line::new("  --uri '{url}'"),
]).docs_url("https://learn.microsoft.com/azure/container-registry/container-registry-webhook");

const URL: Field = Field::url()
    .placeholder("myregistry.azurecr.io")
    .help("The registry's login server.");

const USERNAME: Field = Field::username()
    .rule(judge_username)
    .help("The admin user's name, or an application ID if you don't know its tenant. The admin user is off by default.");

const PASSWORD: Field = Field::secret("password", "Password").required().help_for(
    "Use a repository token with the scope map _repositories_pull. The admin user can do everything.",
    "Use a repository token with the scope map _repositories_push. The admin user can do everything.",
);

const TOKEN_NAME: Field = Field::text("tokenName", "Token name")
    .required()
    .placeholder("ci-pull")
    .rule(judge_token_name);

const TOKEN_PASSWORD: Field = Field::secret("password", "Token password")
    .required()
    .help_for(
        "A password of a token with content/read and metadata/read.",
        "A password of a token with content/read, content/write, metadata/read and metadata/write.",
    );

const CLIENT_ID: Field = Field::text("clientId", "Application (client) id")
    .required()
    .placeholder(GUID)
    .rule(judge_guid);

const CLIENT_SECRET: Field = Field::secret("clientSecret", "Client secret").required().rule(judge_client_secret).help_for(
    "The secret's value, not its id. The application needs AcrPull, or Container Registry Repository Reader and \
     Catalog Lister.",
    "The secret's value, not its id. The application needs AcrPush, or Container Registry Repository Writer and \
     Catalog Lister.",
);

const TENANT_ID: Field = Field::text("tenantId", "Directory (tenant) id")
    .required()
    .placeholder(GUID)
    .rule(judge_tenant);

const SUBSCRIPTION_ID: Field = Field::text("subscriptionId", "Subscription id")
    .required()
    .placeholder(GUID)
    .rule(judge_guid);

const NAMESPACE: Field = Field::namespace("Repository prefix").placeholder("team");

const GUID: &str = "11111111-2222-3333-4444-555555555555";

/// 52 characters with `+ACR` after the 42nd: no prefix, so it tells nothing of other products' forms.
const SHAPES: &[Shape] = &[Shape {
    title: "a password of Azure Container Registry",
    prefix: "",
    length: 52..=52,
    alphabet: Alphabet::BASE64,
}];

/// The suffixes of the clouds: public, of governments, in China, of partners in Germany and France. The first German one
/// closed in 2021. (Azure/azure-cli, src/azure-cli-core tests, 2026-08; that of France follows its sister's.)
const SUFFIXES: [&str; 7] = [
    "azurecr.io",
    "azurecr.us",
    "azurecr.cn",
    "azurecr.eaglex.ic.gov",
    "azurecr.sovcloud-azure.de",
    "azurecr.sovcloud-azure.fr",
    CLOSED,
];

const CLOSED: &str = "azurecr.de";

fn name_of(host: &str) -> Option<&str> {
    SUFFIXES
        .iter()
        .find_map(|suffix| host.strip_suffix(suffix)?.strip_suffix('.'))
}

/// A registry is at every one of its replicas: `acme.azurecr.io`, `acme.westeurope.geo.azurecr.io`. The replicas' regions
/// cannot be told.
fn names(host: &str) -> Vec<String> {
    let registry = || {
        let name = name_of(host)?;
        let (label, replica) = name.split_once('.').unwrap_or((name, ""));
        let is_one = replica.is_empty() || replica.ends_with(".geo");
        let suffix = host.get(name.len()..)?;
        is_one.then(|| concat(&[label, suffix]))
    };
    match registry() {
        Some(registry) if registry != host => vec![registry, host.to_owned()],
        Some(registry) => vec![registry],
        None => Vec::new(),
    }
}

fn owns(host: &str) -> bool {
    name_of(host).is_some()
}

fn console(url: &Split<'_>) -> Option<Console> {
    ["portal.azure.com", "portal.azure.us", "portal.azure.cn"]
        .into_iter()
        .any(|portal| has_suffix(url.host, portal))
        .then(|| Console {
            registry: registry_of_page(url),
        })
}

/// `…/providers/Microsoft.ContainerRegistry/registries/<name>/…`, in the fragment of a page's address.
fn registry_of_page(url: &Split<'_>) -> Option<String> {
    let (_, rest) = split_once(url.fragment?, "/registries/")?;
    let name = rest.split('/').next().filter(|name| name.len() >= 5)?;
    let domain = match url.host.rsplit('.').next() {
        Some("us") => ".azurecr.us",
        Some("cn") => ".azurecr.cn",
        _ => ".azurecr.io",
    };
    let is_name = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    is_name.then(|| concat(&[&name.to_ascii_lowercase(), domain]))
}

/// `<name>[-<label hash>][.<region>.geo].azurecr.io`, the name of 5 to 50 letters and digits; those of the first years may
/// have hyphens (Azure/azure-cli#27835). A registry may also have a domain of the customer's
/// (Azure/acr, docs/custom-domain).
fn judge_endpoint(url: &Split<'_>, endpoint: &Endpoint, issues: &mut Vec<Issue>) {
    let host = endpoint.host();
    let name = name_of(host).unwrap_or("");
    let mut labels = name.split('.');
    // A host name's label: letters, digits and inner hyphens, 63 at most.
    let label = labels.next().unwrap_or_default();
    let rest: Vec<&str> = labels.collect();
    let sound = label.len() >= 5 && label.split('-').all(|part| !part.is_empty());
    let is_login_server = match rest.as_slice() {
        [] | [_, "geo"] => true,
        // Where layers come from; it logs nobody in.
        [_, "data"] => false,
        _ => false,
    };
    if sound && is_login_server && endpoint.is_plain() {
        if has_suffix(host, CLOSED) {
            issues.push(unusual_host(url, host));
        }
        return;
    }
    let is_own_domain = name.is_empty()
        && contains(host, ".")
        && !contains(host, "azurecr")
        && !contains(host, "azure.")
        && endpoint.is_plain()
        && Provider::of_host(host).is_none();
    if is_own_domain {
        issues.push(unusual_host(url, host));
        return;
    }
    let login_server = match rest.as_slice() {
        [_, "data"] if sound => {
            name_of(host)
                .and_then(|name| host.strip_prefix(name))
                .map(|suffix| {
                    let label = name.split('.').next().unwrap_or("");
                    replaced(url.text.trim(), url.host, &concat(&[label, suffix]))
                })
        }
        // A region that does not belong there.
        [_] if sound && !name.is_empty() => host
            .strip_prefix(name)
            .map(|suffix| replaced(url.text.trim(), url.host, &concat(&[label, suffix]))),
        // The name alone.
        _ if host != "localhost"
            && (5..=50).contains(&host.len())
            && host.bytes().all(|b| b.is_ascii_alphanumeric()) =>
        {
            let server = concat(&[host, ".azurecr.io"]);
            Some(replaced(url.text.trim(), url.host, &server))
        }
        _ => None,
    };
    let expected = match rest.as_slice() {
        [] | [_, "geo"] if !label.is_empty() && label.len() < 5 => {
            "a name of 5 to 50 characters, then .azurecr.io"
        }
        _ => EXAMPLE,
    };
    report_other_host(
        url,
        PROVIDER.title,
        expected,
        login_server.as_deref(),
        issues,
    );
}

const EXAMPLE: &str = "myregistry.azurecr.io";

fn unusual_host(url: &Split<'_>, host: &str) -> Issue {
    Issue::new(Code::UrlUnusualHost)
        .at(span(url.text, url.host))
        .with("host", host)
        .with("title", PROVIDER.title)
        .with("expected", EXAMPLE)
}

/// The admin user is called as the registry is; others are ids of applications, or names of tokens.
fn password_login(draft: &mut Draft<'_>) -> Option<Credentials> {
    let credentials = login::password(draft)?;
    let username = draft.get("username");
    let host = Endpoint::parse(draft.get("url")).ok();
    let registry = host.as_ref().and_then(|host| name_of(host.host()));
    let label = registry
        .and_then(|name| name.split('.').next())
        .unwrap_or("");
    // Behind the hyphen is the hash of its label.
    let is_admin = label.eq_ignore_ascii_case(username)
        || label
            .split_once('-')
            .is_some_and(|(name, _)| name.eq_ignore_ascii_case(username));
    let is_one = label.len() < 5
        || is_admin
        || is_guid(username)
        || Shape::of_any(username).is_some()
        || SHAPES.iter().any(|shape| shape.fit(username) == Fit::Yes);
    if !is_one {
        let issue = Issue::new(Code::UsernameUnusual)
            .with("title", PROVIDER.title)
            .with("example", label);
        draft.report("username", issue);
    }
    Some(credentials)
}

fn repository_token(draft: &mut Draft<'_>) -> Option<Credentials> {
    let username = username(draft, "tokenName", true);
    let password = draft.secret("password")?;
    let text = draft.get("password");
    if SHAPES.iter().all(|shape| shape.fit(text) != Fit::Yes) && Shape::of_any(text).is_none() {
        hint_unusual_secret(draft, "password", "a token's password: 52 characters");
    }
    Some(Credentials::Password {
        username: username?,
        password,
    })
}

fn service_principal(draft: &mut Draft<'_>) -> Option<Credentials> {
    let tenant = TenantId::parse(draft.get("tenantId"));
    let client_id = draft.get("clientId").to_owned();
    let client_secret = draft.secret("clientSecret")?;
    Some(Credentials::AzureServicePrincipal {
        tenant: tenant?,
        client_id,
        client_secret,
    })
}

/// The username of what `az acr login --expose-token` prints.
fn judge_username(judge: &mut Judge<'_>) {
    if judge.text == EXPOSED_TOKEN_USER {
        judge.report(
            Issue::new(Code::SecretTemporary)
                .with("token", "the username of an exposed token")
                .with("duration", "three hours"),
        );
    }
}

fn judge_token_name(judge: &mut Judge<'_>) {
    let name = judge.text;
    if !(5..=50).contains(&name.len())
        || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    {
        judge.report(Issue::new(Code::TokenNameInvalid));
    }
}

fn judge_guid(judge: &mut Judge<'_>) {
    if !is_guid(judge.text) {
        judge.report(Issue::new(Code::GuidInvalid).suggest_some(fixed_guid(judge.text)));
    }
}

/// Entra takes a domain of the directory in place of its id (Azure/azure-cli#3550).
fn judge_tenant(judge: &mut Judge<'_>) {
    if !is_guid(judge.text) && TenantId::parse(judge.text).is_some() {
        judge.report(Issue::new(Code::TenantDomain));
    } else {
        judge_guid(judge);
    }
}

fn judge_client_secret(judge: &mut Judge<'_>) {
    let secret = judge.text;
    if is_guid(secret) {
        judge.report(Issue::new(Code::SecretIsId));
    } else if !(31..=40).contains(&secret.len()) && Shape::of_any(secret).is_none() {
        judge.unusual_secret("the value of a client secret: 31 to 40 characters");
    }
}

/// `az acr login --name myregistry` and what else names one, whose login server is the name under the cloud's domain
/// (learn.microsoft.com/cli/azure/acr, August 2026).
fn login_command(command: &Invocation<'_>) -> Vec<ConnectionForm> {
    const NAME: &[&str] = &["--name", "-n", "--registry", "-r"];
    const USERNAME: &[&str] = &["--username", "-u"];
    const PASSWORD: &[&str] = &["--password", "-p"];
    let words = after(command.arguments, &["acr"]);
    let Some(words) = words.filter(|_| command.program == "az") else {
        return Vec::new();
    };
    let arguments = Arguments::of(
        words,
        "--name -n --registry -r --username -u --password -p --suffix --resource-group -g --subscription --output -o",
    );
    let name = arguments.option(NAME);
    if name.is_empty() {
        return Vec::new();
    }
    let suffix = match arguments.option(&["--suffix"]) {
        "" => "azurecr.io",
        suffix => suffix,
    };
    let host = match name_of(name) {
        Some(_) => name.to_owned(),
        None => concat(&[name, ".", suffix.trim_start_matches('.')]),
    };
    let form = form_at(
        &host,
        arguments.option(USERNAME),
        arguments.option(PASSWORD),
    );
    let is_own = |form: &ConnectionForm| form.provider == PROVIDER.id.as_str();
    form.filter(is_own).into_iter().collect()
}

/// The username that goes with a token of the registry's token service, as `az acr login --expose-token` prints one.
const EXPOSED_TOKEN_USER: &str = "00000000-0000-0000-0000-000000000000";

fn fill(found: &Found<'_>, form: &mut ConnectionForm) {
    let username = if found.identity_token && found.username.is_empty() {
        EXPOSED_TOKEN_USER
    } else {
        found.username
    };
    fill_usual(&Found { username, ..*found }, form);
}

/// What `az acr login --expose-token` and `az ad sp create-for-rbac` print.
fn printed_login(document: &Document, _: &str) -> Vec<ConnectionForm> {
    let member = |names: &[&str]| {
        let mut values = names.iter().filter_map(|name| document.get(name)?.as_str());
        values.find(|value| !value.is_empty()).unwrap_or("")
    };
    let (server, token) = (
        member(&["loginServer"]),
        member(&["accessToken", "refreshToken"]),
    );
    if !server.is_empty() && !token.is_empty() {
        return form_at(server, EXPOSED_TOKEN_USER, token)
            .into_iter()
            .collect();
    }
    let client = member(&["appId", "clientId"]);
    let secret = member(&["password", "clientSecret"]);
    let tenant = member(&["tenant", "tenantId"]);
    if client.is_empty() || secret.is_empty() || tenant.is_empty() {
        return Vec::new();
    }
    let mut form = ConnectionForm {
        provider: PROVIDER.id.as_str().to_owned(),
        auth: "service-principal".to_owned(),
        ..ConnectionForm::default()
    };
    form.set("clientId", client);
    form.set("clientSecret", secret);
    form.set("tenantId", tenant);
    form.set("subscriptionId", member(&["subscriptionId"]));
    vec![form]
}
