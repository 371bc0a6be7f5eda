//! Parses JSON from a registry.
//!
//! Only the needed members are kept. `serde_json::Value` takes up to a hundred times the bytes of a body, which can end
//! the instance for all of its requests. `null` counts as a missing member, and a `null` in a list is dropped.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

/// The most entries of a list. The largest body holds a million short names; a page of a listing has a thousand.
const MAX_ENTRIES: usize = 250_000;

/// A member that may be missing or `null`, and is then its type's default.
pub(crate) fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A member of which another type is as good as none.
pub(crate) fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?;
    Ok(serde_json::from_str::<Option<T>>(raw.get()).ok().flatten())
}

/// A number of seconds, as a number or as text; `None` for anything else.
pub(crate) fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?;
    let seconds: Option<f64> = raw.get().trim_matches('"').trim().parse().ok();
    Ok(seconds.filter(|seconds| seconds.is_finite()))
}

/// Words as text with spaces or as a list; `None` for anything else.
pub(crate) fn words<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?.get();
    let list = || serde_json::from_str::<List<String>>(raw).ok();
    let text = serde_json::from_str::<String>(raw).ok();
    Ok(text.or_else(|| list().map(|words| words.0.join(" "))))
}

/// Reads a body. A byte order mark in front of it, which RFC 8259 section 8.1 lets a reader skip, is skipped.
pub(crate) fn from_slice<'de, T: Deserialize<'de>>(body: &'de [u8]) -> serde_json::Result<T> {
    serde_json::from_slice(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body))
}

/// Tells whether a body is JSON, whatever it holds.
pub(crate) fn is_json(body: &[u8]) -> bool {
    from_slice::<IgnoredAny>(body).is_ok()
}

/// A list of at most [`MAX_ENTRIES`] entries, without those that are `null`; `null` itself is an empty one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct List<T>(pub(crate) Vec<T>);

/// The first entry of a list, without the others.
#[derive(Debug)]
pub(crate) struct First<T>(pub(crate) Option<T>);

/// A number, also in quotes; `None` for anything else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Number(pub(crate) Option<i64>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Default for First<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListVisitor(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for First<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FirstVisitor(PhantomData))
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberVisitor)
    }
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
    type Value = List<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<E>(self) -> Result<List<T>, E> {
        Ok(List::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<List<T>, A::Error> {
        let mut list = Vec::new();
        let mut count = 0_usize;
        while let Some(entry) = entries.next_element::<Option<T>>()? {
            count = count.saturating_add(1);
            if count > MAX_ENTRIES {
                return Err(serde::de::Error::custom("the list is too long"));
            }
            list.extend(entry);
        }
        Ok(List(list))
    }
}

struct FirstVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for FirstVisitor<T> {
    type Value = First<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<E>(self) -> Result<First<T>, E> {
        Ok(First(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<First<T>, A::Error> {
        let mut first = None;
        while first.is_none() {
            match entries.next_element::<Option<T>>()? {
                Some(entry) => first = entry,
                None => return Ok(First(None)),
            }
        }
        while entries.next_element::<IgnoredAny>()?.is_some() {}
        Ok(First(first))
    }
}

struct NumberVisitor;

impl<'de> Visitor<'de> for NumberVisitor {
    type Value = Number;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_u64<E>(self, number: u64) -> Result<Number, E> {
        Ok(Number(i64::try_from(number).ok()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Number, E> {
        Ok(Number(Some(number)))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Number, E> {
        Ok(Number(None))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Number, E> {
        Ok(Number(None))
    }

    fn visit_str<E>(self, text: &str) -> Result<Number, E> {
        Ok(Number(text.parse().ok()))
    }

    fn visit_unit<E>(self) -> Result<Number, E> {
        Ok(Number(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Number, A::Error> {
        while entries.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Number(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Number, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Number(None))
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Members {
        names: List<String>,
        #[serde(deserialize_with = "or_default")]
        text: String,
        number: Number,
        #[serde(deserialize_with = "lenient")]
        lenient: Option<String>,
    }

    #[test]
    fn null_is_as_good_as_missing() {
        let read = |text: &str| serde_json::from_str::<Members>(text).map_err(|_| ());
        let names = |names: &[&str]| Members {
            names: List(names.iter().map(|name| (*name).to_owned()).collect()),
            ..Members::default()
        };
        let number = |number| Members {
            number: Number(number),
            ..Members::default()
        };
        let cases = [
            ("{}", Ok(Members::default())),
            (
                r#"{"names":null,"text":null,"number":null,"lenient":null}"#,
                Ok(Members::default()),
            ),
            (r#"{"names":["a",null,"b"]}"#, Ok(names(&["a", "b"]))),
            (r#"{"names":{}}"#, Err(())),
            (r#"{"text":1}"#, Err(())),
            (r#"{"number":"12"}"#, Ok(number(Some(12)))),
            (r#"{"number":-3}"#, Ok(number(Some(-3)))),
            (
                r#"{"number":[{"a":[1]}],"lenient":[{"a":[1]}],"more":{"a":null}}"#,
                Ok(number(None)),
            ),
            (
                r#"{"lenient":"x"}"#,
                Ok(Members {
                    lenient: Some("x".to_owned()),
                    ..Members::default()
                }),
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn a_list_that_must_be_there_may_be_null_but_not_missing() {
        #[derive(Deserialize)]
        struct Page {
            names: List<String>,
        }
        let count = |text: &str| {
            let page = serde_json::from_str::<Page>(text);
            page.map(|page| page.names.0.len()).ok()
        };
        for (text, expected) in [
            (r#"{"names":["a"]}"#, Some(1)),
            (r#"{"names":null}"#, Some(0)),
            (r#"{"other":[]}"#, None),
        ] {
            assert_eq!(count(text), expected, "{text}");
        }
    }

    #[test]
    fn of_a_list_the_first_entry_is_kept() {
        let first = |text: &str| {
            serde_json::from_str::<First<u8>>(text)
                .map(|first| first.0)
                .ok()
        };
        for (text, expected) in [
            ("null", Some(None)),
            ("[]", Some(None)),
            ("[null,7,\"x\",{}]", Some(Some(7))),
            ("[\"x\"]", None),
        ] {
            assert_eq!(first(text), expected, "{text}");
        }
    }

    #[test]
    fn a_list_has_an_end() {
        let list = |entries: usize| {
            let text = format!("[{}0]", "0,".repeat(entries - 1));
            serde_json::from_str::<List<u8>>(&text).map(|list| list.0.len())
        };
        assert_eq!(list(MAX_ENTRIES).unwrap(), MAX_ENTRIES);
        assert!(list(MAX_ENTRIES + 1).is_err());
    }

    /// Names of the untyped reading of JSON.
    const UNTYPED: [&str; 4] = ["serde_json::Value", "Value::", "json!", "serde_json::Map"];

    #[test]
    fn no_body_is_read_into_a_value() {
        let mut found = Vec::new();
        look_into(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
            &mut found,
        );
        assert!(found.is_empty(), "read it into a type: {found:?}");
    }

    fn look_into(folder: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() && name != "tests" {
                look_into(&path, found);
            } else if name.ends_with(".rs") && name != "tests.rs" && name != "fuzz.rs" {
                let text = fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
                let is_untyped = |line: &&str| {
                    !line.trim_start().starts_with("//")
                        && UNTYPED
                            .iter()
                            .any(|word| line.replace("HeaderValue", "").contains(word))
                };
                let lines = code.lines().filter(is_untyped);
                found.extend(lines.map(|line| format!("{}: {line}", path.display())));
            }
        }
    }
}
