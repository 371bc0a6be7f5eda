//! JSON documents: what forms come in as and what answers go out as, here and in the browser.
//!
//! A general serialiser with its floats would be half of the browser module. Everything that this crate reads or
//! writes as JSON goes through [`Value`], in the browser as text, elsewhere through `serde`; so there is one place for
//! each shape. Tests hold the parser against `serde_json`.

use std::borrow::Cow;

mod parse;
pub(crate) mod serde;
mod write;

/// A JSON document. A number is kept as its text: nothing here calculates with one.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Value {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as written.
    Number(String),
    /// A string.
    String(String),
    /// A list.
    Array(Vec<Value>),
    /// Names and values.
    Object(Object),
}

/// The members of a JSON object, in the order in which they stand.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Object(Vec<(Name, Value)>);

/// A member's name.
type Name = Cow<'static, str>;

impl Value {
    /// The document that a text is; `None` where it is none (RFC 8259) or nests deeper than 64 levels. A `\u` escape
    /// that is half of a character is read as U+FFFD, since a browser writes such a half so.
    pub fn parse(text: &str) -> Option<Self> {
        parse::document(text)
    }

    /// The document as text.
    pub fn to_text(&self) -> String {
        let mut text = Vec::with_capacity(256);
        write::document(self, &mut text);
        // Nothing but ASCII was put between texts.
        String::from_utf8(text).unwrap_or_default()
    }

    /// The member of this name, if it is an object.
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.as_object()?.get(name)
    }

    /// The member of this name, taken out, if it is an object and has one.
    pub fn into_member(self, name: &str) -> Option<Self> {
        let Self::Object(Object(members)) = self else {
            return None;
        };
        members
            .into_iter()
            .rev()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value)
    }

    /// The text, if it is a string.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self {
            Some(text)
        } else {
            None
        }
    }

    /// The truth value, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self {
            Some(*value)
        } else {
            None
        }
    }

    /// The number, if it is a whole one, written without a decimal point or an exponent.
    pub fn as_i64(&self) -> Option<i64> {
        if let Self::Number(text) = self {
            text.parse().ok()
        } else {
            None
        }
    }

    /// The elements, if it is a list.
    pub fn as_array(&self) -> Option<&[Self]> {
        if let Self::Array(elements) = self {
            Some(elements)
        } else {
            None
        }
    }

    /// The members, if it is an object.
    pub fn as_object(&self) -> Option<&Object> {
        if let Self::Object(members) = self {
            Some(members)
        } else {
            None
        }
    }

    /// How many bytes its texts and numbers have.
    pub(crate) fn text_length(&self) -> usize {
        let sum = |length: usize, value: &Self| length.saturating_add(value.text_length());
        match self {
            Self::Null | Self::Bool(_) => 0,
            Self::Number(text) | Self::String(text) => text.len(),
            Self::Array(elements) => elements.iter().fold(0, sum),
            Self::Object(members) => members.values().fold(0, sum),
        }
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        *self == Self::Null
    }

    /// An object of these members, those that are `null` included.
    pub fn object(members: Vec<(&'static str, Self)>) -> Self {
        Self::Object(Object(
            members
                .into_iter()
                .map(|(name, value)| (Cow::Borrowed(name), value))
                .collect(),
        ))
    }

    /// An object of these members, without those that are `null`.
    pub fn present(mut members: Vec<(&'static str, Self)>) -> Self {
        members.retain(|(_, value)| !value.is_null());
        Self::object(members)
    }

    /// An object of texts.
    pub(crate) fn texts<'a>(members: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut object = Object::default();
        for (name, text) in members {
            object.push(name.to_owned(), text.into());
        }
        Self::Object(object)
    }

    /// A list.
    pub fn array<T>(elements: impl IntoIterator<Item = T>) -> Self
    where
        Self: From<T>,
    {
        let mut list = Vec::new();
        for element in elements {
            list.push(element.into());
        }
        Self::Array(list)
    }
}

impl Object {
    /// The member of this name; the last one, if there are several.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0
            .iter()
            .rev()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value)
    }

    /// The members.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }

    /// The members' values.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &Value> {
        self.0.iter().map(|(_, value)| value)
    }

    pub(crate) fn push(&mut self, name: String, value: Value) {
        self.0.push((Cow::Owned(name), value));
    }
}

impl IntoIterator for Object {
    type Item = (Name, Value);
    type IntoIter = std::vec::IntoIter<(Name, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Number(value.to_string())
    }
}

impl From<usize> for Value {
    fn from(value: usize) -> Self {
        Self::Number(value.to_string())
    }
}

impl<T> From<Option<T>> for Value
where
    Value: From<T>,
{
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::from)
    }
}

#[cfg(test)]
mod tests;
