//! The section on the service of `cargo xtask bench`: reading, listing and creating connections on the embedded host,
//! beside a component that does nothing and one that does nothing but the statement that reads a connection, in the
//! same process on the same database. With the argument `neighbors` it measures the section on neighbors alone.

mod load;
mod neighbors;
mod start;
mod tokens;

use std::{
    cell::Cell,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use bowline_tests::{
    app::{AUTH_SECRET, App, Program, Setup, repository},
    form::{with, with_password},
    sign_in::SignIn,
};
use serde_json::json;
use tempfile::TempDir;

use crate::{
    load::{Call, Sample, sample},
    tokens::always,
};

/// How many callers ask at once.
const CALLERS: [u64; 3] = [1, 8, 32];
/// How often each call has its turn.
const ROUNDS: usize = 11;
/// How many connections are listed, which is a page.
const LISTED: u64 = 50;

/// Where the host keeps compiled components, in the benchmark's folder.
const CACHE: &str = "cache";

const EMPTY: &str = "empty component";
const SELECT: &str = "SELECT only";
const READ: &str = "read";
const LIST: &str = "list 50";
const CREATE: &str = "create";

/// What stands before the numbers.
const INTRODUCTION: &str = "
## The service

Reading, listing (a page of 50) and creating connections on the embedded host, signed in with HS256, beside a component
that does nothing and one that does nothing but the statement that reads a connection (`tests/bench/peers`), in the same
process on the same database. Callers ask again as soon as they are answered, over connections that are kept; they run
on the same cores. Medians of rounds in which each call has its turn of a second; the ratios are those of the requests
per second within a round. *computed* is the processor time of the host for a request, on all cores.

| callers | | of SELECT only | of empty | requests/s | p50 | p95 | p99 | computed |
|---:|---|---:|---:|---:|---:|---:|---:|---:|";

/// Why the numbers are what they are.
const FINDINGS: &str = "
A read is one statement, which its instance keeps prepared, and around it what the statement alone has not: a token that
is verified, a row that is taken apart, an answer in JSON with four headers more. A profile shows nothing in it that
stands out: half of what a read computes more is WebAssembly, a few microseconds each for the token, JSON both ways and
memory; the other half is the host's, for the calls and copies that these need. What did stand out is fixed:
- the host handed every statement to a thread, which took longer than a short read: it now reads a little on the spot;
- the requests that reach a new instance together (one in 128 is its first) each read the variables, opened the database
  and looked for migrations: the first one now does, and the others wait for it;
- the functions were built for size, and are now built for speed;
- a public key's signature was verified for each request, which takes longer than the rest of a read: an instance now
  remembers the digests of the tokens that it has found good;
- each request drew an id for what it might create, and times and ids were put together from many small texts.

Tried, and no gain: SIMD in WebAssembly, instances that take more than 128 requests, memory that the host keeps for the
next instance.";

/// The application with the benchmark's peers, run by a host that is built for speed.
struct Bench {
    app: App,
    calls: [Call; 5],
    /// The number of the next connection that is created.
    next: Cell<u64>,
    /// Holds the manifest and the host's cache.
    folder: TempDir,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut bench = Bench::start();
    if std::env::args().nth(1).as_deref() == Some("neighbors") {
        return neighbors::measure(&bench);
    }
    println!("{INTRODUCTION}");
    let (mut of_select, mut of_empty) = (Vec::new(), Vec::new());
    for callers in CALLERS {
        let [select, empty] = bench.load(callers).await;
        of_select.push(select);
        of_empty.push(empty);
    }
    println!(
        "\nWith 1, 8 and 32 callers the budget of a read is {}, and {}.",
        budget(80.0, SELECT, &of_select),
        budget(40.0, "empty", &of_empty)
    );
    tokens::measure(&bench.cache()).await;
    start::measure(&mut bench).await;
    println!("{FINDINGS}");
    neighbors::measure(&bench);
}

impl Bench {
    fn start() -> Self {
        let folder = TempDir::new().expect("there is a folder for temporary files");
        let manifest = folder.path().join("spin.toml");
        fs::write(&manifest, manifest_with_peers()).expect("a temporary folder can be written");
        let app = App::start_with(Setup {
            program: Program::Application(manifest),
            ..optimized(&folder.path().join(CACHE))
        });
        let client = app.client(&["read", "create"]);
        let mut id = String::new();
        for number in 0..LISTED {
            let form = serde_json::from_str(&form(number)).expect("it is JSON");
            let connection = client.post("/v1/projects/read/connections", &form);
            id = connection.expect(201)["id"]
                .as_str()
                .expect("it has an id")
                .to_owned();
        }
        let host = app.address();
        let token = always(SignIn::everything(&["read", "create"]).token(AUTH_SECRET));
        let call = |name, path: String, body| Call {
            name,
            host,
            token: Arc::clone(&token),
            path,
            body,
        };
        let calls = [
            call(EMPTY, "/bench/empty".to_owned(), None),
            call(SELECT, format!("/bench/select/read/{id}"), None),
            call(READ, format!("/v1/projects/read/connections/{id}"), None),
            call(LIST, "/v1/projects/read/connections".to_owned(), None),
            call(
                CREATE,
                "/v1/projects/create/connections".to_owned(),
                Some(form),
            ),
        ];
        Self {
            app,
            calls,
            next: Cell::new(LISTED),
            folder,
        }
    }

    /// Where the host keeps compiled components.
    fn cache(&self) -> PathBuf {
        self.folder.path().join(CACHE)
    }

    /// Prints the rows of this many callers. Gives how many percent of [`SELECT`] and of [`EMPTY`] a read reaches.
    async fn load(&self, callers: u64) -> [f64; 2] {
        let mut samples: [Vec<Sample>; 5] = Default::default();
        for _ in 0..ROUNDS {
            for (call, samples) in self.calls.iter().zip(&mut samples) {
                let first = self.next.get();
                samples.push(sample(call, callers, first, || self.app.computed()).await);
                // More than one host answers in that time.
                self.next.set(first + 1_000_000);
            }
        }
        let [empty, select, read, ..] = &samples;
        for (call, samples) in self.calls.iter().zip(&samples) {
            let typical = |time: fn(&Sample) -> Duration| {
                let times = samples
                    .iter()
                    .map(|sample| time(sample).as_secs_f64() * 1e3);
                format!("{:.2} ms", median(times))
            };
            println!(
                "| {callers} | {} | {:.0} % | {:.0} % | {:.0} | {} | {} | {} | {} |",
                call.name,
                percent(samples, select),
                percent(samples, empty),
                median(samples.iter().map(|sample| sample.rate)),
                typical(|sample| sample.p50),
                typical(|sample| sample.p95),
                typical(|sample| sample.p99),
                typical(|sample| sample.computed),
            );
        }
        [select, empty].map(|peer| percent(read, peer))
    }
}

/// How many percent of the requests per second of others, round by round.
fn percent(samples: &[Sample], others: &[Sample]) -> f64 {
    let rounds = samples.iter().zip(others);
    100.0 * median(rounds.map(|(it, other)| it.rate / other.rate))
}

/// Whether a budget is met, and what was reached with 1, 8 and 32 callers.
fn budget(least: f64, peer: &str, reached: &[f64]) -> String {
    let met = reached.iter().all(|percent| *percent >= least);
    let reached: Vec<_> = reached
        .iter()
        .map(|percent| format!("{percent:.0} %"))
        .collect();
    format!(
        "{least} % of {peer}, which is {} ({})",
        if met { "met" } else { "missed" },
        reached.join(", ")
    )
}

/// The application on a host that is built for speed, which keeps compiled components in `cache`.
fn optimized(cache: &Path) -> Setup {
    Setup {
        cache: cache.to_owned(),
        ..Setup::optimized()
    }
}

/// The application's manifest with the peers in it, for another folder.
fn manifest_with_peers() -> String {
    let read = |path: &str| {
        let path: PathBuf = repository().join(path);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let built = format!("source = \"{}/target/", repository().display());
    [read("spin.toml"), read("tests/bench/peers/spin.toml")]
        .concat()
        .replace("source = \"target/", &built)
}

/// A connection that no other has the name or the endpoint of.
fn form(number: u64) -> String {
    let url = format!("https://registry-{number}.example.com");
    let form = with_password(&url, "scanner", "not a real password");
    with(form, &json!({ "name": format!("registry {number}") })).to_string()
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
