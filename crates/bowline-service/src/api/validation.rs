//! Validation of what PATCH changes, as in a form.

use bowline::{
    document::Document,
    endpoint::Endpoint,
    finding::Severity,
    form::{CheckOptions, ConnectionForm, Report, check_form},
    provider::provider,
    selection::Policy,
};

use crate::problem::Problem;

/// Judges a new name, and gives it without the white space around it.
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

/// Judges a policy for a connection of this provider to this endpoint, and gives it.
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

/// The policy that a connection keeps. One that no longer holds, as after a change of the rules, pulls nothing by itself.
pub(super) fn kept_policy(policy: Option<&serde_json::Value>) -> Policy {
    let policy = policy.and_then(|policy| serde_json::from_value(policy.clone()).ok());
    let (_, policy) = Policy::check(&policy.unwrap_or_default(), None, None);
    policy.unwrap_or_default()
}
