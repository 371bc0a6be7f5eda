//! The connection form: what was typed, and what it means.

mod check;
mod draft;
mod elsewhere;
mod exposed;
mod hosts;
mod members;
mod namespace;
mod pasted;
mod read;
mod report;
mod spec;
mod values;
mod wrapped;

use litemap::LiteMap;
use serde::Serialize;

pub(crate) use self::draft::Draft;
pub use self::{
    check::{check_form, report_on},
    exposed::ExposedForm,
    read::FormError,
    report::Report,
    spec::ConnectionSpec,
};
use crate::{document::Document, secret::Secret};

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

impl Purpose {
    /// `pull` or `push`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pull => "pull",
            Self::Push => "push",
        }
    }
}

#[cfg(test)]
mod tests;
