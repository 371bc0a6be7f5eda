//! A JSON document of any shape.
//!
//! Input that judges its own shape (forms, policies) and JSON inside texts (key files, Docker configurations) is read as
//! one of these.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};

/// A JSON document.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Document {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number, however it was written: `279` and `279.0` are the same.
    Integer(i64),
    /// A number with a fraction, or beyond 64 bits.
    Float(f64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Document>),
    /// Names and values.
    Object(Object),
}

/// The members of an object, in the order in which they stand.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object(Vec<(String, Document)>);

impl Object {
    /// The member of this name; the last one, if there are several.
    pub fn get(&self, name: &str) -> Option<&Document> {
        let mut from_last = self.iter().rev();
        from_last
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }

    /// The members.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &Document)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

impl FromIterator<(String, Document)> for Object {
    fn from_iter<I: IntoIterator<Item = (String, Document)>>(members: I) -> Self {
        Self(members.into_iter().collect())
    }
}

impl IntoIterator for Object {
    type Item = (String, Document);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl Document {
    /// The document that a text is; `None` where it is no JSON.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// The member of this name, if it is an object.
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.as_object()?.get(name)
    }

    /// The members, if it is an object.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The elements, if it is a list.
    pub fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(elements) => Some(elements),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The number without its fraction, if it is one.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            Self::Float(number) => Some(*number as i64),
            _ => None,
        }
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The document as a text field shows it: empty for a list or an object.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Null | Self::List(_) | Self::Object(_) => String::new(),
            Self::Bool(value) => value.to_string(),
            Self::Integer(number) => number.to_string(),
            // The standard library's way to write one would be 5 % of the browser module.
            Self::Float(number) => serde_json::to_string(number).unwrap_or_default(),
            Self::Text(text) => text.clone(),
        }
    }

    /// How many bytes its texts have.
    pub(crate) fn text_length(&self) -> usize {
        let sum = |length: usize, value: &Self| length.saturating_add(value.text_length());
        match self {
            Self::Null | Self::Bool(_) | Self::Integer(_) | Self::Float(_) => 0,
            Self::Text(text) => text.len(),
            Self::List(elements) => elements.iter().fold(0, sum),
            Self::Object(members) => members.iter().map(|(_, value)| value).fold(0, sum),
        }
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Integer(number) => serializer.serialize_i64(*number),
            Self::Float(number) => serializer.serialize_f64(*number),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(elements) => serializer.collect_seq(elements),
            Self::Object(members) => serializer.collect_map(members.iter()),
        }
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DocumentVisitor)
    }
}

struct DocumentVisitor;

impl<'de> Visitor<'de> for DocumentVisitor {
    type Value = Document;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Document, E> {
        Ok(Document::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Document, E> {
        Ok(Document::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Document, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Document, E> {
        Ok(Document::Bool(value))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Document, E> {
        Ok(Document::Integer(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Document, E> {
        Ok(i64::try_from(number).map_or(Document::Float(number as f64), Document::Integer))
    }

    /// `279.0` is the integer 279, as it is in JavaScript.
    fn visit_f64<E: Error>(self, number: f64) -> Result<Document, E> {
        let is_integer = number.fract() == 0.0 && number.abs() <= MOST_EXACT;
        Ok(if is_integer {
            Document::Integer(number as i64)
        } else {
            Document::Float(number)
        })
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Document, E> {
        Ok(Document::Text(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Document, E> {
        Ok(Document::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Document, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = list.next_element()? {
            elements.push(element);
        }
        Ok(Document::List(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Document, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = object.next_entry()? {
            members.push(member);
        }
        Ok(Document::Object(Object(members)))
    }
}

/// The largest whole number up to which a float is exact.
const MOST_EXACT: f64 = 9_007_199_254_740_991.0;

#[cfg(test)]
mod tests {
    use super::Document;

    #[test]
    fn kinds_are_told_apart() {
        let read = |text: &str| Document::parse(text).unwrap();
        for text in ["279", "279.0", "2.79e2"] {
            assert_eq!(read(text), Document::Integer(279), "{text}");
        }
        assert_eq!(read("0.5"), Document::Float(0.5));
        assert_eq!(read("18446744073709551615").as_i64(), Some(i64::MAX));
        assert_eq!(read("-0.5").shown(), "-0.5");
        assert_eq!(read("1e300").shown(), "1e+300");
        assert_eq!(read("true").shown(), "true");
        assert_eq!(
            read(r#"{"a":1,"a":2}"#).get("a"),
            Some(&Document::Integer(2))
        );
        assert_eq!(read(r#"[null,""]"#).shown(), "");
        for text in ["", "{", "nul", "[1,]", "1 2"] {
            assert_eq!(Document::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_document_is_written_as_it_was_read() {
        let text = r#"{"b":[1,-2.5,"x",true,null],"a":{}}"#;
        let document = Document::parse(text).unwrap();
        assert_eq!(serde_json::to_string(&document).unwrap(), text);
    }
}
