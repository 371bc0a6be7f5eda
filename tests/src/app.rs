//! The application, or the function at the edge, on the embedded host, as `cargo xtask build` leaves them.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, ExitStatus},
    sync::Arc,
    time::Duration,
};

use tempfile::TempDir;

use crate::{client::Client, process::Process, sign_in::SignIn};

/// Signs the tests' sign-in tokens.
pub const AUTH_SECRET: &str = "the tests sign in with this secret, 32 bytes or more";
/// Seals the tests' secrets: the key `k1`, 32 bytes of `7`.
pub const SEALING_KEYS: &str = "k1:Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc=";

/// The function at the edge.
pub const EDGE: &str = "target/wasm32-wasip2/edge/outbound.wasm";

/// The root of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests is a folder of the repository")
        .to_owned()
}

/// What the host runs.
#[derive(Clone)]
pub enum Program {
    /// The application of this manifest.
    Application(PathBuf),
    /// `outbound` as a component of its own, with its variables in its environment.
    Edge,
}

/// How it is started.
#[derive(Clone)]
pub struct Setup {
    /// What is run.
    pub program: Program,
    /// The text of the runtime configuration; `None` is the repository's.
    pub runtime_config: Option<String>,
    /// Name and value; a later one of a name wins.
    pub variables: Vec<(&'static str, String)>,
    /// Certificates of authorities that `outbound` trusts beside the public ones, in PEM.
    pub authorities: Vec<String>,
    /// Names that are resolved here and not by DNS: `host:port:address`.
    pub resolve: Vec<String>,
    /// Whether the host itself asks for what is due.
    pub asks_for_due: bool,
    /// The host's program.
    pub host: PathBuf,
    /// Where the host keeps compiled components.
    pub cache: PathBuf,
}

impl Default for Setup {
    /// Plain HTTP to loopback is allowed: that is where the tests' registries are.
    fn default() -> Self {
        Self {
            program: Program::Application(repository().join("spin.toml")),
            runtime_config: None,
            variables: vec![
                ("sealing_keys", SEALING_KEYS.to_owned()),
                ("auth_secret", AUTH_SECRET.to_owned()),
                ("private_hosts", "127.0.0.1".to_owned()),
                ("plain_http_hosts", "127.0.0.1".to_owned()),
                // Tests ask more often than callers may; what is limited is tested in the service's crate.
                ("registry_requests_per_subject", "100000".to_owned()),
                ("registry_requests_per_project", "100000".to_owned()),
                ("change_bytes_per_project", "1000000000".to_owned()),
                ("connections_per_project", "100000".to_owned()),
                ("patterns_per_project", "1000000".to_owned()),
                ("validate_bytes_per_subject", "1000000000".to_owned()),
            ],
            authorities: Vec::new(),
            resolve: Vec::new(),
            asks_for_due: false,
            host: repository().join("target/debug/bowline-host"),
            cache: repository().join(".spin/cache"),
        }
    }
}

impl Setup {
    /// On a host that is built for speed, as `cargo xtask bench` builds it.
    pub fn optimized() -> Self {
        Self {
            host: repository().join("target/release/bowline-host"),
            ..Self::default()
        }
    }

    /// The function at the edge, which has nothing to seal.
    pub fn edge() -> Self {
        let mut setup = Self {
            program: Program::Edge,
            ..Self::default()
        };
        setup.variables.retain(|(name, _)| *name != "sealing_keys");
        setup
    }

    /// As in production: no private host may be contacted, nor any without TLS.
    pub fn public(self) -> Self {
        self.with("private_hosts", "").with("plain_http_hosts", "")
    }

    /// The same with a variable set.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.variables.retain(|(known, _)| *known != name);
        self.variables.push((name, value.into()));
        self
    }

    /// What the host prints when it does not start; panics where it does.
    pub fn refusal(&self) -> String {
        let state = TempDir::new().expect("there is a folder for temporary files");
        let mut process = Process::start("bowline-host", self.command(state.path(), "127.0.0.1:0"));
        let status = process.wait();
        assert!(!status.success(), "it started:\n{}", process.log());
        process.log()
    }

    /// The command that starts it at `address`, with its state in the folder `state`.
    pub fn command(&self, state: &Path, address: &str) -> Command {
        assert!(
            self.host.is_file(),
            "{} is missing. Run: cargo xtask build, or, where it is built for speed, cargo xtask bench",
            self.host.display()
        );
        let original = repository().join("runtime-config.toml");
        let mut config = self.runtime_config.clone().unwrap_or_else(|| {
            fs::read_to_string(original).expect("the repository has a runtime configuration")
        });
        let write = |name: &str, text: &str| {
            let path = state.join(name);
            fs::write(&path, text).expect("a temporary folder can be written");
            path
        };
        if !self.authorities.is_empty() {
            write("authorities.pem", &self.authorities.concat());
            config.push_str(
                "\n[[client_tls]]\ncomponent_ids = [\"outbound\"]\nca_roots_file = \"authorities.pem\"\n",
            );
        }
        let runtime_config = write("runtime-config.toml", &config);
        let mut command = Command::new(&self.host);
        match &self.program {
            Program::Application(manifest) => {
                command.args(["up", "--from"]).arg(manifest);
                if self.asks_for_due {
                    let token = SignIn::due().token(AUTH_SECRET);
                    command
                        .arg("--due-token-file")
                        .arg(write("due.token", &token));
                }
                for (name, value) in &self.variables {
                    command.arg("--variable").arg(format!("{name}={value}"));
                }
            }
            Program::Edge => {
                command.arg("serve").arg(repository().join(EDGE));
                for (name, value) in &self.variables {
                    let name = name.to_uppercase();
                    command.arg("--env").arg(format!("BOWLINE_{name}={value}"));
                }
            }
        }
        command
            .args(["--listen", address, "--runtime-config-file"])
            .arg(runtime_config)
            .arg("--state-dir")
            .arg(state)
            .arg("--cache-dir")
            .arg(&self.cache);
        for entry in &self.resolve {
            command.args(["--resolve", entry]);
        }
        command
    }
}

/// The running application. Its database is gone when it and all others over it are dropped.
pub struct App {
    setup: Setup,
    state: Arc<TempDir>,
    process: Process,
    origin: String,
}

impl App {
    /// Starts the application, with plain HTTP to loopback allowed.
    pub fn start() -> Self {
        Self::start_with(Setup::default())
    }

    /// Starts it.
    pub fn start_with(setup: Setup) -> Self {
        let state = TempDir::new().expect("there is a folder for temporary files");
        Self::over(setup, Arc::new(state))
    }

    /// One more host over the same state, at an address of its own.
    pub fn another(&self) -> Self {
        Self::over(self.setup.clone(), Arc::clone(&self.state))
    }

    fn over(setup: Setup, state: Arc<TempDir>) -> Self {
        let (process, origin) = run(&setup, state.path(), "127.0.0.1:0");
        Self {
            setup,
            state,
            process,
            origin,
        }
    }

    /// `http://127.0.0.1:41234`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// `127.0.0.1:41234`.
    pub fn address(&self) -> SocketAddr {
        let authority = self.origin.trim_start_matches("http://");
        authority.parse().expect("the host prints its address")
    }

    /// The folder with everything that it keeps.
    pub fn state(&self) -> &Path {
        self.state.path()
    }

    /// Where the database is.
    pub fn database(&self) -> PathBuf {
        self.state.path().join("sqlite_db.db")
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        self.process.log()
    }

    /// A caller who may do everything in these projects.
    pub fn client(&self, projects: &[&str]) -> Client {
        self.client_of(&SignIn::everything(projects))
    }

    /// A caller with this sign-in.
    pub fn client_of(&self, sign_in: &SignIn) -> Client {
        Client::new(&self.origin, Some(sign_in.token(AUTH_SECRET)))
    }

    /// A caller without a token.
    pub fn stranger(&self) -> Client {
        Client::new(&self.origin, None)
    }

    /// The most memory that it has held at once, in bytes.
    pub fn peak_memory(&self) -> usize {
        self.process.peak_memory()
    }

    /// How long it has computed since it started, on all cores together.
    pub fn computed(&self) -> Duration {
        self.process.computed()
    }

    /// Asks it to end (SIGTERM).
    pub fn terminate(&self) {
        self.process.terminate();
    }

    /// Waits for its end.
    pub fn wait(&mut self) -> ExitStatus {
        self.process.wait()
    }

    /// Ends it at once (SIGKILL); its state stays.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts it again with another setup.
    pub fn start_again_with(&mut self, setup: Setup) {
        self.setup = setup;
        self.start_again();
    }

    /// Starts it again with the same state and at the same address, after it has ended.
    pub fn start_again(&mut self) {
        let address = self.origin.trim_start_matches("http://").to_owned();
        (self.process, self.origin) = run(&self.setup, self.state.path(), &address);
    }
}

fn run(setup: &Setup, state: &Path, address: &str) -> (Process, String) {
    let process = Process::start("bowline-host", setup.command(state, address));
    let origin = process.wait_for("its address", |line| {
        line.strip_prefix("Serving ").map(str::to_owned)
    });
    (process, origin.trim_end().trim_end_matches('/').to_owned())
}
