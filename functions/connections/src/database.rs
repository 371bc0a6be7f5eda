//! The default database, with `spin:sqlite`.

use std::sync::Arc;

use bowline_service::once_cell::OnceCell;
use bowline_store::{Database, DatabaseError, Row, Value};
use spin_sdk::{
    sqlite::{self, Connection},
    time::sleep,
};

/// Spin's default database. Each instance connects once, and its requests share the connection. The store therefore
/// never relies on a transaction.
#[derive(Default)]
pub(crate) struct SpinDatabase(OnceCell<Connection>);

impl SpinDatabase {
    async fn connection(&self) -> Result<Arc<Connection>, DatabaseError> {
        let open = async { Connection::open_default().await.map_err(reason) };
        self.0.get(sleep, open).await
    }
}

impl Database for SpinDatabase {
    async fn query(
        &self,
        statement: &str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Row>, DatabaseError> {
        let connection = self.connection().await?;
        let result = connection
            .execute(statement, parameters.into_iter().map(to_spin))
            .await
            .map_err(reason)?;
        // All of them before anything else is awaited: an open stream of rows holds the connection's lock. Errors of
        // the statement, too, come only here.
        let rows = result.collect().await.map_err(reason)?;
        Ok(rows
            .into_iter()
            .map(|row| Row(row.values.into_iter().map(from_spin).collect()))
            .collect())
    }
}

fn to_spin(value: Value) -> sqlite::Value {
    match value {
        Value::Null => sqlite::Value::Null,
        Value::Integer(number) => sqlite::Value::Integer(number),
        Value::Real(number) => sqlite::Value::Real(number),
        Value::Text(text) => sqlite::Value::Text(text),
        Value::Blob(bytes) => sqlite::Value::Blob(bytes),
    }
}

fn from_spin(value: sqlite::Value) -> Value {
    match value {
        sqlite::Value::Null => Value::Null,
        sqlite::Value::Integer(number) => Value::Integer(number),
        sqlite::Value::Real(number) => Value::Real(number),
        sqlite::Value::Text(text) => Value::Text(text),
        sqlite::Value::Blob(bytes) => Value::Blob(bytes),
    }
}

/// Spin passes SQLite's message on and has no separate error for a lock.
fn reason(error: sqlite::Error) -> DatabaseError {
    match error {
        sqlite::Error::Io(words) if words.contains("locked") || words.contains("busy") => {
            DatabaseError::Busy
        }
        sqlite::Error::Io(words) => DatabaseError::Failed(words),
        error => DatabaseError::Failed(error.to_string()),
    }
}
