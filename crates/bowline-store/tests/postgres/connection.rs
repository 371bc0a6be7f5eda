//! Connections to databases of the server, and how the shared tests' SQL is said to it.

use std::{
    path::Path,
    sync::{
        LazyLock, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
};

use bowline_store::{Database, DatabaseError, Dialect, Row, Value, postgres::Client};
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::{Config, NoTls};

use crate::server;

/// A database with the newest schema, which those of the tests are copies of.
const TEMPLATE: &str = "bowline_template";

/// A connection to a database.
pub(crate) struct Connection {
    client: Client,
    counts: AtomicBool,
    cost: AtomicU64,
    /// The database that nobody else has.
    own: Option<String>,
    /// True if its schema was changed.
    is_spoiled: AtomicBool,
}

/// Databases that tests left with the newest schema: making one takes longer than emptying one.
static LEFT: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Empties a database, whatever its triggers say.
const EMPTY: &str = "DO $$ DECLARE of_table regclass; BEGIN
    SET LOCAL session_replication_role = replica;
    FOR of_table IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
        AND relname <> 'migrations'
    LOOP
        EXECUTE format('DELETE FROM %s', of_table);
    END LOOP;
END $$";

impl Connection {
    /// A connection to the database of this path, which is made where there is none.
    pub(crate) fn open(path: &Path) -> Result<Self, DatabaseError> {
        let mut name = format!("file{}", path.display());
        name.retain(|letter| letter.is_ascii_alphanumeric());
        static MADE: Mutex<Vec<String>> = Mutex::new(Vec::new());
        let mut made = MADE.lock().unwrap();
        if !made.contains(&name) {
            administer(&format!("CREATE DATABASE \"{name}\""));
            made.push(name.clone());
        }
        drop(made);
        Ok(Self::to(&name))
    }

    /// A connection to a database that is gone with this value.
    pub(crate) fn in_memory() -> Result<Self, DatabaseError> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let left = LEFT.lock().unwrap().pop();
        let name = left.clone().unwrap_or_else(|| {
            LazyLock::force(&MIGRATED);
            let name = format!("memory{}", NUMBER.fetch_add(1, Relaxed));
            administer(&format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}"));
            name
        });
        let mut connection = Self::to(&name);
        if left.is_some() {
            RUNTIME.block_on(connection.client.query(EMPTY, Vec::new()))?;
        }
        connection.own = Some(name);
        Ok(connection)
    }

    /// The cost of the questions since this was first asked: the rows that were looked at.
    pub(crate) fn cost(&self) -> u64 {
        self.counts.store(true, Relaxed);
        self.cost.load(Relaxed)
    }

    fn to(database: &str) -> Self {
        Self {
            client: client(database),
            counts: AtomicBool::new(false),
            cost: AtomicU64::new(0),
            own: None,
            is_spoiled: AtomicBool::new(false),
        }
    }
}

impl Database for Connection {
    const DIALECT: Dialect = Dialect::Postgres;

    /// Does not let its caller wait: the shared tests ask within other futures too.
    async fn query(
        &self,
        statement: &str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Row>, DatabaseError> {
        RUNTIME.block_on(self.ask(statement, parameters))
    }
}

impl Connection {
    async fn ask(
        &self,
        statement: &str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Row>, DatabaseError> {
        let changes_schema = ["DROP", "ALTER", "CREATE"]
            .iter()
            .any(|verb| statement.starts_with(verb));
        self.is_spoiled.fetch_or(changes_schema, Relaxed);
        let statement = said(statement);
        if self.counts.load(Relaxed) && statement.starts_with("SELECT") {
            let explained = format!("EXPLAIN (ANALYZE, FORMAT JSON) {statement}");
            let plan = self.client.query(&explained, parameters.clone()).await?;
            let Value::Text(plan) = &plan[0].0[0] else {
                panic!("{plan:?}");
            };
            self.cost
                .fetch_add(rows(&serde_json::from_str(plan).unwrap()), Relaxed);
        }
        self.client.query(&statement, parameters).await
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        match self.own.take() {
            Some(name) if self.is_spoiled.load(Relaxed) => {
                administer(&format!("DROP DATABASE {name} WITH (FORCE)"));
            }
            Some(name) => LEFT.lock().unwrap().push(name),
            None => {}
        }
    }
}

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    runtime.unwrap()
});

static MIGRATED: LazyLock<()> = LazyLock::new(|| {
    administer(&format!("CREATE DATABASE {TEMPLATE}"));
    let keys = bowline_store::SealingKeys::parse(crate::store::setup::KEY).unwrap();
    let store = bowline_store::Store::new(client(TEMPLATE), crate::store::setup::Counting, keys);
    RUNTIME.block_on(store.migrate(1)).unwrap();
});

/// A session with a database.
fn client(database: &str) -> Client {
    let mut config = Config::new();
    config
        .host("127.0.0.1")
        .port(server::port())
        .user("postgres")
        .dbname(database);
    let (session, connection) = RUNTIME.block_on(config.connect(NoTls)).unwrap();
    RUNTIME.spawn(connection);
    Client::over(session)
}

/// Runs a statement about databases. One at a time: a template has no other user while it is copied.
fn administer(statement: &str) {
    static ADMINISTRATOR: LazyLock<Mutex<Client>> =
        LazyLock::new(|| Mutex::new(client("postgres")));
    let administrator = ADMINISTRATOR.lock().unwrap();
    RUNTIME
        .block_on(administrator.query(statement, Vec::new()))
        .unwrap();
}

/// What tests say to a database behind the store's back, as PostgreSQL has it: bytes, JSON, and triggers by their table.
fn said(statement: &str) -> String {
    if let Some(trigger) = statement.strip_prefix("DROP TRIGGER ") {
        let tables = [
            ("audit", "audit"),
            ("settings", "settings"),
            ("event_addresses", "event_addresses"),
        ];
        let table = tables
            .iter()
            .find(|(prefix, _)| trigger.starts_with(prefix));
        return format!("{statement} ON {}", table.unwrap().1);
    }
    statement
        .replace("= x'", "= '\\x")
        .replace("changes ->", "changes::json ->")
        .replace(
            "group_concat(changes || action || subject)",
            "string_agg(changes || action || subject, ',')",
        )
}

/// The rows that the nodes of a plan looked at.
fn rows(plan: &serde_json::Value) -> u64 {
    match plan {
        serde_json::Value::Array(plans) => plans.iter().map(rows).sum(),
        serde_json::Value::Object(node) => {
            let number = |name: &str| {
                node.get(name)
                    .and_then(serde_json::Value::as_u64)
                    .unwrap_or(0)
            };
            let seen = number("Actual Rows") + number("Rows Removed by Filter");
            let own = if node.contains_key("Relation Name") {
                seen * number("Actual Loops")
            } else {
                0
            };
            own + node
                .values()
                .filter(|value| value.is_array() || value.is_object())
                .map(rows)
                .sum::<u64>()
        }
        _ => 0,
    }
}
