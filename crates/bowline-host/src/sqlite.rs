//! `spin:sqlite`: databases in local files.
//!
//! As on Spin, a statement's own errors come with its result, not from `execute`. SQLite blocks, so a statement runs on
//! a thread for blocking work, unless it reads little and does not wait, because the handover would take longer than
//! the read. All rows are collected before the component sees the first.

use self::bindings::spin::sqlite::sqlite::{
    Error, Host, HostConnection, HostConnectionWithStore, QueryResult, RowResult, Value,
};
use rusqlite::{
    limits::Limit,
    types::{ToSqlOutput, Value as Owned, ValueRef},
};
use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use wasmtime::component::{Accessor, FutureReader, HasData, Resource, ResourceTable, StreamReader};

pub(crate) use self::bindings::spin::sqlite::sqlite::add_to_linker;

#[allow(missing_docs, reason = "generated from wit/, which describes them")]
mod bindings {
    wasmtime::component::bindgen!({
        path: "wit",
        world: "bowline:host/sqlite",
        imports: {
            "spin:sqlite/sqlite.[static]connection.open": async | trappable,
            "spin:sqlite/sqlite.[method]connection.execute": async | trappable,
            "spin:sqlite/sqlite.[drop]connection": trappable,
            default: trappable,
        },
        with: {
            "spin:sqlite/sqlite.connection": crate::sqlite::Connection,
        },
    });
}

/// Prepared statements that a connection keeps.
const STATEMENT_CACHE: usize = 128;
/// The time that a statement waits for another connection's lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// The instructions of SQLite's machine that run inline: a fraction of a millisecond, or a page of a list.
const INLINE_STEPS: i32 = 25_000;

/// The databases that a component may open: label to file.
pub type Databases = Arc<BTreeMap<String, PathBuf>>;

/// An open database.
#[derive(Clone)]
pub struct Connection(Arc<Mutex<rusqlite::Connection>>);

/// The part of an instance's state that the interface needs.
pub struct SqliteView<'a> {
    /// The component's databases.
    pub databases: &'a Databases,
    /// The instance's resources.
    pub table: &'a mut ResourceTable,
}

/// Names [`SqliteView`] to the linker.
pub struct HasSqlite;

/// The outcome of a statement: its columns, and its rows or its error.
type Outcome = (Vec<String>, Result<Vec<RowResult>, Error>);

impl HasData for HasSqlite {
    type Data<'a> = SqliteView<'a>;
}

impl Connection {
    async fn open(path: PathBuf) -> Result<Self, Error> {
        blocking(move || {
            let connection = rusqlite::Connection::open(path).map_err(io_error)?;
            // No ATTACH and no VACUUM INTO: a component reaches its databases, not the host's files.
            connection
                .set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)
                .map_err(io_error)?;
            connection.busy_timeout(BUSY_TIMEOUT).map_err(io_error)?;
            connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
            Ok(Self(Arc::new(Mutex::new(connection))))
        })
        .await?
    }

    /// Runs a statement to its end.
    async fn run(&self, statement: String, parameters: Vec<Value>) -> Result<Outcome, Error> {
        if let Some((columns, rows)) = self.read_inline(&statement, &parameters) {
            return Ok((columns, Ok(rows)));
        }
        let connection = self.0.clone();
        blocking(move || {
            let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            let mut columns = Vec::new();
            let rows = query(&connection, &statement, &parameters, &mut columns).map_err(io_error);
            (columns, rows)
        })
        .await
    }

    /// The outcome of a statement that only reads, and little. `None`: it has to run on a thread.
    fn read_inline(
        &self,
        statement: &str,
        parameters: &[Value],
    ) -> Option<(Vec<String>, Vec<RowResult>)> {
        let mut connection = self.0.try_lock().ok()?;
        // SQLite counts over all runs of a statement, so a first call says nothing yet.
        let mut was_called = false;
        let is_long = move || std::mem::replace(&mut was_called, true);
        connection
            .progress_handler(INLINE_STEPS, Some(is_long))
            .ok()?;
        let mut columns = Vec::new();
        let rows = connection
            .busy_timeout(Duration::ZERO)
            .and_then(|()| read(&connection, statement, parameters, &mut columns));
        connection
            .progress_handler(0, None::<fn() -> bool>)
            .and_then(|()| connection.busy_timeout(BUSY_TIMEOUT))
            .ok()?;
        Some((columns, rows.ok()??))
    }

    async fn with<T: Send + 'static>(
        &self,
        read: impl FnOnce(&rusqlite::Connection) -> T + Send + 'static,
    ) -> wasmtime::Result<T> {
        let connection = self.0.clone();
        let outcome =
            blocking(move || read(&connection.lock().unwrap_or_else(PoisonError::into_inner)))
                .await;
        outcome.map_err(|_| wasmtime::format_err!("the database thread ended"))
    }
}

impl SqliteView<'_> {
    fn path(&self, database: &str) -> Result<PathBuf, Error> {
        self.databases
            .get(database)
            .cloned()
            .ok_or(Error::AccessDenied)
    }

    fn connection(&self, handle: &Resource<Connection>) -> wasmtime::Result<Connection> {
        Ok(self.table.get(handle)?.clone())
    }
}

impl Host for SqliteView<'_> {}

impl HostConnection for SqliteView<'_> {
    async fn open(
        &mut self,
        database: String,
    ) -> wasmtime::Result<Result<Resource<Connection>, Error>> {
        let path = match self.path(&database) {
            Ok(path) => path,
            Err(error) => return Ok(Err(error)),
        };
        match Connection::open(path).await {
            Ok(connection) => Ok(Ok(self.table.push(connection)?)),
            Err(error) => Ok(Err(error)),
        }
    }

    async fn execute(
        &mut self,
        handle: Resource<Connection>,
        statement: String,
        parameters: Vec<Value>,
    ) -> wasmtime::Result<Result<QueryResult, Error>> {
        let connection = self.connection(&handle)?;
        let answer = connection.run(statement, parameters).await;
        Ok(answer.and_then(|(columns, rows)| {
            Ok(QueryResult {
                columns,
                rows: rows?,
            })
        }))
    }

    fn last_insert_rowid(&mut self, handle: Resource<Connection>) -> wasmtime::Result<i64> {
        let connection = self.connection(&handle)?;
        let connection = connection.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(connection.last_insert_rowid())
    }

    fn changes(&mut self, handle: Resource<Connection>) -> wasmtime::Result<u64> {
        let connection = self.connection(&handle)?;
        let connection = connection.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(connection.changes())
    }

    fn drop(&mut self, handle: Resource<Connection>) -> wasmtime::Result<()> {
        self.table.delete(handle)?;
        Ok(())
    }
}

impl<T> HostConnectionWithStore<T> for HasSqlite {
    async fn open_async(
        accessor: &Accessor<T, Self>,
        database: String,
    ) -> wasmtime::Result<Result<Resource<Connection>, Error>> {
        let path = match accessor.with(|mut access| access.get().path(&database)) {
            Ok(path) => path,
            Err(error) => return Ok(Err(error)),
        };
        match Connection::open(path).await {
            Ok(connection) => {
                accessor.with(|mut access| Ok(Ok(access.get().table.push(connection)?)))
            }
            Err(error) => Ok(Err(error)),
        }
    }

    async fn execute_async(
        accessor: &Accessor<T, Self>,
        handle: Resource<Connection>,
        statement: String,
        parameters: Vec<Value>,
    ) -> wasmtime::Result<
        Result<
            (
                Vec<String>,
                StreamReader<RowResult>,
                FutureReader<Result<(), Error>>,
            ),
            Error,
        >,
    > {
        let connection = accessor.with(|mut access| access.get().connection(&handle))?;
        let (columns, rows) = match connection.run(statement, parameters).await {
            Ok(answer) => answer,
            Err(error) => return Ok(Err(error)),
        };
        let (rows, outcome) = match rows {
            Ok(rows) => (rows, Ok(())),
            Err(error) => (Vec::new(), Err(error)),
        };
        accessor.with(|mut access| {
            let rows = StreamReader::new(&mut access, rows)?;
            let outcome =
                FutureReader::new(&mut access, async move { wasmtime::error::Ok(outcome) })?;
            Ok(Ok((columns, rows, outcome)))
        })
    }

    async fn last_insert_rowid_async(
        accessor: &Accessor<T, Self>,
        handle: Resource<Connection>,
    ) -> wasmtime::Result<i64> {
        let connection = accessor.with(|mut access| access.get().connection(&handle))?;
        connection
            .with(rusqlite::Connection::last_insert_rowid)
            .await
    }

    async fn changes_async(
        accessor: &Accessor<T, Self>,
        handle: Resource<Connection>,
    ) -> wasmtime::Result<u64> {
        let connection = accessor.with(|mut access| access.get().connection(&handle))?;
        connection.with(rusqlite::Connection::changes).await
    }
}

/// The rows of a statement that only reads; `None` where it may do more. COMMIT counts as reading to SQLite, but has no
/// columns.
fn read(
    connection: &rusqlite::Connection,
    statement: &str,
    parameters: &[Value],
    columns: &mut Vec<String>,
) -> rusqlite::Result<Option<Vec<RowResult>>> {
    let prepared = connection.prepare_cached(statement)?;
    if !prepared.readonly() || prepared.column_count() == 0 {
        return Ok(None);
    }
    drop(prepared);
    query(connection, statement, parameters, columns).map(Some)
}

fn query(
    connection: &rusqlite::Connection,
    statement: &str,
    parameters: &[Value],
    columns: &mut Vec<String>,
) -> rusqlite::Result<Vec<RowResult>> {
    let mut statement = connection.prepare_cached(statement)?;
    columns.extend(statement.column_names().map(str::to_owned));
    let width = columns.len();
    let mut found = Vec::new();
    let mut rows = statement.query(rusqlite::params_from_iter(parameters))?;
    while let Some(row) = rows.next()? {
        let values = (0..width)
            .map(|column| row.get_ref(column).and_then(|value| owned(value, column)))
            .collect::<rusqlite::Result<_>>()?;
        found.push(RowResult { values });
    }
    Ok(found)
}

fn owned(value: ValueRef<'_>, column: usize) -> rusqlite::Result<Value> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(integer) => Value::Integer(integer),
        ValueRef::Real(real) => Value::Real(real),
        ValueRef::Text(text) => {
            let text = std::str::from_utf8(text)
                .map_err(|error| rusqlite::Error::Utf8Error(column, error))?;
            Value::Text(text.to_owned())
        }
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_owned()),
    })
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Integer(integer) => ToSqlOutput::Owned(Owned::Integer(*integer)),
            Self::Real(real) => ToSqlOutput::Owned(Owned::Real(*real)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Blob(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            Self::Null => ToSqlOutput::Owned(Owned::Null),
        })
    }
}

/// SQLite's errors are text to Spin; what the host alone knows (a path) is not in them.
fn io_error(error: rusqlite::Error) -> Error {
    Error::Io(error.to_string())
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Error::Io("the database thread ended".to_owned()))
}

#[cfg(test)]
mod tests;
