//! The application with the peers of the benchmark, and its load.

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

use crate::load::{Call, Sample, always, sample};

/// How often each call has its turn.
const ROUNDS: usize = 11;
/// How many connections are listed, which is a page.
const LISTED: u64 = 50;

/// Where the host keeps compiled components, in the benchmark's folder.
const CACHE: &str = "cache";

const EMPTY: &str = "empty component";
pub(crate) const SELECT: &str = "SELECT only";
const READ: &str = "read";
const LIST: &str = "list 50";
const CREATE: &str = "create";

/// The application with the benchmark's peers, run by a host that is built for speed.
pub(crate) struct Bench {
    pub(crate) app: App,
    pub(crate) calls: [Call; 5],
    /// The number of the next connection that is created.
    next: Cell<u64>,
    /// Holds the manifest and the host's cache.
    folder: TempDir,
}

impl Bench {
    /// Starts it, with a page of connections to read.
    pub(crate) fn start() -> Self {
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
    pub(crate) fn cache(&self) -> PathBuf {
        self.folder.path().join(CACHE)
    }

    /// Prints the rows of this many callers. Gives how many percent of [`SELECT`] and of [`EMPTY`] a read reaches.
    pub(crate) async fn load(&self, callers: u64) -> [f64; 2] {
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

/// The application on a host that is built for speed, which keeps compiled components in `cache`.
pub(crate) fn optimized(cache: &Path) -> Setup {
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
pub(crate) fn form(number: u64) -> String {
    let url = format!("https://registry-{number}.example.com");
    let form = with_password(&url, "scanner", "not a real password");
    with(form, &json!({ "name": format!("registry {number}") })).to_string()
}

pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
