//! Many callers at once, and a host that dies under them: nothing is lost, doubled or left half done.

use std::{
    collections::BTreeMap,
    fs,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use bowline_tests::{
    app::{AUTH_SECRET, App, SEALING_KEYS},
    form::with_password,
    sign_in::SignIn,
};
use rusqlite::Connection;
use serde_json::{Value, json};
use ureq::{Agent, http::Request};

const PROJECTS: [&str; 4] = ["acme", "birch", "cedar", "delta"];

/// How many callers there are under load.
const CALLERS: usize = 200;
/// How long they call.
const LOAD: Duration = Duration::from_secs(10);
/// How many of them there are on a host that dies.
const FEW: usize = 8;

/// How often the host dies, unless the variable `BOWLINE_KILL_ROUNDS` says otherwise. A round takes 0.5 to 0.8 seconds.
const ROUNDS: usize = 100;
/// It dies within so many answers.
const BURST: usize = 41;

/// What was answered, by what was done: how often it was acknowledged, and how often nobody knows.
#[derive(Default)]
struct Tally {
    done: BTreeMap<&'static str, usize>,
    unknown: BTreeMap<&'static str, usize>,
}

/// What all callers of one application share.
struct Load {
    origin: String,
    agent: Agent,
    answers: AtomicUsize,
    over: AtomicBool,
    tally: Mutex<Tally>,
}

/// A caller: numbers that look random, and no state but its own number.
struct Caller<'a> {
    load: &'a Load,
    token: String,
    project: &'static str,
    random: u64,
}

impl Load {
    fn on(app: &App) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)));
        Self {
            origin: app.origin().to_owned(),
            agent: config.build().new_agent(),
            answers: AtomicUsize::new(0),
            over: AtomicBool::new(false),
            tally: Mutex::default(),
        }
    }

    /// Lets `callers` call until `end` returns.
    fn run(&self, callers: usize, seed: usize, end: impl FnOnce()) {
        self.over.store(false, Ordering::Relaxed);
        thread::scope(|scope| {
            for number in 0..callers {
                scope.spawn(move || {
                    let mut caller = Caller::new(self, number, seed);
                    while !self.over.load(Ordering::Relaxed) {
                        caller.act();
                    }
                });
            }
            end();
            self.over.store(true, Ordering::Relaxed);
        });
    }

    fn done(&self, action: &str) -> usize {
        let tally = self.tally.lock().unwrap();
        tally.done.get(action).copied().unwrap_or_default()
    }

    fn possible(&self, action: &str) -> usize {
        let unknown = self.tally.lock().unwrap().unknown.get(action).copied();
        self.done(action) + unknown.unwrap_or_default()
    }
}

impl<'a> Caller<'a> {
    fn new(load: &'a Load, number: usize, seed: usize) -> Self {
        let project = PROJECTS[number % PROJECTS.len()];
        Self {
            load,
            token: SignIn::everything(&[project]).token(AUTH_SECRET),
            project,
            random: (number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ seed as u64,
        }
    }

    /// A number below `end`.
    fn below(&mut self, end: u64) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random % end
    }

    /// One of the things that callers do, mostly on connections that others work on too.
    fn act(&mut self) {
        let list = format!("/v1/projects/{}/connections", self.project);
        let name = self.below(12);
        if self.below(5) == 0 {
            let mut form = with_password(
                &format!("https://r{name}.example.com"),
                "scanner",
                &secret(name),
            );
            form["name"] = json!(format!("registry {name}"));
            self.send("create", "POST", &list, &[], Some(&form), &[201, 409]);
            return;
        }
        let Some(page) = self.send(
            "list",
            "GET",
            &format!("{list}?limit=20"),
            &[],
            None,
            &[200],
        ) else {
            return;
        };
        let items = page["items"].as_array().unwrap();
        if items.is_empty() {
            return;
        }
        let item = &items[self.below(items.len() as u64) as usize];
        let path = format!("{list}/{}", item["id"].as_str().unwrap());
        let version = format!("\"{}\"", item["version"]);
        let match_header = [("If-Match", version.as_str())];
        let number = self.below(1_000_000);
        match self.below(12) {
            0 => drop(self.send(
                "delete",
                "DELETE",
                &format!("{path}?force=true"),
                &[],
                None,
                &[204, 404],
            )),
            1 | 2 => {
                let form = with_password(
                    item["endpoint"].as_str().unwrap(),
                    "scanner",
                    &secret(number),
                );
                let path = format!("{path}/credentials");
                self.send(
                    "credentials",
                    "PUT",
                    &path,
                    &match_header,
                    Some(&form),
                    &[200, 404, 412],
                );
            }
            3 => {
                let used = json!({ "until": "2999-01-01T00:00:00Z" });
                let path = format!("{path}/uses/build-{}", number % 5);
                self.send("use", "PUT", &path, &[], Some(&used), &[200, 404]);
            }
            4 => drop(self.send(
                "release",
                "DELETE",
                &format!("{path}/uses/build-{}", number % 5),
                &[],
                None,
                &[204, 404],
            )),
            5 => drop(self.send(
                "hand-out",
                "GET",
                &format!("{path}/dockerconfig"),
                &[],
                None,
                &[200, 404, 409],
            )),
            6 => drop(self.send("read", "GET", &path, &[], None, &[200, 404])),
            7 => drop(self.send("audit", "GET", &format!("{path}/audit"), &[], None, &[200])),
            _ => {
                let edit = json!({ "description": format!("edit {number}") });
                self.send(
                    "update",
                    "PATCH",
                    &path,
                    &match_header,
                    Some(&edit),
                    &[200, 404, 412],
                );
            }
        }
    }

    /// Sends a request; gives the body of a success. 503 is a busy database or a full host, and changes nothing.
    fn send(
        &self,
        action: &'static str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
        expected: &[u16],
    ) -> Option<Value> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.load.origin))
            .header("Authorization", format!("Bearer {}", self.token));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = match body {
            Some(body) => {
                let request = request.header("Content-Type", "application/json");
                self.load.agent.run(request.body(body.to_string()).unwrap())
            }
            None => self.load.agent.run(request.body(()).unwrap()),
        };
        let read = answer.and_then(|mut answer| {
            let status = answer.status().as_u16();
            answer
                .body_mut()
                .read_to_string()
                .map(|text| (status, text))
        });
        let Ok((status, text)) = read else {
            *self
                .load
                .tally
                .lock()
                .unwrap()
                .unknown
                .entry(action)
                .or_default() += 1;
            return None;
        };
        self.load.answers.fetch_add(1, Ordering::Relaxed);
        assert!(
            status == 503 || expected.contains(&status),
            "{action}: {status} {text}"
        );
        if !(200..300).contains(&status) {
            return None;
        }
        *self
            .load
            .tally
            .lock()
            .unwrap()
            .done
            .entry(action)
            .or_default() += 1;
        Some(serde_json::from_str(&text).unwrap_or_default())
    }
}

fn secret(number: u64) -> String {
    format!("load-test-secret-{number}-of-nobody")
}

/// What must hold of the database, whatever happened. Each statement finds what must not be.
const NEVER: [(&str, &str); 7] = [
    (
        "a change without its audit entry, or an entry without its change",
        "SELECT id FROM connections WHERE version <> (SELECT COUNT(*) FROM audit WHERE audit.connection = connections.id
            AND action IN ('create', 'update', 'credentials', 'delete'))",
    ),
    (
        "a name twice",
        "SELECT name_key FROM connections WHERE deleted_at IS NULL GROUP BY project, name_key HAVING COUNT(*) > 1",
    ),
    (
        "an endpoint twice",
        "SELECT endpoint FROM connections WHERE deleted_at IS NULL GROUP BY project, endpoint, purpose HAVING COUNT(*) > 1",
    ),
    (
        "a secret of a removed connection",
        "SELECT id FROM connections WHERE deleted_at IS NOT NULL AND sealed IS NOT NULL",
    ),
    (
        "a use of no connection",
        "SELECT consumer FROM uses WHERE connection NOT IN (SELECT id FROM connections WHERE deleted_at IS NULL)",
    ),
    (
        "a hand-out that is not told of",
        "SELECT id FROM connections WHERE last_used_at IS NULL
            AND id IN (SELECT connection FROM audit WHERE action = 'hand-out')",
    ),
    (
        "an entry of a connection that never was",
        "SELECT connection FROM audit WHERE connection <> '' AND connection NOT IN (SELECT id FROM connections)",
    ),
];

/// Holds the database against what was answered: all that was acknowledged is there, and nothing that nobody asked for.
fn check(app: &App, load: &Load) {
    let database = Connection::open(app.database()).unwrap();
    let text = |statement: &str| -> Vec<String> {
        let mut statement = database.prepare(statement).unwrap();
        let rows = statement
            .query_map([], |row| row.get::<_, String>(0))
            .unwrap();
        rows.map(Result::unwrap).collect()
    };
    assert_eq!(text("PRAGMA integrity_check"), ["ok"]);
    for (name, statement) in NEVER {
        assert_eq!(text(statement), [""; 0], "{name}");
    }
    for action in [
        "create",
        "update",
        "credentials",
        "delete",
        "use",
        "release",
        "hand-out",
    ] {
        let entries: i64 = database
            .query_row(
                "SELECT COUNT(*) FROM audit WHERE action = ?1",
                [action],
                |row| row.get(0),
            )
            .unwrap();
        let entries = usize::try_from(entries).unwrap();
        let acknowledged = load.done(action)..=load.possible(action);
        assert!(
            acknowledged.contains(&entries),
            "{action}: {entries}, not {acknowledged:?}"
        );
    }
}

/// No secret stands anywhere in what the application leaves behind.
fn scan(app: &App) {
    let mut files = vec![("the log".to_owned(), app.log().into_bytes())];
    let mut folders = vec![app.state().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push((path.display().to_string(), fs::read(&path).unwrap()));
            }
        }
    }
    let sealing_key = SEALING_KEYS.split_once(':').unwrap().1;
    for (name, bytes) in files {
        for secret in ["load-test-secret-", AUTH_SECRET, sealing_key, "eyJhbGci"] {
            let found = bytes
                .windows(secret.len())
                .any(|window| window == secret.as_bytes());
            assert!(!found, "{name} holds {secret}");
        }
    }
}

#[test]
fn two_hundred_callers_lose_and_double_nothing() {
    let mut app = App::start();
    let load = Load::on(&app);
    load.run(CALLERS, 1, || thread::sleep(LOAD));
    let tally = load.tally.lock().unwrap().done.clone();
    println!("{tally:?}");
    for action in [
        "create",
        "update",
        "credentials",
        "delete",
        "use",
        "hand-out",
        "read",
        "audit",
    ] {
        assert!(
            tally.contains_key(action),
            "{action} never came about: {tally:?}"
        );
    }
    assert!(
        load.tally.lock().unwrap().unknown.is_empty(),
        "all were answered"
    );
    app.terminate();
    app.wait();
    check(&app, &load);
    scan(&app);
}

#[test]
fn a_host_that_is_killed_at_any_point_leaves_no_half_state() {
    let rounds = std::env::var("BOWLINE_KILL_ROUNDS");
    let rounds = rounds.map_or(ROUNDS, |rounds| rounds.parse().unwrap());
    let mut app = App::start();
    // The first request makes the tables.
    app.client(&PROJECTS)
        .get("/v1/projects/acme/connections")
        .expect(200);
    let load = Load::on(&app);
    for round in 0..rounds {
        // Where it dies is told in answers, so that it is somewhere else in the next round.
        let point = load.answers.load(Ordering::Relaxed) + (round * 37) % BURST;
        let begun = Instant::now();
        load.run(FEW, round, || {
            while load.answers.load(Ordering::Relaxed) < point {
                assert!(
                    begun.elapsed() < Duration::from_secs(60),
                    "callers are answered"
                );
                thread::yield_now();
            }
            app.kill();
        });
        app.start_again();
        check(&app, &load);
    }
    scan(&app);
}
