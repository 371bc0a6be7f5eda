//! Checks a form: every field by itself, then together.

use std::borrow::Cow;

use super::{
    CheckOptions, ConnectionForm, ConnectionSpec, Draft, Purpose, Report,
    draft::Findings,
    hosts::check_near_miss,
    members::{
        check_image, check_name, check_size, find_auth, find_expiry, find_provider, find_purpose,
        find_trusted_hosts,
    },
    namespace::find_more,
    values::{UrlHost, check_field, check_unknown_values, judge_shape},
};
use crate::{
    credential::Credentials,
    endpoint::Endpoint,
    finding::{Finding, Issue, Severity},
    message::Code,
    provider::{Auth, Field, Kind, Provider, rules::Judge},
    reference,
    selection::Policy,
    text::{contains, replace, span},
};

/// Checks a form.
///
/// Returns the report and, when the form is valid, what it means. It judges the form only: what depends on the
/// operator (plain http, private addresses) is a warning, the same everywhere.
///
/// ```
/// use bowline::form::{CheckOptions, ConnectionForm, check_form};
///
/// let mut form = ConnectionForm::default();
/// form.provider = "docker-hub".to_owned();
/// form.name = "Images".to_owned();
/// form.values.insert("username".to_owned(), "acme".into());
/// let (report, spec) = check_form(&form, CheckOptions::default());
/// assert!(!report.valid && spec.is_none());
/// assert_eq!(report.findings[0].field, "values.password");
/// assert_eq!(report.findings[0].code, "value.required");
/// ```
pub fn check_form(
    form: &ConnectionForm,
    options: CheckOptions<'_>,
) -> (Report, Option<ConnectionSpec>) {
    let (report, sound) = judge(form, options);
    (report, sound.map(|sound| sound.into_spec(form)))
}

/// Checks a form for those who only want to know what was found, such as a page.
///
/// ```
/// use bowline::form::{CheckOptions, ConnectionForm, report_on};
///
/// // Only touched fields are told that they are empty.
/// let touched = ["name".to_owned()];
/// let options = CheckOptions { touched: Some(&touched), now: None };
/// let report = report_on(&ConnectionForm::default(), options);
/// assert_eq!(report.findings.len(), 1);
/// assert_eq!(report.findings[0].code, "name.required");
/// ```
pub fn report_on(form: &ConnectionForm, options: CheckOptions<'_>) -> Report {
    judge(form, options).0
}

/// What a valid form means, as far as its check learns it.
struct Sound<'a> {
    provider: &'static Provider,
    auth: &'static Auth,
    purpose: Purpose,
    endpoint: Option<Endpoint>,
    credentials: Credentials,
    values: Vec<(&'static Field, Cow<'a, str>)>,
    trusted_auth_hosts: Vec<String>,
    expires_at: Option<i64>,
}

fn judge<'a>(form: &'a ConnectionForm, options: CheckOptions<'a>) -> (Report, Option<Sound<'a>>) {
    let mut findings = Findings::new(options);
    let provider = find_provider(form, &mut findings);
    let auth = provider.and_then(|provider| find_auth(form, provider, &mut findings));
    check_name(form, &mut findings);
    check_size(form, &mut findings);
    let purpose = find_purpose(form, &mut findings);
    let expires_at = find_expiry(form, &mut findings);
    let trusted_auth_hosts = find_trusted_hosts(form, &mut findings);
    let (Some(provider), Some(auth)) = (provider, auth) else {
        check_image(form, &[], None, &mut findings);
        return (
            Report {
                valid: false,
                findings: findings.in_order(|_| 0),
                endpoint: None,
                detected: None,
            },
            None,
        );
    };

    let mut draft = Draft {
        form,
        fields: auth.fields,
        shapes: provider.rules.shapes,
        findings,
        url: None,
        values: Vec::new(),
    };
    let mut host = UrlHost::default();
    for field in auth.fields {
        check_field(&mut draft, provider, field, &mut host);
    }
    check_unknown_values(&mut draft);
    judge_as_detected(&mut draft, provider, host.detected);
    let endpoint =
        (auth.endpoint)(&mut draft).map(|endpoint| with_namespace(&mut draft, provider, endpoint));
    if let Some(endpoint) = &endpoint {
        check_namespace(&mut draft, provider, endpoint);
    } else if let Some(issue) = find_more(draft.get("namespace"), provider, None) {
        draft.report("namespace", issue);
    }
    check_near_miss(&mut draft, host.near);
    let mut detected = host.detected;
    // The host of a URL that was typed has been looked at.
    if let (Some(endpoint), false) = (&endpoint, draft.is_filled("url")) {
        detected = provider.or_of_host(endpoint.host());
    }
    let credentials = (auth.login)(&mut draft);
    check_image(form, auth.fields, endpoint.as_ref(), &mut draft.findings);
    if provider.capabilities.test_needs_image && form.image.trim().is_empty() {
        let issue = Issue::new(Code::ImageRequired).with("title", provider.title);
        draft.findings.push_missing("image", issue);
    }
    offer_detected(&mut draft, provider, detected);
    if let Some(policy) = &form.policy {
        let authority = endpoint.as_ref().map(Endpoint::authority);
        let watches_streams = Policy::find(
            policy,
            Some(provider),
            authority.as_deref(),
            draft.findings.found(),
        );
        if let Some(address) = provider.rules.streams_address
            && watches_streams
            && !draft.is_filled(address)
        {
            draft.report(address, Issue::new(Code::ImageStreamsAddress));
        }
    }

    let Draft {
        findings, values, ..
    } = draft;
    let invalid = findings.has_error();
    let list = findings.in_order(|field| rank(field, auth));
    let report = |valid| Report {
        valid,
        endpoint: endpoint.as_ref().map(Endpoint::to_text),
        detected: detected.map(|provider| provider.id),
        findings: list,
    };
    let Some(credentials) = credentials.filter(|_| !invalid) else {
        return (report(false), None);
    };
    let report = report(true);
    let sound = Sound {
        provider,
        auth,
        purpose,
        endpoint,
        credentials,
        values,
        trusted_auth_hosts,
        expires_at,
    };
    (report, Some(sound))
}

impl Sound<'_> {
    fn into_spec(self, form: &ConnectionForm) -> ConnectionSpec {
        let mut spec = ConnectionSpec {
            provider: self.provider,
            auth: self.auth.id,
            purpose: self.purpose,
            name: form.name.trim().to_owned(),
            description: form.description.clone(),
            endpoint: self.endpoint,
            credentials: self.credentials,
            values: Default::default(),
            secrets: Default::default(),
            trusted_auth_hosts: self.trusted_auth_hosts,
            expires_at: self.expires_at,
            image: form.image.trim().to_owned(),
            policy: form.policy.clone(),
        };
        for (field, value) in self.values {
            if field.kind.is_secret() {
                if let Some(secret) = form.values.get(field.name) {
                    spec.secrets.insert(field.name, secret.clone());
                }
                continue;
            }
            let mut value = value.into_owned();
            if field.kind == Kind::Url
                && let Ok(address) = Endpoint::parse(&value)
            {
                // As it is shown.
                value = address.to_text();
            }
            spec.values.insert(field.name, value);
        }
        spec
    }
}

/// The endpoint with the namespace of the value `namespace`, where that is filled in.
fn with_namespace(draft: &mut Draft<'_>, provider: &Provider, endpoint: Endpoint) -> Endpoint {
    let typed = draft.form.value("namespace");
    let text = draft.get("namespace");
    let namespace = text.trim_matches('/');
    if namespace.is_empty() {
        return endpoint;
    }
    let issue = if let Some(issue) = find_more(namespace, provider, Some(&endpoint)) {
        issue.within(typed, namespace)
    } else if !endpoint.namespace().is_empty() && endpoint.namespace() != namespace {
        Issue::new(Code::NamespaceConflict)
            .with("namespace", endpoint.namespace())
            .suggest(endpoint.namespace())
    } else if let Some(bad) = namespace
        .split('/')
        .find(|part| !reference::is_component(part))
    {
        let lower = namespace.to_ascii_lowercase();
        // As some pages write a project that belongs to a domain: `example.com:my-project`.
        let is_of_domain = bad.split_once(':').is_some_and(|(domain, project)| {
            contains(domain, ".") && project.starts_with(|c: char| c.is_ascii_lowercase())
        });
        let parted = if is_of_domain && namespace.starts_with(bad) {
            replace(namespace, ":", "/")
        } else {
            namespace.to_owned()
        };
        if lower.split('/').all(reference::is_component) {
            Issue::new(Code::UrlPathCase).suggest(lower)
        } else if parted != namespace && parted.split('/').all(reference::is_component) {
            Issue::new(Code::UrlPath)
                .at(span(typed, bad))
                .with("path", bad)
                .suggest(parted)
        } else {
            Issue::new(Code::UrlPath)
                .at(span(typed, bad))
                .with("path", bad)
        }
    } else {
        let namespace = namespace.to_owned();
        let named = endpoint.clone().with_namespace(&namespace);
        // What is kept is the text: a name that could be read as a path of the API has none.
        if Endpoint::parse(&named.to_text()).is_ok_and(|kept| kept == named) {
            if let Some((_, value)) = draft
                .values
                .iter_mut()
                .find(|(field, _)| field.name == "namespace")
            {
                *value = Cow::Owned(namespace);
            }
            return named;
        }
        Issue::new(Code::UrlPath).with("path", namespace)
    };
    draft.report("namespace", issue);
    endpoint
}

/// That the namespace, wherever it was typed, can be one of this product.
fn check_namespace(draft: &mut Draft<'_>, provider: &Provider, endpoint: &Endpoint) {
    let is_wrong =
        |finding: &Finding| finding.field == "values.url" && finding.severity == Severity::Error;
    if draft.findings.shown().iter().any(is_wrong) {
        return;
    }
    let namespace = endpoint.namespace();
    let rules = &provider.rules;
    let Some(known) = rules
        .namespaces
        .filter(|known| !namespace.is_empty() && !(known.fits)(namespace))
    else {
        return;
    };
    let issue = Issue::new(Code::NamespaceInvalid)
        .with("namespace", namespace)
        .with("title", provider.title)
        .with("example", known.example);
    let first = namespace
        .split('/')
        .next()
        .filter(|part| (known.fits)(part));
    if draft.is_filled("namespace") {
        draft.report("namespace", issue.suggest_some(first.map(str::to_owned)));
    } else {
        let fix = first.map(|first| endpoint.clone().with_namespace(first).to_text());
        draft.report("url", issue.suggest_some(fix));
    }
}

/// Applies the rules of the product whose host it is to username and secret in the form of any registry, as warnings.
fn judge_as_detected(draft: &mut Draft<'_>, own: &Provider, detected: Option<&'static Provider>) {
    let Some(other) = detected.filter(|other| own.rules.any_secret && other.id != own.id) else {
        return;
    };
    for name in ["username", "password"] {
        let text = draft.get(name).to_owned();
        if text.is_empty() {
            continue;
        }
        let mut judge = Judge::new(&text, draft.findings.now(), other.title);
        let of_other = other.auth("password").and_then(|auth| auth.field(name));
        match of_other {
            Some(field) => (field.rule)(&mut judge),
            None if name == "username" => (other.rules.username)(&mut judge),
            None => {}
        }
        if name == "password" {
            judge.issues.extend(judge_shape(&text, other));
        }
        for issue in judge.issues {
            draft.report(name, issue.into_warning());
        }
    }
}

/// Offers to switch to the provider that the URL belongs to.
fn offer_detected(draft: &mut Draft<'_>, provider: &Provider, detected: Option<&'static Provider>) {
    let Some(other) = detected.filter(|detected| detected.id != provider.id) else {
        return;
    };
    let issue = Issue::new(Code::ProviderDetected)
        .with("title", other.title)
        .suggest(other.id.as_str());
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
