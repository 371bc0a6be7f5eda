//! SQLite in this process: the database of native tests, and of programs that run the store themselves.

use std::{
    fmt,
    path::Path,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use rusqlite::{Connection, ErrorCode, StatementStatus, params_from_iter, types};

use crate::database::{Database, DatabaseError, Dialect, Row, Value};

/// A connection to a database file.
pub struct Rusqlite {
    /// One statement at a time.
    connection: Mutex<Connection>,
    cost: AtomicU64,
}

impl Rusqlite {
    /// Opens the file, and makes it where there is none.
    pub fn open(path: &Path) -> Result<Self, DatabaseError> {
        Connection::open(path).map(Self::over).map_err(error)
    }

    /// A database in memory, gone with this value.
    pub fn in_memory() -> Result<Self, DatabaseError> {
        Connection::open_in_memory().map(Self::over).map_err(error)
    }

    fn over(connection: Connection) -> Self {
        Self {
            connection: Mutex::new(connection),
            cost: AtomicU64::default(),
        }
    }

    /// The cost of all statements so far, independent of the computer: the steps of SQLite's virtual machine.
    pub fn cost(&self) -> u64 {
        self.cost.load(Ordering::Relaxed)
    }

    fn run(&self, statement: &str, parameters: Vec<Value>) -> rusqlite::Result<Vec<Row>> {
        // A statement that panicked left the connection as it was.
        let connection = self
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut statement = connection.prepare_cached(statement)?;
        let columns = statement.column_count();
        let parameters = params_from_iter(parameters.into_iter().map(to_sqlite));
        let rows = statement.query_map(parameters, |row| {
            (0..columns)
                .map(|at| row.get(at).map(from_sqlite))
                .collect()
        })?;
        let rows = rows.map(|values| values.map(Row)).collect();
        let steps = statement.reset_status(StatementStatus::VmStep);
        self.cost
            .fetch_add(steps.unsigned_abs().into(), Ordering::Relaxed);
        rows
    }
}

impl Database for Rusqlite {
    const DIALECT: Dialect = Dialect::Sqlite;

    async fn query(
        &self,
        statement: &str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Row>, DatabaseError> {
        self.run(statement, parameters).map_err(error)
    }
}

impl fmt::Debug for Rusqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rusqlite")
    }
}

fn to_sqlite(value: Value) -> types::Value {
    match value {
        Value::Null => types::Value::Null,
        Value::Integer(number) => types::Value::Integer(number),
        Value::Real(number) => types::Value::Real(number),
        Value::Text(text) => types::Value::Text(text),
        Value::Blob(bytes) => types::Value::Blob(bytes),
    }
}

fn from_sqlite(value: types::Value) -> Value {
    match value {
        types::Value::Null => Value::Null,
        types::Value::Integer(number) => Value::Integer(number),
        types::Value::Real(number) => Value::Real(number),
        types::Value::Text(text) => Value::Text(text),
        types::Value::Blob(bytes) => Value::Blob(bytes),
    }
}

fn error(error: rusqlite::Error) -> DatabaseError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => DatabaseError::Busy,
        _ => DatabaseError::Failed(error.to_string()),
    }
}
