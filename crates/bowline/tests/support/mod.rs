//! What the tests of forms have in common.

use std::{fs, path::Path};

use bowline::{
    endpoint::Endpoint,
    finding::{Finding, Severity},
    form::{CheckOptions, ConnectionForm, check_form},
    provider::provider,
    reference::Reference,
};
use serde_json::Value;

/// The cases of every vector file whose name starts with `prefix`, each with the file and its name.
pub(crate) fn cases(prefix: &str) -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let mut cases = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        if !file.starts_with(prefix) || !file.ends_with(".json") {
            continue;
        }
        let content: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        for case in content["cases"].as_array().unwrap() {
            cases.push((
                format!("{file}: {}", case["name"].as_str().unwrap()),
                case.clone(),
            ));
        }
    }
    assert!(!cases.is_empty(), "no vectors {prefix}");
    cases
}

/// The form or policy with a suggestion applied in the field of its finding.
pub(crate) fn fixed(whole: &Value, field: &str, suggestion: &str) -> Value {
    let mut fixed = whole.clone();
    let mut place = &mut fixed;
    for member in field.split('.') {
        place = match place {
            Value::Array(list) => &mut list[member.parse::<usize>().unwrap()],
            other => &mut other[member],
        };
    }
    *place = suggestion.into();
    fixed
}

/// Checks that a valid form means the same when what is kept of it is checked again.
pub(crate) fn check_what_is_kept(name: &str, form: &ConnectionForm) {
    let (_, Some(spec)) = check_form(form, CheckOptions::default()) else {
        return;
    };
    let mut again = form.clone();
    again
        .values
        .retain(|name, _| spec.secrets.contains_key(name.as_str()));
    for (name, value) in &spec.values {
        again
            .values
            .insert((*name).to_owned(), value.as_str().into());
    }
    let (report, second) = check_form(&again, CheckOptions::default());
    let second = second.unwrap_or_else(|| panic!("{name}: {report:?}"));
    assert_eq!(spec.endpoint, second.endpoint, "{name}");
    assert_eq!(spec.values, second.values, "{name}");
    assert_eq!(spec.credentials, second.credentials, "{name}");
    if let Some(endpoint) = spec.endpoint {
        assert_eq!(endpoint.to_string().parse(), Ok(endpoint), "{name}");
    }
}

/// The law for suggestions: a suggestion that is taken removes its finding and makes no new error, and it leads to no other
/// registry than the text names. Only a finding that calls the host itself a mistake may do that, and never with a secret
/// filled in.
///
/// `in_fields` are those that are looked at for new errors: a fuzzed text may have two, of which the first hides the second.
pub(crate) fn check_law(
    whole: &Value,
    findings: &[Finding],
    in_fields: impl Fn(&str) -> bool,
    judge: impl Fn(&Value) -> Vec<Finding>,
) {
    for finding in findings {
        let Some(suggestion) = &finding.suggestion else {
            continue;
        };
        assert!(!suggestion.is_empty(), "{finding:?} offers nothing");
        let after = fixed(whole, &finding.field, suggestion);
        let left = judge(&after);
        let like = |findings: &[Finding], finding: &Finding| {
            let is_like =
                |other: &&Finding| (&other.field, other.code) == (&finding.field, finding.code);
            findings.iter().filter(is_like).count()
        };
        assert!(
            like(&left, finding) < like(findings, finding),
            "{finding:?} is still there with {suggestion:?}: {left:?}"
        );
        for error in &left {
            let is_new = error.severity == Severity::Error
                && error.field == finding.field
                && in_fields(error.field.as_str())
                && like(&left, error) > like(findings, error);
            assert!(
                !is_new,
                "{finding:?} makes an error with {suggestion:?}: {error:?} in {whole}"
            );
        }
        check_registry(whole, finding, suggestion);
    }
}

/// The codes that say of a web page that it is none of a registry, and what registry it is of.
const PAGES: [&str; 6] = [
    "url.console",
    "image.page",
    "namespace.registry",
    // The region is a mistake, and the vendor has a host for each.
    "region.unknown",
    "region.unlisted",
    "region.suffix",
];
/// The codes that call the host itself a mistake.
const HOSTS: [&str; 4] = [
    "url.other_host",
    "url.near_miss",
    "url.wrong_host",
    "image.other_registry",
];

fn check_registry(whole: &Value, finding: &Finding, suggestion: &str) {
    let typed = match finding.field.as_str() {
        "values.url" => whole["values"]["url"].as_str(),
        "image" => whole["image"].as_str(),
        _ => return,
    };
    let typed = typed.unwrap_or_default().to_lowercase();
    let names_domain = |text: &str| {
        let first = text.split_once('/').map_or("", |(first, _)| first);
        first.contains(['.', ':']) || first == "localhost"
    };
    let host = match finding.field.as_str() {
        "image" if !names_domain(suggestion) && !names_domain(typed.trim()) => return,
        "image" => Reference::parse(suggestion).map(|image| image.domain),
        _ => Endpoint::parse(suggestion).map(|endpoint| endpoint.host().to_owned()),
    };
    let Ok(host) = host else { return };
    // A command, or a text with marks around it, holds the host; the codes of pages name it.
    if typed.contains(&host) || PAGES.contains(&finding.code) {
        return;
    }
    // What is no host names no registry.
    let named = Endpoint::parse(&typed).map(|endpoint| endpoint.host().to_owned());
    let Ok(named) = named else { return };
    let ends = |host: &str| {
        host.rsplit('.')
            .take(2)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    // A name alone names no registry, and AWS's hosts in China go on after the others.
    let is_within = ends(&named) == ends(&host) || !named.contains('.') || host.starts_with(&named);
    assert!(
        HOSTS.contains(&finding.code) || is_within,
        "{finding:?} leads to {suggestion:?}"
    );
    let form: ConnectionForm = serde_json::from_value(whole.clone()).unwrap();
    let auth = provider(&form.provider).and_then(|provider| provider.auth(&form.auth));
    let has_secret = auth.is_some_and(|auth| {
        let secrets = auth.fields.iter().filter(|field| field.kind.is_secret());
        secrets
            .filter_map(|field| form.values.get(field.name))
            .any(|secret| !secret.expose().trim().is_empty())
    });
    assert!(
        is_within || !has_secret,
        "{finding:?} leads a secret to {suggestion:?}"
    );
}
