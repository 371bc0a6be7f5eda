use super::*;

async fn open(folder: &tempfile::TempDir) -> Connection {
    Connection::open(folder.path().join("test.db"))
        .await
        .unwrap()
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
    assert!(connection.read_inline(create, &[]).is_none());
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
        let answer = connection.read_inline(statement, &[]);
        assert_eq!(answer.is_some(), is_run, "{name}");
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
        assert!(connection.read_inline("SELECT 1, 2, 3", &[]).is_some());
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
    assert!(connection.read_inline(read, &[]).is_none(), "the file");
    run(&other, "COMMIT", vec![]).await.unwrap();
    assert!(connection.read_inline(read, &[]).is_some());
    let _held = connection.0.lock().unwrap();
    assert!(
        connection.read_inline(read, &[]).is_none(),
        "the connection"
    );
}

#[test]
fn a_component_opens_only_its_databases() {
    let databases = Databases::new([("default".to_owned(), PathBuf::from("test.db"))].into());
    let mut table = ResourceTable::new();
    let view = SqliteView {
        databases: &databases,
        table: &mut table,
    };
    assert!(view.path("default").is_ok());
    assert!(matches!(view.path("other"), Err(Error::AccessDenied)));
}
