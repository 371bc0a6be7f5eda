//! Images of an inventory, as JSON holds them.

use std::fmt;

use serde::{Deserialize, Deserializer, de::Error as _};

use super::Image;
use crate::{document::Document, text::concat, time};

/// The error of an image whose member is missing or of the wrong kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageError(&'static str);

impl ImageError {
    /// The error as text.
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

/// An image from its members, of which all but `repository` may be missing, `null` or empty. Unknown ones are passed over,
/// since an inventory may know more.
impl TryFrom<Document> for Image {
    type Error = ImageError;

    fn try_from(document: Document) -> Result<Self, ImageError> {
        let mut image = Self::default();
        if let Document::Object(members) = document {
            for (name, value) in members {
                let (member, held) = match name.as_str() {
                    "repository" => ("repository", &mut image.repository),
                    "tag" => ("tag", &mut image.tag),
                    "digest" => ("digest", &mut image.digest),
                    "artifactType" => ("artifactType", &mut image.artifact_type),
                    other => {
                        match other {
                            "createdAt" => image.created_at = moment(&value),
                            "pushedAt" => image.pushed_at = moment(&value),
                            "firstSeen" => image.first_seen = moment(&value),
                            _ => {}
                        }
                        continue;
                    }
                };
                *held = text(value, member)?;
            }
        }
        if image.repository.is_empty() {
            return Err(ImageError("repository"));
        }
        Ok(image)
    }
}

fn text(value: Document, member: &'static str) -> Result<String, ImageError> {
    match value {
        Document::Null => Ok(String::new()),
        Document::Text(text) => Ok(text),
        _ => Err(ImageError(member)),
    }
}

/// A point in time, in milliseconds since 1970: RFC 3339 or a number, whose fraction does not count. What is no time is as
/// good as missing.
fn moment(value: &Document) -> Option<i64> {
    match value {
        Document::Text(text) => time::parse_rfc3339(text),
        other => other.as_i64(),
    }
}

impl<'de> Deserialize<'de> for Image {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Document::deserialize(deserializer)?
            .try_into()
            .map_err(D::Error::custom)
    }
}
