//! A form that serializes with its secrets.

use std::fmt;

use litemap::LiteMap;
use serde::{Serialize, Serializer};

use super::ConnectionForm;
use crate::secret::Secret;

/// A form that serializes with its secrets. Empty members are left out, and the policy, which no login depends on.
#[derive(Clone, Copy)]
pub struct ExposedForm<'a>(&'a ConnectionForm);

impl ConnectionForm {
    /// The form with its secrets in it, to be serialized: for the private hop to the one who logs in, and for the
    /// page that pasted them. Every call is a place where secrets leave their type.
    pub fn expose(&self) -> ExposedForm<'_> {
        ExposedForm(self)
    }
}

impl Serialize for ExposedForm<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct FormJson<'a> {
            #[serde(skip_serializing_if = "str::is_empty")]
            provider: &'a str,
            #[serde(skip_serializing_if = "str::is_empty")]
            name: &'a str,
            #[serde(skip_serializing_if = "str::is_empty")]
            description: &'a str,
            #[serde(skip_serializing_if = "str::is_empty")]
            auth: &'a str,
            #[serde(skip_serializing_if = "str::is_empty")]
            purpose: &'a str,
            values: ExposedValues<'a>,
            #[serde(skip_serializing_if = "<[_]>::is_empty")]
            trusted_auth_hosts: &'a [String],
            #[serde(skip_serializing_if = "Option::is_none")]
            expires_at: Option<&'a str>,
            #[serde(skip_serializing_if = "str::is_empty")]
            image: &'a str,
        }

        let form = self.0;
        FormJson {
            provider: &form.provider,
            name: &form.name,
            description: &form.description,
            auth: &form.auth,
            purpose: &form.purpose,
            values: ExposedValues(&form.values),
            trusted_auth_hosts: &form.trusted_auth_hosts,
            expires_at: form.expires_at.as_deref(),
            image: &form.image,
        }
        .serialize(serializer)
    }
}

struct ExposedValues<'a>(&'a LiteMap<String, Secret>);

impl Serialize for ExposedValues<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value.expose())))
    }
}

impl fmt::Debug for ExposedForm<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
