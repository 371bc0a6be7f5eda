//! The database that a store is given.

use std::{error::Error, fmt};

/// An SQLite or PostgreSQL database, or one that speaks the dialect of either and keeps its promises: a statement is
/// atomic, and what a statement changed is on disk when it returns.
///
/// Several requests may share a connection at once, so the store relies neither on transactions nor on counters of the
/// connection. The futures are `Send`: the store runs in `tokio::spawn` as well as in a WebAssembly component.
pub trait Database: Send + Sync {
    /// The SQL that it speaks.
    const DIALECT: Dialect = Dialect::Sqlite;

    /// Runs one statement and collects all of its rows.
    ///
    /// `statement` is one statement of text that is fixed in this crate; `parameters` are its `?1`, `?2`, … A database that
    /// speaks PostgreSQL says it as [`postgres::statement`](crate::postgres::statement) does.
    fn query(
        &self,
        statement: &str,
        parameters: Vec<Value>,
    ) -> impl Future<Output = Result<Vec<Row>, DatabaseError>> + Send;
}

impl<D: Database> Database for &D {
    const DIALECT: Dialect = D::DIALECT;

    fn query(
        &self,
        statement: &str,
        parameters: Vec<Value>,
    ) -> impl Future<Output = Result<Vec<Row>, DatabaseError>> + Send {
        (**self).query(statement, parameters)
    }
}

/// A dialect of SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite's, from version 3.39 on, and libSQL's.
    Sqlite,
    /// PostgreSQL's, from version 14 on.
    Postgres,
}

/// A value in a statement or a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// SQL's NULL.
    Null,
    /// An integer; times are milliseconds since 1970.
    Integer(i64),
    /// A floating-point number.
    Real(f64),
    /// Text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

/// A row: its values in the order of the statement's columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Row(pub Vec<Value>);

/// An error of a statement. No variant carries the value of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseError {
    /// Another connection holds the lock; the same statement may do later.
    Busy,
    /// A unique index does not take the row.
    Conflict,
    /// Anything else, in the database's words.
    Failed(String),
}

impl fmt::Display for DatabaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy => f.write_str("the database is busy"),
            Self::Conflict => f.write_str("the database has such a row"),
            Self::Failed(message) => write!(f, "the database failed: {message}"),
        }
    }
}

impl Error for DatabaseError {}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Integer(value.into())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Integer(value.into())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Blob(value)
    }
}
