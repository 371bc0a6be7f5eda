//! The id of a component, as in `[component.<id>]` and `http://<id>.spin.internal`.

use serde::Deserialize;
use std::{borrow::Borrow, fmt};

/// A component's id: letters, digits, hyphens and underscores.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct ComponentId(String);

impl ComponentId {
    /// The id of a component that is run alone: its file's name, if that can be one.
    pub(crate) fn of_file_name(name: &str) -> Self {
        let id = Self::try_from(name.to_owned());
        id.unwrap_or_else(|_| Self("component".to_owned()))
    }

    /// Returns the id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ComponentId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let letters = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if text.is_empty() || !text.bytes().all(letters) {
            return Err(format!(
                "`{text}` isn't a component ID: use letters, digits, and hyphens"
            ));
        }
        Ok(Self(text))
    }
}

impl Borrow<str> for ComponentId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ComponentId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
