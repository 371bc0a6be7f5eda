//! Reads a form from JSON or from JavaScript.

use litemap::LiteMap;
use serde::{Deserialize, Deserializer, de::Error as _};

use super::ConnectionForm;
use crate::{
    document::{Document, Object},
    secret::Secret,
    text::concat,
};

/// Members that no form has are passed over: a newer page may send more. A member of the wrong kind, such as a list for
/// `values`, is an error that names it.
impl<'de> Deserialize<'de> for ConnectionForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = form(Document::deserialize(deserializer)?);
        read.map_err(|WrongType(member)| D::Error::custom(concat(&[member, " has the wrong type"])))
    }
}

/// The member that is of the wrong kind.
struct WrongType(&'static str);

fn form(document: Document) -> Result<ConnectionForm, WrongType> {
    let mut form = ConnectionForm::default();
    for (name, value) in members(document, "form")? {
        match name.as_str() {
            "provider" => form.provider = text(value, "provider")?,
            "name" => form.name = text(value, "name")?,
            "description" => form.description = text(value, "description")?,
            "auth" => form.auth = text(value, "auth")?,
            "purpose" => form.purpose = text(value, "purpose")?,
            "expiresAt" => {
                form.expires_at = Some(text(value, "expiresAt")?).filter(|time| !time.is_empty());
            }
            "image" => form.image = text(value, "image")?,
            "policy" => form.policy = Some(value).filter(|policy| !policy.is_null()),
            "values" => form.values = values(value)?,
            "trustedAuthHosts" => form.trusted_auth_hosts = hosts(value)?,
            _ => {}
        }
    }
    Ok(form)
}

fn values(document: Document) -> Result<LiteMap<String, Secret>, WrongType> {
    let mut values = LiteMap::new();
    for (name, value) in members(document, "values")? {
        values.insert(name, Secret::new(text(value, "values")?));
    }
    Ok(values)
}

fn hosts(document: Document) -> Result<Vec<String>, WrongType> {
    const NAME: &str = "trustedAuthHosts";
    match document {
        Document::Null => Ok(Vec::new()),
        Document::List(hosts) => hosts.into_iter().map(|host| text(host, NAME)).collect(),
        _ => Err(WrongType(NAME)),
    }
}

/// A text as it was typed. A number or truth value counts as its text.
fn text(document: Document, member: &'static str) -> Result<String, WrongType> {
    match document {
        Document::List(_) | Document::Object(_) => Err(WrongType(member)),
        other => Ok(other.into_shown()),
    }
}

fn members(document: Document, member: &'static str) -> Result<Object, WrongType> {
    match document {
        Document::Null => Ok(Object::default()),
        Document::Object(members) => Ok(members),
        _ => Err(WrongType(member)),
    }
}
