use super::*;

fn database(folder: &tempfile::TempDir) -> Database {
    Database::new(folder.path().join("test.db"))
}

async fn open(folder: &tempfile::TempDir) -> Connection {
    Connection::open(database(folder)).await.unwrap()
}

/// Tells whether a statement is run at once.
async fn is_run_at_once(connection: &Connection, statement: &str) -> bool {
    let outcome = at_once(&mut *connection.lock().await, statement, &[]);
    matches!(outcome, AtOnce::Done(..))
}

/// Runs a statement and gives its rows as text, or its error.
async fn run(
    connection: &Connection,
    statement: &str,
    parameters: Vec<Value>,
) -> Result<String, String> {
    let (columns, rows) = connection
        .run(statement.to_owned(), parameters)
        .await
        .unwrap();
    match rows {
        Ok(rows) => {
            let rows: Vec<_> = rows
                .into_iter()
                .map(|row| format!("{:?}", row.values))
                .collect();
            Ok(format!("{} {}", columns.join(","), rows.join(" ")))
        }
        Err(Error::Io(message)) => Err(message),
        Err(other) => Err(format!("{other:?}")),
    }
}

#[tokio::test]
async fn every_kind_of_value_comes_back_as_it_went() {
    let folder = tempfile::tempdir().unwrap();
    let connection = open(&folder).await;
    let values = vec![
        Value::Integer(i64::MIN),
        Value::Real(0.5),
        Value::Text("naïve".to_owned()),
        Value::Blob(vec![0, 255]),
        Value::Null,
    ];
    let expected = format!("a,b,c,d,e {values:?}");
    let found = run(
        &connection,
        "SELECT ?1 AS a, ?2 AS b, ?3 AS c, ?4 AS d, ?5 AS e",
        values,
    )
    .await;
    assert_eq!(found, Ok(expected));
}

#[tokio::test]
async fn faults_are_errors_of_the_result() {
    let folder = tempfile::tempdir().unwrap();
    let connection = open(&folder).await;
    let cases = [
        ("syntax", "SELEC 1", "syntax error"),
        ("unknown table", "SELECT * FROM missing", "no such table"),
        (
            "two statements",
            "SELECT 1; SELECT 2",
            "Multiple statements",
        ),
        (
            "another file",
            "ATTACH 'other.db' AS other",
            "too many attached databases",
        ),
        (
            "copy into a file",
            "VACUUM INTO 'copy.db'",
            "too many attached databases",
        ),
        (
            "extension",
            "SELECT load_extension('evil')",
            "not authorized",
        ),
        (
            "too few parameters",
            "SELECT ?1",
            "Wrong number of parameters",
        ),
    ];
    for (name, statement, expected) in cases {
        let error = run(&connection, statement, vec![]).await.unwrap_err();
        assert!(error.contains(expected), "{name}: {error}");
    }
}

#[tokio::test]
async fn rows_are_still_there_after_the_connection_was_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let first = open(&folder).await;
    run(&first, "CREATE TABLE kept (value TEXT)", vec![])
        .await
        .unwrap();
    let inserted = run(
        &first,
        "INSERT INTO kept VALUES (?1) RETURNING value",
        vec![Value::Text("v".to_owned())],
    )
    .await;
    assert_eq!(inserted, Ok("value [Value::Text(\"v\")]".to_owned()));
    drop(first);
    let found = run(&open(&folder).await, "SELECT value FROM kept", vec![]).await;
    assert_eq!(found, Ok("value [Value::Text(\"v\")]".to_owned()));
}

const LONG: &str =
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
    SELECT count(*) FROM n";

#[tokio::test]
async fn only_what_reads_a_little_is_run_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let connection = open(&folder).await;
    let create = "CREATE TABLE kept (value TEXT)";
    assert!(!is_run_at_once(&connection, create).await);
    run(&connection, create, vec![]).await.unwrap();
    let cases = [
        ("a read", "SELECT value FROM kept", true),
        (
            "a write",
            "INSERT INTO kept VALUES ('v') RETURNING value",
            false,
        ),
        ("what ends a transaction", "COMMIT", false),
        ("a mistake", "SELEC 1", false),
        ("a long read", LONG, false),
    ];
    for (name, statement, is_run) in cases {
        assert_eq!(
            is_run_at_once(&connection, statement).await,
            is_run,
            "{name}"
        );
    }
    // Nothing of that is left behind.
    let count = run(&connection, "SELECT count(*) AS rows FROM kept", vec![]).await;
    assert_eq!(count, Ok("rows [Value::Integer(0)]".to_owned()));
    let long = run(&connection, LONG, vec![]).await;
    assert_eq!(long, Ok("count(*) [Value::Integer(100000)]".to_owned()));
}

#[tokio::test]
async fn a_little_that_is_read_often_stays_a_little() {
    let folder = tempfile::tempdir().unwrap();
    let connection = open(&folder).await;
    // More instructions in all than one statement may take.
    for _ in 0..INLINE_STEPS {
        assert!(is_run_at_once(&connection, "SELECT 1, 2, 3").await);
    }
}

#[tokio::test]
async fn what_would_wait_is_not_run_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (connection, other) = (open(&folder).await, open(&folder).await);
    let write = "CREATE TABLE IF NOT EXISTS kept (value TEXT)";
    run(&connection, write, vec![]).await.unwrap();
    let read = "SELECT value FROM kept";
    run(&other, "BEGIN EXCLUSIVE", vec![]).await.unwrap();
    assert!(!is_run_at_once(&connection, read).await);
    run(&other, "COMMIT", vec![]).await.unwrap();
    assert!(is_run_at_once(&connection, read).await);
}

const WRITE: &str = "INSERT INTO kept VALUES (?1)";

#[tokio::test(start_paused = true)]
async fn who_writes_to_a_file_waits_in_one_queue() {
    let folder = tempfile::tempdir().unwrap();
    let database = database(&folder);
    let open = async || Connection::open(database.clone()).await.unwrap();
    let (first, second) = (open().await, open().await);
    run(&first, "CREATE TABLE kept (value TEXT)", vec![])
        .await
        .unwrap();
    // Somebody writes. Nobody else does, on whichever connection; but all may read.
    let turn = first.turn().await.unwrap();
    let write = |connection: &Connection, value: &str| {
        let (connection, value) = (connection.clone(), Value::Text(value.to_owned()));
        tokio::spawn(async move { run(&connection, WRITE, vec![value]).await })
    };
    let mut waiting = Vec::new();
    for (connection, value) in [(&second, "a"), (&first, "b"), (&second, "c")] {
        waiting.push(write(connection, value));
        // Until it stands in the queue.
        tokio::task::yield_now().await;
    }
    let count = "SELECT count(*) AS rows FROM kept";
    for connection in [&first, &second] {
        let rows = run(connection, count, vec![]).await;
        assert_eq!(rows, Ok("rows [Value::Integer(0)]".to_owned()));
    }
    drop(turn);
    for write in waiting {
        write.await.unwrap().unwrap();
    }
    let order = run(&first, "SELECT value FROM kept ORDER BY rowid", vec![]).await;
    let expected = ["a", "b", "c"].map(|value| format!("[Value::Text(\"{value}\")]"));
    assert_eq!(order, Ok(format!("value {}", expected.join(" "))));
    // It takes no longer than SQLite's own lock does.
    let _turn = first.turn().await.unwrap();
    let late = run(&second, WRITE, vec![Value::Null]).await;
    assert_eq!(late, Err(LOCKED.to_owned()));
}

#[tokio::test]
async fn a_transaction_does_not_wait_for_others_who_wait_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let database = database(&folder);
    let connection = Connection::open(database.clone()).await.unwrap();
    let create = "CREATE TABLE kept (value TEXT)";
    run(&connection, create, vec![]).await.unwrap();
    run(&connection, "BEGIN IMMEDIATE", vec![]).await.unwrap();
    let _turn_of_another = connection.turn().await.unwrap();
    run(&connection, WRITE, vec![Value::Null]).await.unwrap();
    run(&connection, "COMMIT", vec![]).await.unwrap();
}

#[test]
fn a_component_opens_only_its_databases() {
    let database = Database::new(PathBuf::from("test.db"));
    let databases = Databases::new([("default".to_owned(), database)].into());
    let mut table = ResourceTable::new();
    let view = SqliteView {
        databases: &databases,
        table: &mut table,
    };
    assert!(view.database("default").is_ok());
    assert!(matches!(view.database("other"), Err(Error::AccessDenied)));
}
