//! The connection form: what was typed, and what it means.

mod check;
mod draft;
mod exposed;
mod hosts;
mod members;
mod namespace;
mod read;
mod values;
mod wrapped;

use std::collections::BTreeMap;

use litemap::LiteMap;
use serde::Serialize;

pub(crate) use self::draft::Draft;
pub use self::{
    check::{check_form, report_on},
    exposed::ExposedForm,
    read::FormError,
};
use crate::{
    credential::Credentials,
    document::Document,
    endpoint::Endpoint,
    finding::Finding,
    jwt,
    provider::{Provider, ProviderId},
    secret::Secret,
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
    pub values: LiteMap<String, Secret>,
    /// Token services (`host` or `host:port`) to which the credentials may go though they are not the registry's.
    pub trusted_auth_hosts: Vec<String>,
    /// When the credentials end, RFC 3339.
    pub expires_at: Option<String>,
    /// An image to test with.
    pub image: String,
    /// The pull policy.
    pub policy: Option<Document>,
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

/// What a connection is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
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
    /// The provider that the URL looks like.
    pub detected: Option<ProviderId>,
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
    /// The date that was typed, in milliseconds since 1970; [`ConnectionSpec::ends_at`] knows more.
    pub expires_at: Option<i64>,
    /// The image to test with, without white space around it.
    pub image: String,
    /// The pull policy.
    pub policy: Option<Document>,
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
