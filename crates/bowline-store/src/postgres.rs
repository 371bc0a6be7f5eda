//! PostgreSQL: how statements are said to it, and what its errors mean.
//!
//! The store's statements are written once where both databases take them. [`statement`] says such a statement to
//! PostgreSQL. Those that differ have a text for each database.

#[cfg(feature = "postgres")]
mod client;

use crate::database::{DatabaseError, Value};

#[cfg(feature = "postgres")]
pub use client::Client;

/// What builds JSON has other names.
const NAMES: [(&str, &str); 3] = [
    ("json_object(", "json_build_object("),
    ("json_array(", "json_build_array("),
    ("json_group_array(", "json_agg("),
];

/// A statement of the store in PostgreSQL's words, with the parameters in the order of their numbers there.
///
/// - `?3` is `$1::bigint` if it is the first parameter that is named and an integer: PostgreSQL does not always find out.
///   Where it is NULL it is that word, which has no type to be found out.
/// - What stands between `/*+` and `*/` is for PostgreSQL alone: locks, where SQLite needs none.
/// - `INDEXED BY` is for SQLite alone.
#[must_use]
pub fn statement(text: &str, parameters: &[Value]) -> (String, Vec<Value>) {
    let mut said = String::with_capacity(text.len());
    let mut numbered = Numbered {
        parameters,
        places: Vec::new(),
    };
    for (place, part) in text.split('\'').enumerate() {
        if place > 0 {
            said.push('\'');
        }
        if place % 2 == 0 {
            let mut part = part.replace("/*+", "").replace("*/", "");
            for (name, other) in NAMES {
                part = part.replace(name, other);
            }
            numbered.say(&without_index(&part), &mut said);
        } else {
            said.push_str(part);
        }
    }
    let values = numbered.places.into_iter();
    let values = values.map(|place| parameters.get(place).cloned().unwrap_or(Value::Null));
    (said, values.collect())
}

/// The meaning of an error that has a SQLSTATE. Its words may quote values, so only those about the statement are kept.
#[must_use]
pub fn error(sqlstate: &str, constraint: Option<&str>, message: &str) -> DatabaseError {
    match sqlstate {
        // Two waited for each other; a lock was not to be had; connections or memory were not.
        "40P01" | "40001" | "55P03" | "57014" | "53000" | "53200" | "53300" => DatabaseError::Busy,
        "23505" => DatabaseError::Conflict,
        // Of the statement itself, and of the triggers of the schema.
        code if code.starts_with("42") || code == "P0001" => {
            DatabaseError::Failed(format!("{message} (SQLSTATE {code})"))
        }
        code => DatabaseError::Failed(match constraint {
            Some(constraint) => format!("SQLSTATE {code}, constraint {constraint}"),
            None => format!("SQLSTATE {code}"),
        }),
    }
}

/// The parameters of a statement, by the places in which they come.
struct Numbered<'a> {
    parameters: &'a [Value],
    places: Vec<usize>,
}

impl Numbered<'_> {
    /// Says a part of a statement, its parameters by number and type.
    fn say(&mut self, part: &str, said: &mut String) {
        let mut pieces = part.split('?');
        said.push_str(pieces.next().unwrap_or_default());
        for piece in pieces {
            let rest = piece.trim_start_matches(|letter: char| letter.is_ascii_digit());
            let digits = piece.strip_suffix(rest).unwrap_or_default();
            let place = digits.parse::<usize>().unwrap_or(0).saturating_sub(1);
            let kind = match self.parameters.get(place) {
                Some(Value::Integer(_)) => "bigint",
                Some(Value::Real(_)) => "double precision",
                Some(Value::Text(_)) => "text",
                Some(Value::Blob(_)) => "bytea",
                Some(Value::Null) | None => {
                    said.push_str("NULL");
                    said.push_str(rest);
                    continue;
                }
            };
            let known = self.places.iter().position(|&other| other == place);
            let number = known.unwrap_or_else(|| {
                self.places.push(place);
                self.places.len().saturating_sub(1)
            });
            said.push_str(&format!("${}::{kind}{rest}", number.saturating_add(1)));
        }
    }
}

/// Without the hints that name an index.
fn without_index(part: &str) -> String {
    let mut pieces = part.split(" INDEXED BY ");
    let mut without = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        without.push_str(piece.trim_start_matches(name));
    }
    without
}

#[cfg(test)]
mod tests {
    use super::{error, statement};
    use crate::database::{DatabaseError, Value};

    #[test]
    fn a_statement_is_said_in_postgresqls_words() {
        for (text, said, places) in [
            ("SELECT ?1", "SELECT $1::bigint", vec![0]),
            (
                "SELECT ?2, ?1, ?2",
                "SELECT $1::text, $2::bigint, $1::text",
                vec![1, 0],
            ),
            (
                "SELECT ?3 IS NULL, ?1",
                "SELECT NULL IS NULL, $1::bigint",
                vec![0],
            ),
            ("SELECT ?4", "SELECT $1::bytea", vec![3]),
            ("SELECT '?1', 'it''s ?1'", "SELECT '?1', 'it''s ?1'", vec![]),
            ("FROM a INDEXED BY a_b WHERE c", "FROM a WHERE c", vec![]),
            (
                "LIMIT 1 /*+ FOR UPDATE */)",
                "LIMIT 1  FOR UPDATE )",
                vec![],
            ),
            (
                "SELECT json_object('json_array(', ?1)",
                "SELECT json_build_object('json_array(', $1::bigint)",
                vec![0],
            ),
        ] {
            let parameters = [1_i64.into(), "b".into(), Value::Null, vec![4].into()];
            let expected = places
                .iter()
                .map(|&place: &usize| parameters[place].clone());
            let expected = (said.to_owned(), expected.collect());
            assert_eq!(statement(text, &parameters), expected, "{text}");
        }
    }

    #[test]
    fn an_error_tells_what_to_do_and_no_value() {
        let failed = |words: &str| DatabaseError::Failed(words.to_owned());
        for (code, constraint, expected) in [
            ("40P01", None, DatabaseError::Busy),
            ("55P03", None, DatabaseError::Busy),
            ("53300", None, DatabaseError::Busy),
            ("23505", Some("connections_name"), DatabaseError::Conflict),
            (
                "23514",
                Some("connections_check"),
                failed("SQLSTATE 23514, constraint connections_check"),
            ),
            ("22P02", None, failed("SQLSTATE 22P02")),
            ("42601", None, failed("swordfish (SQLSTATE 42601)")),
        ] {
            assert_eq!(error(code, constraint, "swordfish"), expected, "{code}");
        }
    }
}
