//! A connection of `tokio-postgres`: the database of native tests, and of programs that run the store themselves.

use std::{error::Error, fmt};

use tokio_postgres::{
    Client as Session,
    types::{FromSql, ToSql, Type},
};

use crate::database::{Database, DatabaseError, Dialect, Row, Value};

/// A session with a PostgreSQL server. Whoever made it drives its connection.
pub struct Client(Session);

impl Client {
    /// The database of a session.
    pub fn over(session: Session) -> Self {
        Self(session)
    }

    async fn run(
        &self,
        statement: &str,
        parameters: &[Value],
    ) -> Result<Vec<Row>, tokio_postgres::Error> {
        let (statement, parameters) = super::statement(statement, parameters);
        let parameters: Vec<_> = parameters.into_iter().map(parameter).collect();
        let parameters: Vec<_> = parameters
            .iter()
            .map(|value| &**value as &(dyn ToSql + Sync))
            .collect();
        let rows = self.0.query(&statement, &parameters).await?;
        rows.iter()
            .map(|row| {
                let columns = 0..row.len();
                let values = columns.map(|at| row.try_get(at).map(|Column(value)| value));
                values.collect::<Result<_, _>>().map(Row)
            })
            .collect()
    }
}

impl Database for Client {
    const DIALECT: Dialect = Dialect::Postgres;

    async fn query(
        &self,
        statement: &str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Row>, DatabaseError> {
        let rows = self.run(statement, &parameters).await;
        rows.map_err(|error| match error.as_db_error() {
            Some(told) => super::error(told.code().code(), told.constraint(), told.message()),
            None => DatabaseError::Failed(error.to_string()),
        })
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Client")
    }
}

/// A value as a parameter. The statement names its type.
fn parameter(value: Value) -> Box<dyn ToSql + Sync + Send> {
    match value {
        // The statement says it itself.
        Value::Null => Box::new(None::<String>),
        Value::Integer(number) => Box::new(number),
        Value::Real(number) => Box::new(number),
        Value::Text(text) => Box::new(text),
        Value::Blob(bytes) => Box::new(bytes),
    }
}

/// A value of a row. What SQLite has no type for is as SQLite has it: true is 1, and JSON is text.
struct Column(Value);

impl<'a> FromSql<'a> for Column {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(match *kind {
            Type::BOOL => bool::from_sql(kind, raw)?.into(),
            Type::INT2 => i64::from(i16::from_sql(kind, raw)?).into(),
            Type::INT4 => i64::from(i32::from_sql(kind, raw)?).into(),
            Type::INT8 => i64::from_sql(kind, raw)?.into(),
            Type::FLOAT8 => Value::Real(f64::from_sql(kind, raw)?),
            Type::BYTEA => Vec::from_sql(kind, raw)?.into(),
            Type::JSON => std::str::from_utf8(raw)?.into(),
            Type::VOID => Value::Null,
            _ => <&str>::from_sql(kind, raw)?.into(),
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(Value::Null))
    }

    fn accepts(kind: &Type) -> bool {
        let known = [
            Type::BOOL,
            Type::INT2,
            Type::INT4,
            Type::INT8,
            Type::FLOAT8,
            Type::BYTEA,
            Type::JSON,
            Type::VOID,
        ];
        known.contains(kind) || <&str as FromSql>::accepts(kind)
    }
}
