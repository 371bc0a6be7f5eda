//! Copying a database of SQLite to PostgreSQL, row by row as it stands.

use crate::{
    database::{Database, DatabaseError, Dialect, Row, Value},
    schema,
};

/// The most rows that a statement writes.
const ROWS: usize = 200;

/// Every table of the schema with its columns, and the places of those that are its key.
const COLUMNS: &str = "SELECT CAST(pg_class.relname AS TEXT), CAST(attname AS TEXT),
        array_position(CAST(indkey AS SMALLINT[]), attnum) IS NOT NULL
    FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid JOIN pg_index ON indrelid = pg_class.oid AND indisprimary
    WHERE relkind = 'r' AND relnamespace = CAST(current_schema() AS REGNAMESPACE) AND relname <> 'migrations'
        AND attnum > 0 AND NOT attisdropped
    ORDER BY 1, array_position(CAST(indkey AS SMALLINT[]), attnum), attnum";

/// A table, the columns of its key first.
struct Table {
    name: String,
    columns: Vec<String>,
    keys: usize,
}

/// Copies all rows from a database of SQLite to an empty one of PostgreSQL, in one transaction, and says how many there
/// were. Both have the newest schema. The audit keeps its numbers and links, so it verifies, and secrets open as before.
///
/// Nobody may write to `from` meanwhile, and nobody else may use the session `to`.
///
/// # Errors
/// [`DatabaseError::Failed`] also where either is not as said. Nothing is copied then.
pub fn copy<F: Database, T: Database>(
    from: &F,
    to: &T,
) -> impl Future<Output = Result<u64, DatabaseError>> + Send {
    copy_all(from, to)
}

async fn copy_all<F: Database, T: Database>(from: &F, to: &T) -> Result<u64, DatabaseError> {
    if (F::DIALECT, T::DIALECT) != (Dialect::Sqlite, Dialect::Postgres) {
        return Err(refused("only SQLite is copied, and only to PostgreSQL"));
    }
    for is_current in [schema::is_current(from).await, schema::is_current(to).await] {
        if is_current != Ok(true) {
            return Err(refused("both databases need the newest schema"));
        }
    }
    ask(to, "BEGIN").await?;
    let copied = copy_tables(from, to).await;
    ask(to, if copied.is_ok() { "COMMIT" } else { "ROLLBACK" }).await?;
    copied
}

async fn copy_tables(from: &impl Database, to: &impl Database) -> Result<u64, DatabaseError> {
    let mut copied = 0_u64;
    for table in tables(to).await? {
        let Table { name, .. } = &table;
        // A trigger would write what is copied anyway, and number the audit anew. This also locks the table.
        ask(to, &format!("ALTER TABLE {name} DISABLE TRIGGER USER")).await?;
        if !ask(to, &format!("SELECT 1 FROM {name} LIMIT 1"))
            .await?
            .is_empty()
        {
            return Err(refused("the database to copy to is not empty"));
        }
        let mut after = None;
        loop {
            let rows = page(from, &table, after.take()).await?;
            let Some(Row(last)) = rows.last() else {
                break;
            };
            after = Some(last.iter().take(table.keys).cloned().collect());
            copied = copied.saturating_add(rows.len() as u64);
            insert(to, &table, rows).await?;
        }
        ask(to, &format!("ALTER TABLE {name} ENABLE TRIGGER USER")).await?;
    }
    ask(to, "SELECT setval('audit_ids', MAX(id)) FROM audit").await?;
    Ok(copied)
}

async fn tables(to: &impl Database) -> Result<Vec<Table>, DatabaseError> {
    let mut tables: Vec<Table> = Vec::new();
    for row in ask(to, COLUMNS).await? {
        let [
            Value::Text(name),
            Value::Text(column),
            Value::Integer(is_key),
        ] = row.0.as_slice()
        else {
            return Err(refused("the schema cannot be read"));
        };
        let is_key = usize::from(*is_key != 0);
        match tables.last_mut().filter(|table| table.name == *name) {
            Some(table) => {
                table.columns.push(column.clone());
                table.keys = table.keys.saturating_add(is_key);
            }
            None => tables.push(Table {
                name: name.clone(),
                columns: vec![column.clone()],
                keys: is_key,
            }),
        }
    }
    Ok(tables)
}

/// The rows of a table that come after a key.
async fn page(
    from: &impl Database,
    table: &Table,
    after: Option<Vec<Value>>,
) -> Result<Vec<Row>, DatabaseError> {
    let columns = table.columns.join(", ");
    let keys = table.columns.iter().take(table.keys).map(String::as_str);
    let keys = keys.collect::<Vec<_>>().join(", ");
    let condition = match &after {
        Some(values) => format!("WHERE ({keys}) > ({})", places(1, values.len())),
        None => String::new(),
    };
    let statement = format!(
        "SELECT {columns} FROM {} {condition} ORDER BY {keys} LIMIT {ROWS}",
        table.name
    );
    from.query(&statement, after.unwrap_or_default()).await
}

async fn insert(to: &impl Database, table: &Table, rows: Vec<Row>) -> Result<(), DatabaseError> {
    let width = table.columns.len();
    let values = (0..rows.len()).map(|row| {
        let first = row.saturating_mul(width).saturating_add(1);
        format!("({})", places(first, width))
    });
    let values = values.collect::<Vec<_>>().join(", ");
    let columns = table.columns.join(", ");
    let statement = format!("INSERT INTO {} ({columns}) VALUES {values}", table.name);
    let parameters = rows.into_iter().flat_map(|Row(values)| values).collect();
    to.query(&statement, parameters).await.map(drop)
}

/// So many parameters, from this one on.
fn places(first: usize, count: usize) -> String {
    let places = (first..first.saturating_add(count)).map(|place| format!("?{place}"));
    places.collect::<Vec<_>>().join(", ")
}

async fn ask(database: &impl Database, statement: &str) -> Result<Vec<Row>, DatabaseError> {
    database.query(statement, Vec::new()).await
}

fn refused(reason: &str) -> DatabaseError {
    DatabaseError::Failed(reason.to_owned())
}
