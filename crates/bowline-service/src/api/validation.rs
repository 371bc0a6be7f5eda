//! Validates the members of a PATCH like those of a form.

use bowline::{
    document::Document,
    endpoint::Endpoint,
    finding::Severity,
    form::{CheckOptions, ConnectionForm, Report, check_form},
    provider::provider,
    selection::Policy,
};

use crate::problem::Problem;

/// Validates a new name and returns it trimmed.
///
/// Errors: `form.invalid` with the findings about the name.
pub(super) fn name(name: String) -> Result<String, Problem> {
    let form = ConnectionForm {
        name,
        ..ConnectionForm::default()
    };
    let (mut report, _) = check_form(&form, CheckOptions::default());
    report
        .findings
        .retain(|finding| finding.field == "name" && finding.severity == Severity::Error);
    if !report.findings.is_empty() {
        return Err(Problem::form_invalid(report));
    }
    Ok(form.name.trim().to_owned())
}

/// Validates a policy for a connection of this provider to this endpoint, and returns it.
///
/// Errors: `form.invalid` with the findings about the policy.
pub(super) fn policy(
    policy: &Document,
    provider_id: &str,
    endpoint: &str,
) -> Result<Policy, Problem> {
    let host = Endpoint::parse(endpoint).ok();
    let host = host.map(|endpoint| endpoint.authority());
    match Policy::check(policy, provider(provider_id), host.as_deref()) {
        (_, Some(policy)) => Ok(policy),
        (findings, None) => Err(Problem::form_invalid(Report {
            valid: false,
            findings,
            endpoint: None,
            detected: None,
        })),
    }
}

/// Judges whether a form has the values that a policy needs: image streams are watched at an address of their own.
///
/// Errors: `form.invalid` with the findings about the values.
pub(super) fn values_for(form: &ConnectionForm, policy: &Document) -> Result<(), Problem> {
    let lacking = |policy: Option<Document>| {
        let form = ConnectionForm {
            policy,
            ..form.clone()
        };
        let (mut report, _) = check_form(&form, CheckOptions::default());
        report.findings.retain(|finding| {
            finding.severity == Severity::Error && finding.field.starts_with("values.")
        });
        report
    };
    let without = lacking(None);
    let mut report = lacking(Some(policy.clone()));
    // What the values lack otherwise is not the policy's fault: a kept form comes without its secrets.
    report
        .findings
        .retain(|finding| !without.findings.contains(finding));
    if report.findings.is_empty() {
        return Ok(());
    }
    Err(Problem::form_invalid(report))
}

/// The policy that a connection keeps. One that no longer holds, as after a change of the rules, pulls nothing by itself.
pub(super) fn kept_policy(policy: Option<&serde_json::Value>) -> Policy {
    let policy = policy.and_then(|policy| serde_json::from_value(policy.clone()).ok());
    let (_, policy) = Policy::check(&policy.unwrap_or_default(), None, None);
    policy.unwrap_or_default()
}
