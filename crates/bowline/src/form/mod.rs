//! The connection form: what was typed, and what it means.

mod check;
mod draft;
mod members;
mod values;

use std::fmt;

use serde::{Deserialize, Deserializer, de::Error as _};

pub use self::check::{check_form, report_on};
pub(crate) use self::draft::Draft;
use crate::{
    credential::Credentials,
    endpoint::Endpoint,
    finding::Finding,
    json::{Value, serde::serialize_by_value},
    jwt,
    map::Map,
    provider::Provider,
    secret::Secret,
    text::concat,
};

/// A form, strings exactly as typed. `null`, missing and empty are the same: not filled in. A number or truth value
/// is taken as its text. `Debug` shows no value.
#[derive(Clone, Debug, Default, PartialEq)]
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
    pub values: Map<String, Secret>,
    /// Token services (`host` or `host:port`) to which the credentials may go though they are not the registry's.
    pub trusted_auth_hosts: Vec<String>,
    /// When the credentials end, RFC 3339.
    pub expires_at: Option<String>,
    /// An image to test with.
    pub image: String,
    /// The pull policy.
    pub policy: Option<Value>,
}

/// The members that a form may have, by their names in JSON.
pub const MEMBERS: [&str; 10] = [
    "provider",
    "name",
    "description",
    "auth",
    "purpose",
    "values",
    "trustedAuthHosts",
    "expiresAt",
    "image",
    "policy",
];

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

/// A document that is no form: a member has another type than it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAForm {
    /// Which member.
    pub member: &'static str,
}

impl NotAForm {
    /// What is wrong.
    pub fn message(self) -> String {
        concat(&[self.member, " has the wrong type"])
    }
}

impl fmt::Display for NotAForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl std::error::Error for NotAForm {}

/// Members that no form has are passed over: a newer page may send more.
impl TryFrom<Value> for ConnectionForm {
    type Error = NotAForm;

    fn try_from(value: Value) -> Result<Self, NotAForm> {
        let mut form = Self::default();
        let members = match value {
            Value::Null => return Ok(form),
            Value::Object(members) => members,
            _ => return Err(NotAForm { member: "form" }),
        };
        for (name, value) in members {
            match &*name {
                "provider" => form.provider = text(value, "provider")?,
                "name" => form.name = text(value, "name")?,
                "description" => form.description = text(value, "description")?,
                "auth" => form.auth = text(value, "auth")?,
                "purpose" => form.purpose = text(value, "purpose")?,
                "expiresAt" => {
                    form.expires_at =
                        Some(text(value, "expiresAt")?).filter(|text| !text.is_empty())
                }
                "image" => form.image = text(value, "image")?,
                "policy" => form.policy = Some(value).filter(|value| !value.is_null()),
                "values" => form.values = values(value)?,
                "trustedAuthHosts" => form.trusted_auth_hosts = hosts(value)?,
                _ => {}
            }
        }
        Ok(form)
    }
}

impl<'de> Deserialize<'de> for ConnectionForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(Value::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

fn text(value: Value, member: &'static str) -> Result<String, NotAForm> {
    match value {
        Value::Null => Ok(String::new()),
        Value::Bool(value) => Ok((if value { "true" } else { "false" }).to_owned()),
        Value::Number(text) | Value::String(text) => Ok(text),
        Value::Array(_) | Value::Object(_) => Err(NotAForm { member }),
    }
}

fn values(value: Value) -> Result<Map<String, Secret>, NotAForm> {
    let mut values = Map::new();
    match value {
        Value::Null => {}
        Value::Object(members) => {
            for (name, value) in members {
                values.insert(name.into_owned(), Secret::new(text(value, "values")?));
            }
        }
        _ => return Err(NotAForm { member: "values" }),
    }
    Ok(values)
}

fn hosts(value: Value) -> Result<Vec<String>, NotAForm> {
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Array(elements) => elements
            .into_iter()
            .map(|host| text(host, "trustedAuthHosts"))
            .collect(),
        _ => Err(NotAForm {
            member: "trustedAuthHosts",
        }),
    }
}

/// A form that serialises with its secrets. Empty members are left out, and the policy, which no login depends on.
#[derive(Clone, Copy)]
pub struct ExposedForm<'a>(&'a ConnectionForm);

impl From<ExposedForm<'_>> for Value {
    fn from(form: ExposedForm<'_>) -> Self {
        let form = form.0;
        let filled = |text: &str| {
            if text.is_empty() {
                Self::Null
            } else {
                text.into()
            }
        };
        let values = form
            .values
            .iter()
            .map(|(name, value)| (name.as_str(), value.expose()));
        let hosts = form.trusted_auth_hosts.iter().map(String::as_str);
        Self::present(vec![
            ("provider", filled(&form.provider)),
            ("name", filled(&form.name)),
            ("description", filled(&form.description)),
            ("auth", filled(&form.auth)),
            ("purpose", filled(&form.purpose)),
            ("values", Self::texts(values)),
            (
                "trustedAuthHosts",
                if hosts.len() == 0 {
                    Self::Null
                } else {
                    Self::array(hosts)
                },
            ),
            ("expiresAt", form.expires_at.as_deref().into()),
            ("image", filled(&form.image)),
        ])
    }
}

impl fmt::Debug for ExposedForm<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq)]
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

impl From<&Report> for Value {
    fn from(report: &Report) -> Self {
        Self::object(vec![
            ("valid", report.valid.into()),
            ("findings", Self::array(&report.findings)),
            ("endpoint", report.endpoint.as_deref().into()),
            ("detected", report.detected.into()),
        ])
    }
}

impl From<&ExposedForm<'_>> for Value {
    fn from(form: &ExposedForm<'_>) -> Self {
        (*form).into()
    }
}

impl Purpose {
    /// `pull` or `push`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pull => "pull",
            Self::Push => "push",
        }
    }
}

impl From<&Purpose> for Value {
    fn from(purpose: &Purpose) -> Self {
        purpose.as_str().into()
    }
}

serialize_by_value!(Report, ExposedForm<'_>, Purpose);

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
    pub values: Map<&'static str, String>,
    /// The secret values, empty ones left out.
    pub secrets: Map<&'static str, Secret>,
    /// `host` or `host:port`, lower case.
    pub trusted_auth_hosts: Vec<String>,
    /// The date that was typed, in milliseconds since 1970; [`ConnectionSpec::ends_at`] knows more.
    pub expires_at: Option<i64>,
    /// The image to test with, without white space around it.
    pub image: String,
    /// The pull policy.
    pub policy: Option<Value>,
}

impl ConnectionSpec {
    /// When the credentials end if they are kept at `now_ms`, in milliseconds since 1970: the earliest of the date that
    /// was typed, of what tokens among the secrets say, and of what the auth method gives. `None` where nothing tells.
    pub fn ends_at(&self, now_ms: i64) -> Option<i64> {
        let auth = self.provider.auth(self.auth);
        let by_method = auth.and_then(|auth| now_ms.checked_add(auth.lasts_ms?));
        let by_token = self
            .secrets
            .values()
            .filter_map(|secret| jwt::expiry(secret.expose()));
        by_token.chain(by_method).chain(self.expires_at).min()
    }
}

#[cfg(test)]
mod tests;
