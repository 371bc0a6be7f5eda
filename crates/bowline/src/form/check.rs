//! Checks a form: every field by itself, then together.

use std::borrow::Cow;

use super::{
    CheckOptions, ConnectionForm, ConnectionSpec, Draft, Purpose, Report, draft::Findings,
};
use crate::{
    endpoint::{Endpoint, Split},
    finding::Issue,
    jwt,
    message::Code,
    provider::{
        self, Auth, Field, Kind, Provider, providers,
        rules::{Fit, Judge, Shape},
    },
    reference::{self, Reference},
    text::{is_white, nearest, pasted, span},
    time,
};

/// The most characters that a connection's name has.
const NAME_LENGTH: usize = 64;

/// A token that ends sooner than this is short-lived: a connection is used for longer than a day.
const SHORT_LIFE_MS: i64 = 24 * 60 * 60 * 1000;

/// Checks a form.
///
/// Returns the report and, when the form is valid, what it means. It judges the form only: what depends on the
/// operator (plain http, private addresses) is a warning, the same everywhere.
pub fn check_form(
    form: &ConnectionForm,
    options: CheckOptions<'_>,
) -> (Report, Option<ConnectionSpec>) {
    let mut findings = Findings {
        options,
        list: Vec::new(),
        invalid: false,
    };
    let provider = find_provider(form, &mut findings);
    let auth = provider.and_then(|provider| find_auth(form, provider, &mut findings));
    check_name(form, &mut findings);
    let purpose = find_purpose(form, &mut findings);
    let expires_at = find_expiry(form, &mut findings);
    let trusted_auth_hosts = find_trusted_hosts(form, &mut findings);
    let (Some(provider), Some(auth)) = (provider, auth) else {
        check_image(form, None, &mut findings);
        return (
            Report {
                valid: false,
                findings: findings.list,
                endpoint: None,
                detected: None,
            },
            None,
        );
    };

    let mut draft = Draft {
        form,
        provider,
        auth,
        findings,
        url: None,
        values: Vec::new(),
    };
    let mut detected = None;
    for field in auth.fields {
        check_field(&mut draft, field, &mut detected);
    }
    check_unknown_values(&mut draft);
    let endpoint = (auth.endpoint)(&mut draft).map(|endpoint| with_namespace(&mut draft, endpoint));
    detected = detected.or_else(|| {
        endpoint
            .as_ref()
            .and_then(|endpoint| Provider::of_host(endpoint.host()))
    });
    let credentials = (auth.login)(&mut draft);
    check_image(form, endpoint.as_ref(), &mut draft.findings);
    offer_detected(&mut draft, detected);

    let Draft {
        mut findings,
        values,
        ..
    } = draft;
    findings
        .list
        .sort_by_key(|finding| rank(&finding.field, auth));
    let report = |valid| Report {
        valid,
        endpoint: endpoint.as_ref().map(ToString::to_string),
        detected: detected.map(|provider| provider.id),
        findings: findings.list,
    };
    let Some(credentials) = credentials.filter(|_| !findings.invalid) else {
        return (report(false), None);
    };
    let mut spec = ConnectionSpec {
        provider,
        auth: auth.id,
        purpose,
        name: form.name.trim().to_owned(),
        description: form.description.clone(),
        endpoint: endpoint.clone(),
        credentials,
        values: Default::default(),
        secrets: Default::default(),
        trusted_auth_hosts,
        expires_at,
        image: form.image.trim().to_owned(),
        policy: form.policy.clone(),
    };
    for (field, value) in values {
        if !field.kind.is_secret() {
            spec.values.insert(field.name, value.into_owned());
        } else if let Some(secret) = form.values.get(field.name) {
            spec.secrets.insert(field.name, secret.clone());
        }
    }
    (report(true), Some(spec))
}

fn find_provider(form: &ConnectionForm, findings: &mut Findings<'_>) -> Option<&'static Provider> {
    let id = form.provider.trim();
    if id.is_empty() {
        findings.push_missing("provider", Issue::new(Code::ProviderRequired));
        return None;
    }
    let provider = provider::provider(id);
    if provider.is_none() {
        let near = nearest(id, providers().iter().map(|provider| provider.id)).map(str::to_owned);
        let issue = Issue::new(Code::ProviderUnknown)
            .with("provider", id)
            .suggest_some(near);
        findings.push("provider", &form.provider, issue, false);
    }
    provider
}

fn find_auth(
    form: &ConnectionForm,
    provider: &'static Provider,
    findings: &mut Findings<'_>,
) -> Option<&'static Auth> {
    let id = form.auth.trim();
    let auth = provider.auth(id);
    if auth.is_none() {
        let near = nearest(id, provider.auth.iter().map(|auth| auth.id)).map(str::to_owned);
        let issue = Issue::new(Code::AuthUnknown)
            .with("auth", id)
            .with("title", provider.title)
            .suggest_some(near);
        findings.push("auth", &form.auth, issue, false);
    }
    auth
}

fn check_name(form: &ConnectionForm, findings: &mut Findings<'_>) {
    let name = form.name.trim();
    let length = name.chars().count();
    if length == 0 {
        findings.push_missing("name", Issue::new(Code::NameRequired));
    } else if length > NAME_LENGTH {
        let short: String = name.chars().take(NAME_LENGTH).collect();
        let issue = Issue::new(Code::NameTooLong)
            .with("length", length.to_string())
            .suggest(short.trim_end());
        findings.push("name", &form.name, issue, false);
    }
    if name.chars().any(char::is_control) {
        let visible: String = name.chars().filter(|c| !c.is_control()).collect();
        findings.push(
            "name",
            &form.name,
            Issue::new(Code::NameControl).suggest(visible),
            false,
        );
    }
}

fn find_purpose(form: &ConnectionForm, findings: &mut Findings<'_>) -> Purpose {
    match form.purpose.trim() {
        "" | "pull" => Purpose::Pull,
        "push" => Purpose::Push,
        other => {
            let near = nearest(other, ["pull", "push"]).map(str::to_owned);
            let issue = Issue::new(Code::PurposeUnknown)
                .with("purpose", other)
                .suggest_some(near);
            findings.push("purpose", &form.purpose, issue, false);
            Purpose::Pull
        }
    }
}

fn find_expiry(form: &ConnectionForm, findings: &mut Findings<'_>) -> Option<i64> {
    let typed = form.expires_at.as_deref()?;
    let text = typed.trim();
    if text.is_empty() {
        return None;
    }
    let Some(time) = time::parse_rfc3339(text) else {
        // What a page's date and time inputs give lacks the zone.
        let completed = ["T00:00:00Z", ":00Z", "Z"].map(|rest| [text, rest].concat());
        let mend = completed
            .into_iter()
            .find(|text| time::parse_rfc3339(text).is_some());
        let issue = Issue::new(Code::ExpiryInvalid)
            .with("time", text)
            .suggest_some(mend);
        findings.push("expiresAt", typed, issue, false);
        return None;
    };
    if findings.options.now.is_some_and(|now| time <= now) {
        findings.push("expiresAt", typed, Issue::new(Code::ExpiryPast), false);
    }
    Some(time)
}

fn find_trusted_hosts(form: &ConnectionForm, findings: &mut Findings<'_>) -> Vec<String> {
    let mut hosts = Vec::new();
    for (index, typed) in form.trusted_auth_hosts.iter().enumerate() {
        if typed.trim().is_empty() {
            continue;
        }
        let parsed = Split::of(typed).and_then(|url| Ok((url, Endpoint::from_split(&url)?)));
        let authority = parsed.as_ref().ok().map(|(url, endpoint)| {
            let host = endpoint.host().to_owned();
            let authority = endpoint.port().map_or(host.clone(), |port| {
                [&host, ":", &port.to_string()].concat()
            });
            (
                url.before_authority.is_empty() && url.path.is_empty(),
                authority,
            )
        });
        match authority {
            Some((true, authority)) => hosts.push(authority),
            other => {
                let issue = Issue::new(Code::TrustedHostInvalid).with("host", typed.trim());
                let issue = issue.suggest_some(other.map(|(_, authority)| authority));
                findings.push(
                    &["trustedAuthHosts.", &index.to_string()].concat(),
                    typed,
                    issue,
                    false,
                );
            }
        }
    }
    hosts
}

fn check_field<'a>(
    draft: &mut Draft<'a>,
    field: &'static Field,
    detected: &mut Option<&'static Provider>,
) {
    let form: &'a ConnectionForm = draft.form;
    let typed = form.value(field.name);
    let text = typed.trim_matches(is_white);
    let value = match (text, field.default) {
        ("", None) => {
            if field.required {
                draft.report_missing(
                    field.name,
                    Issue::new(Code::ValueRequired).with("label", field.label),
                );
            }
            return;
        }
        ("", Some(default)) => default,
        _ => text,
    };
    let value = match field.kind {
        Kind::Url => {
            draft.url = check_url(draft, if text.is_empty() { value } else { typed }, detected);
            Cow::Owned(
                draft
                    .url
                    .as_ref()
                    .map_or_else(|| value.to_owned(), Endpoint::to_string),
            )
        }
        _ if text.is_empty() => Cow::Borrowed(value),
        Kind::Checkbox => check_switch(draft, field, text),
        Kind::Select | Kind::Text | Kind::Secret | Kind::Json => {
            check_text(draft, field, typed, text);
            Cow::Borrowed(value)
        }
    };
    draft.values.push((field, value));
}

fn check_text(draft: &mut Draft<'_>, field: &'static Field, typed: &str, text: &str) {
    if field.kind != Kind::Json
        && let Some(issue) = pasted(typed)
    {
        draft.report(field.name, issue);
    }
    let mut judge = Judge {
        text,
        now: draft.findings.options.now,
        provider: draft.provider,
        issues: Vec::new(),
    };
    (field.rule)(&mut judge);
    if field.kind == Kind::Secret {
        judge_secret(&mut judge);
    }
    let judged = judge.issues;
    if field.kind == Kind::Select
        && judged.is_empty()
        && !field.options.iter().any(|choice| choice.value == text)
    {
        let near =
            nearest(text, field.options.iter().map(|choice| choice.value)).map(str::to_owned);
        draft.report(
            field.name,
            Issue::new(Code::ValueChoice)
                .with("value", text)
                .suggest_some(near),
        );
    }
    for issue in judged {
        draft.report(field.name, issue);
    }
}

fn check_switch<'a>(draft: &mut Draft<'_>, field: &Field, text: &'a str) -> Cow<'a, str> {
    for known in ["true", "false"] {
        if text.eq_ignore_ascii_case(known) {
            return Cow::Borrowed(known);
        }
    }
    draft.report(
        field.name,
        Issue::new(Code::ValueSwitch).with("value", text),
    );
    Cow::Borrowed("")
}

/// What a secret's look tells. Only warnings: formats change.
fn judge_secret(judge: &mut Judge<'_>) {
    let rules = &judge.provider.rules;
    let own = rules
        .shapes
        .iter()
        .map(|shape| (shape, shape.fit(judge.text)));
    let best = own
        .filter(|(_, fit)| *fit != Fit::No)
        .max_by_key(|(_, fit)| *fit == Fit::Yes);
    match best {
        Some((_, Fit::Yes)) => {}
        Some((shape, _)) => {
            judge.report(Issue::new(Code::SecretMalformed).with("token", shape.title))
        }
        None if rules.any_secret => {}
        None => {
            if let Some((shape, _)) = Shape::of_any(judge.text) {
                let title = judge.provider.title;
                judge.report(
                    Issue::new(Code::SecretOtherProvider)
                        .with("token", shape.title)
                        .with("title", title),
                );
            }
        }
    }
    if let (Some(now), Some(expiry)) = (judge.now, jwt::expiry(judge.text)) {
        let issue = |code| Issue::new(code).with("time", time::format_rfc3339(expiry));
        if expiry <= now {
            judge.report(issue(Code::SecretExpired));
        } else if expiry.saturating_sub(now) < SHORT_LIFE_MS {
            judge.report(issue(Code::SecretShortLived));
        }
    }
}

fn check_url(
    draft: &mut Draft<'_>,
    typed: &str,
    detected: &mut Option<&'static Provider>,
) -> Option<Endpoint> {
    let mut issues = Vec::new();
    let endpoint = Split::of(typed).and_then(|url| {
        *detected = Provider::of_host(&url.host.to_ascii_lowercase());
        if let Some(issue) = providers()
            .iter()
            .find_map(|provider| console_issue(provider, &url))
        {
            return Err(issue);
        }
        let endpoint = Endpoint::from_split(&url)?;
        endpoint.notes(&url, &mut issues);
        (draft.provider.rules.endpoint)(&url, &endpoint, &mut issues);
        Ok(endpoint)
    });
    let endpoint = endpoint.map_err(|issue| issues.push(issue)).ok();
    for issue in issues {
        draft.report("url", issue);
    }
    endpoint
}

fn console_issue(provider: &Provider, url: &Split<'_>) -> Option<Issue> {
    let console = (provider.rules.console)(url)?;
    let issue = Issue::new(Code::UrlConsole).at(span(url.text, url.host));
    Some(
        issue
            .with("host", url.host)
            .with("title", provider.title)
            .suggest_some(console.registry),
    )
}

fn check_unknown_values(draft: &mut Draft<'_>) {
    let form = draft.form;
    for (name, value) in &form.values {
        if value.is_empty() || draft.auth.field(name).is_some() {
            continue;
        }
        draft.report_secret(
            name,
            Issue::new(Code::ValueUnknown).with("name", name.as_str()),
        );
    }
}

/// The endpoint with the namespace of the value `namespace`, where that is filled in.
fn with_namespace(draft: &mut Draft<'_>, endpoint: Endpoint) -> Endpoint {
    let typed = draft.form.value("namespace");
    let text = draft.get("namespace");
    let namespace = text.trim_matches('/');
    if namespace.is_empty() {
        return endpoint;
    }
    let issue = if !endpoint.namespace().is_empty() && endpoint.namespace() != namespace {
        Issue::new(Code::NamespaceConflict)
            .with("namespace", endpoint.namespace())
            .suggest(endpoint.namespace())
    } else if let Some(bad) = namespace
        .split('/')
        .find(|part| !reference::is_component(part))
    {
        let lower = namespace.to_ascii_lowercase();
        if lower.split('/').all(reference::is_component) {
            Issue::new(Code::UrlPathCase).suggest(lower)
        } else {
            Issue::new(Code::UrlPath)
                .at(span(typed, bad))
                .with("path", bad)
        }
    } else {
        let namespace = namespace.to_owned();
        let named = endpoint.with_namespace(&namespace);
        if let Some((_, value)) = draft
            .values
            .iter_mut()
            .find(|(field, _)| field.name == "namespace")
        {
            *value = Cow::Owned(namespace);
        }
        return named;
    };
    draft.report("namespace", issue);
    endpoint
}

fn check_image(form: &ConnectionForm, endpoint: Option<&Endpoint>, findings: &mut Findings<'_>) {
    let text = form.image.trim();
    if text.is_empty() {
        return;
    }
    let issue = match (Reference::parse(text), endpoint) {
        (Err(issue), _) => issue,
        (Ok(image), Some(endpoint))
            if reference::names_domain(text) && !is_of(&image, endpoint) =>
        {
            let path = image.familiar();
            let path = path
                .strip_prefix(&image.domain)
                .map_or(path.as_str(), |path| path.trim_start_matches('/'));
            let issue = Issue::new(Code::ImageOtherRegistry).with("domain", image.domain.as_str());
            issue.with("host", endpoint.host()).suggest(path)
        }
        _ => return,
    };
    findings.push("image", &form.image, issue, false);
}

fn is_of(image: &Reference, endpoint: &Endpoint) -> bool {
    let port = endpoint
        .port()
        .or(Some(endpoint.scheme().port()))
        .map(|port| port.to_string());
    let domain = image.domain.to_ascii_lowercase();
    let rest = domain.strip_prefix(endpoint.host());
    match rest {
        Some("") => endpoint.port().is_none(),
        Some(rest) => rest.strip_prefix(':') == port.as_deref(),
        None => false,
    }
}

/// Offers to switch to the provider that the URL belongs to.
fn offer_detected(draft: &mut Draft<'_>, detected: Option<&'static Provider>) {
    let Some(other) = detected.filter(|detected| detected.id != draft.provider.id) else {
        return;
    };
    let issue = Issue::new(Code::ProviderDetected)
        .with("title", other.title)
        .suggest(other.id);
    draft
        .findings
        .push("provider", &draft.form.provider, issue, false);
}

/// Where a field stands in the form.
fn rank(field: &str, auth: &Auth) -> usize {
    let fields = auth.fields;
    let of_value = |name| {
        fields
            .iter()
            .position(|field| field.name == name)
            .unwrap_or(fields.len())
    };
    match field {
        "provider" => 0,
        "auth" => 1,
        "name" => 2,
        "purpose" => 3,
        _ => match field.strip_prefix("values.") {
            Some(name) => of_value(name).saturating_add(4),
            None => fields.len().saturating_add(5),
        },
    }
}
