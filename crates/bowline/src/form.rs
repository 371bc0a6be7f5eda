//! The connection form: what was typed, and what it means.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    credential::Credentials, endpoint::Endpoint, finding::Finding, provider::Provider, secret::Secret,
};

/// A form, strings exactly as typed. `null`, missing and empty are the same: not filled in.
/// `Debug` shows no value.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ConnectionForm {
    /// The provider's id.
    pub provider: String,
    /// What the customer calls the connection; 1-64 characters after trimming.
    pub name: String,
    /// Free text.
    pub description: String,
    /// The auth method's id; empty is the provider's first.
    pub auth: String,
    /// `pull` (default) or `push`.
    pub purpose: String,
    /// The fields of the auth method. Any of them may be secret, so all are kept as [`Secret`].
    pub values: BTreeMap<String, Secret>,
    /// Token services (`host` or `host:port`) to which the credentials may go though they are not the registry's.
    pub trusted_auth_hosts: Vec<String>,
    /// When the credentials end, RFC 3339.
    pub expires_at: Option<String>,
    /// An image to test with.
    pub image: String,
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Reading images.
    Pull,
    /// Writing them too.
    Push,
}

/// How a form is checked.
#[derive(Clone, Copy, Debug, Default)]
pub struct CheckOptions<'a> {
    /// Where given, a required field that is empty is reported only if it is one of these.
    pub touched: Option<&'a [String]>,
    /// Now, in milliseconds since 1970; without it nothing is said about expiry.
    pub now: Option<i64>,
}

/// What a form's check found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Whether there is no error among the findings.
    pub valid: bool,
    /// What was found, in the order of the form's fields.
    pub findings: Vec<Finding>,
    /// The endpoint as it is shown and kept.
    pub endpoint: Option<String>,
    /// The id of the provider that the URL looks like.
    pub detected: Option<&'static str>,
}

/// A valid form, parsed.
#[derive(Clone, Debug)]
pub struct ConnectionSpec {
    /// The provider.
    pub provider: &'static Provider,
    /// The auth method's id.
    pub auth: &'static str,
    /// What it is for.
    pub purpose: Purpose,
    /// Trimmed.
    pub name: String,
    /// As typed.
    pub description: String,
    /// Where the registry is; `None` where only the cloud's API can tell (ECR without an account id).
    pub endpoint: Option<Endpoint>,
    /// What it logs in with.
    pub credentials: Credentials,
    /// The values that are not secret, normalised, defaults filled in, empty ones left out.
    pub values: BTreeMap<&'static str, String>,
    /// The secret values, empty ones left out.
    pub secrets: BTreeMap<&'static str, Secret>,
    /// `host` or `host:port`, lower case.
    pub trusted_auth_hosts: Vec<String>,
    /// Milliseconds since 1970.
    pub expires_at: Option<i64>,
    /// The image to test with, as typed.
    pub image: String,
}

/// Checks a form.
///
/// Returns the report and, when the form is valid, what it means.
pub fn check_form(_form: &ConnectionForm, _options: CheckOptions<'_>) -> (Report, Option<ConnectionSpec>) {
    (Report { valid: false, findings: Vec::new(), endpoint: None, detected: None }, None)
}
