//! Reads a form from JSON.

use std::fmt;

use litemap::LiteMap;
use serde::{Deserialize, Deserializer, de::Error as _};

use super::ConnectionForm;
use crate::{
    document::{Document, Object},
    secret::Secret,
    text::concat,
};

/// The error of a form with a member of the wrong kind, such as a list for `values`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormError(&'static str);

impl FormError {
    /// The error as text; it names the member.
    pub fn message(self) -> String {
        concat(&[self.0, " has the wrong type"])
    }
}

impl fmt::Display for FormError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl std::error::Error for FormError {}

/// A form from its members. Those that no form has are passed over: a newer page may send more.
impl TryFrom<Document> for ConnectionForm {
    type Error = FormError;

    fn try_from(document: Document) -> Result<Self, FormError> {
        let mut form = Self::default();
        for (name, value) in members(document, "form")? {
            let (member, typed) = match name.as_str() {
                "provider" => ("provider", &mut form.provider),
                "name" => ("name", &mut form.name),
                "description" => ("description", &mut form.description),
                "auth" => ("auth", &mut form.auth),
                "purpose" => ("purpose", &mut form.purpose),
                "expiresAt" => ("expiresAt", form.expires_at.get_or_insert_default()),
                "image" => ("image", &mut form.image),
                "policy" => {
                    form.policy = Some(value).filter(|policy| !policy.is_null());
                    continue;
                }
                "values" => {
                    form.values = values(value)?;
                    continue;
                }
                "trustedAuthHosts" => {
                    form.trusted_auth_hosts = hosts(value)?;
                    continue;
                }
                _ => continue,
            };
            *typed = text(value, member)?;
        }
        form.expires_at = form.expires_at.filter(|time| !time.is_empty());
        Ok(form)
    }
}

impl<'de> Deserialize<'de> for ConnectionForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Document::deserialize(deserializer)?
            .try_into()
            .map_err(D::Error::custom)
    }
}

fn values(document: Document) -> Result<LiteMap<String, Secret>, FormError> {
    let mut values = LiteMap::new();
    for (name, value) in members(document, "values")? {
        values.insert(name, Secret::new(text(value, "values")?));
    }
    Ok(values)
}

fn hosts(document: Document) -> Result<Vec<String>, FormError> {
    const NAME: &str = "trustedAuthHosts";
    match document {
        Document::Null => Ok(Vec::new()),
        Document::List(hosts) => hosts.into_iter().map(|host| text(host, NAME)).collect(),
        _ => Err(FormError(NAME)),
    }
}

/// A text as it was typed. A number or truth value counts as its text.
fn text(document: Document, member: &'static str) -> Result<String, FormError> {
    match document {
        Document::List(_) | Document::Object(_) => Err(FormError(member)),
        Document::Text(text) => Ok(text),
        other => Ok(other.shown()),
    }
}

fn members(document: Document, member: &'static str) -> Result<Object, FormError> {
    match document {
        Document::Null => Ok(Object::default()),
        Document::Object(members) => Ok(members),
        _ => Err(FormError(member)),
    }
}
