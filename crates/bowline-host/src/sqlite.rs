//! `spin:sqlite`: databases in local files.
//!
//! As on Spin, a statement's own errors come with its result, not from `execute`. SQLite blocks, so a statement runs on
//! a thread for blocking work, unless it reads little and does not wait, because the handover would take longer than
//! the read. All rows are collected before the component sees the first.
//!
//! SQLite allows one writer at a time. Waiting writers retry after growing pauses, so a new writer often wins. A
//! component's writing statements therefore wait in one queue per database, in order of arrival.

use self::bindings::spin::sqlite::sqlite::{
    Error, Host, HostConnection, HostConnectionWithStore, QueryResult, RowResult, Value,
};
use rusqlite::{
    limits::Limit,
    types::{ToSqlOutput, Value as Owned, ValueRef},
};
use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};
use tokio::sync::{Mutex, MutexGuard, OwnedMutexGuard};
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
            "spin:sqlite/sqlite.[method]connection.last-insert-rowid": async | trappable,
            "spin:sqlite/sqlite.[method]connection.changes": async | trappable,
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
/// SQLite's message after that time.
const LOCKED: &str = "database is locked";
/// The instructions of SQLite's machine that run inline: a fraction of a millisecond, or a page of a list.
const INLINE_STEPS: i32 = 25_000;

/// The databases that a component may open, by their labels.
pub type Databases = Arc<BTreeMap<String, Database>>;

/// A database in a file.
#[derive(Clone)]
pub struct Database {
    path: PathBuf,
    /// Who holds it writes.
    turn: Arc<Mutex<()>>,
}

/// An open database.
#[derive(Clone)]
pub struct Connection {
    sqlite: Arc<Mutex<rusqlite::Connection>>,
    turn: Arc<Mutex<()>>,
}

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

/// What came of a statement that may have been run at once.
enum AtOnce {
    Done(Vec<String>, Vec<RowResult>),
    /// It has to run on a thread, and need not wait for its turn.
    Reads,
    /// It has to run on a thread, and writes.
    Writes,
}

impl Database {
    /// The database in this file.
    pub fn new(path: PathBuf) -> Self {
        Self {
            path,
            turn: Arc::default(),
        }
    }
}

impl Connection {
    async fn open(Database { path, turn }: Database) -> Result<Self, Error> {
        blocking(move || {
            let connection = rusqlite::Connection::open(path).map_err(io_error)?;
            // No ATTACH and no VACUUM INTO: a component reaches its databases, not the host's files.
            connection
                .set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)
                .map_err(io_error)?;
            connection.busy_timeout(BUSY_TIMEOUT).map_err(io_error)?;
            connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
            Ok(Self {
                sqlite: Arc::new(Mutex::new(connection)),
                turn,
            })
        })
        .await?
    }

    /// Runs a statement to its end.
    async fn run(&self, statement: String, parameters: Vec<Value>) -> Result<Outcome, Error> {
        let at_once = at_once(&mut *self.lock().await, &statement, &parameters);
        let turn = match at_once {
            AtOnce::Done(columns, rows) => return Ok((columns, Ok(rows))),
            AtOnce::Reads => None,
            AtOnce::Writes => match self.turn().await {
                Some(turn) => Some(turn),
                None => return Ok((Vec::new(), Err(Error::Io(LOCKED.to_owned())))),
            },
        };
        let connection = Arc::clone(&self.sqlite).lock_owned().await;
        blocking(move || {
            // For as long as it runs, whether the caller waits for it or not.
            let _turn = turn;
            let mut columns = Vec::new();
            let rows = query(&connection, &statement, &parameters, &mut columns).map_err(io_error);
            (columns, rows)
        })
        .await
    }

    /// Waits for the turn to write, and not for longer than for SQLite's lock.
    async fn turn(&self) -> Option<OwnedMutexGuard<()>> {
        let turn = Arc::clone(&self.turn).lock_owned();
        tokio::time::timeout(BUSY_TIMEOUT, turn).await.ok()
    }

    async fn lock(&self) -> MutexGuard<'_, rusqlite::Connection> {
        self.sqlite.lock().await
    }
}

/// Runs a statement if it only reads, and little.
fn at_once(connection: &mut rusqlite::Connection, statement: &str, parameters: &[Value]) -> AtOnce {
    match only_reads(connection, statement) {
        Ok(true) => {}
        // Inside of a transaction it has SQLite's lock, or waits for it: its turn could only come after the others'.
        Ok(false) if !connection.is_autocommit() => return AtOnce::Reads,
        Ok(false) => return AtOnce::Writes,
        // A mistake is found again where it is told.
        Err(_) => return AtOnce::Reads,
    }
    // SQLite counts over all runs of a statement, so a first call says nothing yet.
    let mut was_called = false;
    let is_long = move || std::mem::replace(&mut was_called, true);
    let mut columns = Vec::new();
    let rows = connection
        .progress_handler(INLINE_STEPS, Some(is_long))
        .and_then(|()| connection.busy_timeout(Duration::ZERO))
        .and_then(|()| query(connection, statement, parameters, &mut columns));
    let restored = connection
        .progress_handler(0, None::<fn() -> bool>)
        .and_then(|()| connection.busy_timeout(BUSY_TIMEOUT));
    match (rows, restored) {
        (Ok(rows), Ok(())) => AtOnce::Done(columns, rows),
        _ => AtOnce::Reads,
    }
}

/// Tells whether a statement only reads. COMMIT counts as reading to SQLite, but has no columns.
fn only_reads(connection: &rusqlite::Connection, statement: &str) -> rusqlite::Result<bool> {
    let prepared = connection.prepare_cached(statement)?;
    Ok(prepared.readonly() && prepared.column_count() > 0)
}

impl SqliteView<'_> {
    fn database(&self, database: &str) -> Result<Database, Error> {
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
        let database = match self.database(&database) {
            Ok(database) => database,
            Err(error) => return Ok(Err(error)),
        };
        match Connection::open(database).await {
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

    async fn last_insert_rowid(&mut self, handle: Resource<Connection>) -> wasmtime::Result<i64> {
        let connection = self.connection(&handle)?;
        let connection = connection.lock().await;
        Ok(connection.last_insert_rowid())
    }

    async fn changes(&mut self, handle: Resource<Connection>) -> wasmtime::Result<u64> {
        let connection = self.connection(&handle)?;
        let connection = connection.lock().await;
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
        let database = match accessor.with(|mut access| access.get().database(&database)) {
            Ok(database) => database,
            Err(error) => return Ok(Err(error)),
        };
        match Connection::open(database).await {
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
        let connection = connection.lock().await;
        Ok(connection.last_insert_rowid())
    }

    async fn changes_async(
        accessor: &Accessor<T, Self>,
        handle: Resource<Connection>,
    ) -> wasmtime::Result<u64> {
        let connection = accessor.with(|mut access| access.get().connection(&handle))?;
        let connection = connection.lock().await;
        Ok(connection.changes())
    }
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
