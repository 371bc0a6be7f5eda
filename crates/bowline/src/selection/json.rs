//! Inventories and decisions as JSON.

use std::fmt;

use serde::{Deserialize, Deserializer, de::Error as _};

use super::{DecidedBy, Decision, Image};
use crate::{
    json::{Value, serde::serialize_by_value},
    text::concat,
    time,
};

/// Why a document is no image: the member that is not what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageError(&'static str);

/// An image from its members, of which all but `repository` may be missing, `null` or empty. Times are RFC 3339 or
/// milliseconds since 1970; what is neither is as good as missing. Other members are not looked at: an inventory may
/// know more.
impl TryFrom<&Value> for Image {
    type Error = ImageError;

    fn try_from(value: &Value) -> Result<Self, ImageError> {
        let text = |name| match value.get(name) {
            None | Some(Value::Null) => Ok(String::new()),
            Some(Value::String(text)) => Ok(text.clone()),
            Some(_) => Err(ImageError(name)),
        };
        let time = |name| value.get(name).and_then(moment);
        let repository = text("repository")?;
        if repository.is_empty() {
            return Err(ImageError("repository"));
        }
        Ok(Self {
            repository,
            tag: text("tag")?,
            digest: text("digest")?,
            created_at: time("createdAt"),
            pushed_at: time("pushedAt"),
            first_seen: time("firstSeen"),
            artifact_type: text("artifactType")?,
        })
    }
}

impl<'de> Deserialize<'de> for Image {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(&Value::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// A point in time. JavaScript's may have fractions of a millisecond, which do not count.
fn moment(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => time::parse_rfc3339(text),
        Value::Number(text) => text.split('.').next()?.parse().ok(),
        _ => None,
    }
}

impl From<&Decision> for Value {
    fn from(decision: &Decision) -> Self {
        Self::object(vec![
            ("selected", decision.selected.into()),
            ("by", decision.by.as_str().into()),
            ("pattern", decision.pattern.into()),
        ])
    }
}

impl DecidedBy {
    const ALL: [Self; 5] = [
        Self::Artifact,
        Self::Never,
        Self::Include,
        Self::Condition,
        Self::Always,
    ];

    /// The list or condition of this name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.as_str() == text)
    }

    /// `artifact`, `never`, `include`, `condition` or `always`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Artifact => "artifact",
            Self::Never => "never",
            Self::Include => "include",
            Self::Condition => "condition",
            Self::Always => "always",
        }
    }
}

serialize_by_value!(Decision);

impl ImageError {
    /// What is wrong.
    pub fn message(self) -> String {
        concat(&[
            "an image's ",
            self.0,
            " is missing or not what it should be",
        ])
    }
}

impl fmt::Display for ImageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl std::error::Error for ImageError {}
