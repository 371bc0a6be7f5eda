//! The connection form: what was typed, and what it means.

mod check;
mod draft;
mod members;
mod values;

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::SerializeMap};

pub use self::check::check_form;
pub(crate) use self::draft::Draft;
use crate::{
    credential::Credentials, endpoint::Endpoint, finding::Finding, provider::Provider,
    secret::Secret,
};

/// A form, strings exactly as typed. `null`, missing and empty are the same: not filled in. A number or truth value
/// is taken as its text. `Debug` shows no value.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ConnectionForm {
    /// The provider's id.
    #[serde(deserialize_with = "text")]
    pub provider: String,
    /// What the customer calls the connection; 1-64 characters after trimming.
    #[serde(deserialize_with = "text")]
    pub name: String,
    /// Free text.
    #[serde(deserialize_with = "text")]
    pub description: String,
    /// The auth method's id; empty is the provider's first.
    #[serde(deserialize_with = "text")]
    pub auth: String,
    /// `pull` (default) or `push`.
    #[serde(deserialize_with = "text")]
    pub purpose: String,
    /// The fields of the auth method. Any of them may be secret, so all are kept as [`Secret`].
    #[serde(deserialize_with = "or_default")]
    pub values: BTreeMap<String, Secret>,
    /// Token services (`host` or `host:port`) to which the credentials may go though they are not the registry's.
    #[serde(deserialize_with = "or_default")]
    pub trusted_auth_hosts: Vec<String>,
    /// When the credentials end, RFC 3339.
    #[serde(deserialize_with = "optional_text")]
    pub expires_at: Option<String>,
    /// An image to test with.
    #[serde(deserialize_with = "text")]
    pub image: String,
    /// The pull policy.
    pub policy: Option<serde_json::Value>,
}

impl ConnectionForm {
    /// The form with its secrets in it, to be serialised: for the private hop to the one who logs in, and for the
    /// page that pasted them. Every call is a place where secrets leave their type.
    pub fn expose(&self) -> ExposedForm<'_> {
        ExposedForm(self)
    }

    /// The text of a value; empty where it is not filled in.
    pub(crate) fn value(&self, name: &str) -> &str {
        self.values.get(name).map_or("", Secret::expose)
    }

    /// Fills in a value.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.values.insert(name.to_owned(), value.into());
        }
    }
}

/// A form that serialises with its secrets. Empty members are left out.
pub struct ExposedForm<'a>(&'a ConnectionForm);

impl Serialize for ExposedForm<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let form = self.0;
        let mut map = serializer.serialize_map(None)?;
        let texts = [
            ("provider", form.provider.as_str()),
            ("name", &form.name),
            ("description", &form.description),
            ("auth", &form.auth),
            ("purpose", &form.purpose),
            ("expiresAt", form.expires_at.as_deref().unwrap_or("")),
            ("image", &form.image),
        ];
        for (name, text) in texts.iter().filter(|(_, text)| !text.is_empty()) {
            map.serialize_entry(name, text)?;
        }
        let values: BTreeMap<&str, &str> = form
            .values
            .iter()
            .map(|(name, value)| (name.as_str(), value.expose()))
            .collect();
        map.serialize_entry("values", &values)?;
        if !form.trusted_auth_hosts.is_empty() {
            map.serialize_entry("trustedAuthHosts", &form.trusted_auth_hosts)?;
        }
        if let Some(policy) = &form.policy {
            map.serialize_entry("policy", policy)?;
        }
        map.end()
    }
}

impl fmt::Debug for ExposedForm<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Reading images.
    #[default]
    Pull,
    /// Writing them too.
    Push,
}

/// How a form is checked.
#[derive(Clone, Copy, Debug, Default)]
pub struct CheckOptions<'a> {
    /// Where given, a required field that is empty is reported only if it is one of these (`name`, `values.url`, …).
    pub touched: Option<&'a [String]>,
    /// Now, in milliseconds since 1970; without it nothing is said about expiry.
    pub now: Option<i64>,
}

/// What a form's check found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Whether the form can be saved: no error, and no required field empty, reported or not.
    pub valid: bool,
    /// What was found, in the order of the form's fields.
    pub findings: Vec<Finding>,
    /// The endpoint as it is shown and kept.
    pub endpoint: Option<String>,
    /// The id of the provider that the URL looks like.
    pub detected: Option<&'static str>,
}

impl Report {
    /// Takes out the suggestions that hold the text of a secret field. For everyone but the page that it was typed
    /// into: an answer over HTTP, a log.
    pub fn redact(&mut self) {
        for finding in self.findings.iter_mut().filter(|finding| finding.secret) {
            finding.suggestion = None;
        }
    }
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
    /// The image to test with, without white space around it.
    pub image: String,
    /// The pull policy.
    pub policy: Option<serde_json::Value>,
}

fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Secret::deserialize(deserializer).map(|text| text.expose().to_owned())
}

fn optional_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    text(deserializer).map(|text| Some(text).filter(|text| !text.is_empty()))
}

fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

#[cfg(test)]
mod tests;
