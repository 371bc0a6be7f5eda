//! The command line of the embedded runtime.

use bowline_host::{
    audit::{self, KnownHead},
    dial::Override,
    health, inspect,
    manifest::Manifest,
    metrics::MetricsServer,
    scheduler,
    server::{Limits, Server},
    start::{self, Program, Settings, StartError},
};
use clap::{Args, Parser, Subcommand};
use std::{
    fmt::Write as _,
    io::{self, Write as _},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

/// The path that is requested before the listener opens: Bowline's programs answer it to everybody, and its private
/// component with 404, once their variables are valid.
const PROBE: &str = "/v1/providers";

/// Runs a Spin application, or one component, on this machine.
#[derive(Parser)]
#[command(name = "bowline-host", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the application of a manifest until Ctrl-C or SIGTERM.
    Up(Up),
    /// Serve one component without a manifest, as `wasmtime serve` does, until Ctrl-C or SIGTERM.
    Serve(Serve),
    /// Read the manifest and print each component's imports.
    Check {
        /// The manifest.
        #[arg(long, short, default_value = "spin.toml")]
        from: PathBuf,
    },
    /// Check whether a running application is healthy. Fails if it isn't.
    Health {
        /// The address that it listens on.
        #[arg(long, default_value = "127.0.0.1:3000")]
        address: SocketAddr,
        /// The path to request. Any 2xx response means healthy.
        #[arg(long, default_value = "/v1/health")]
        path: String,
    },
    /// Work with the audit log in the application's database.
    #[command(subcommand)]
    Audit(Audit),
}

#[derive(Subcommand)]
enum Audit {
    /// Verify that no rows were changed or removed outside the service. Reads only; works while the service runs.
    Verify {
        /// The database file. If the database is elsewhere, use a copy.
        #[arg(long, value_name = "FILE", default_value = ".spin/sqlite_db.db")]
        database: PathBuf,
        /// The head of a project's audit that you saved elsewhere: its `linked` and `link`. Can be repeated.
        #[arg(long, value_name = "PROJECT:NUMBER:LINK")]
        head: Vec<KnownHead>,
        /// The sealing keys.
        #[arg(
            long,
            env = "SPIN_VARIABLE_SEALING_KEYS",
            hide_env_values = true,
            hide = true
        )]
        sealing_keys: String,
    },
}

#[derive(Args)]
struct Up {
    /// The manifest.
    #[arg(long, short, default_value = "spin.toml")]
    from: PathBuf,
    /// A variable's value. Other users of the machine can see it, so use SPIN_VARIABLE_<NAME> for secrets.
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    variable: Vec<(String, String)>,
    /// A file with a token that has the permission iam:system:cicd:registry:sync. With it, the host starts the
    /// application's scheduled work twice a minute. Without it, something else must start that work.
    #[arg(long, value_name = "FILE")]
    due_token_file: Option<PathBuf>,
    #[command(flatten)]
    hosting: Hosting,
}

#[derive(Args)]
struct Serve {
    /// The component.
    component: PathBuf,
    /// An environment variable for the component. A name without a value passes on this program's own variable. Other
    /// users of the machine can see a value, so pass only the name for secrets.
    #[arg(long, value_name = "NAME[=VALUE]", value_parser = environment_variable)]
    env: Vec<(String, String)>,
    #[command(flatten)]
    hosting: Hosting,
}

#[derive(Args)]
struct Hosting {
    /// The runtime configuration. Without it, no network is blocked.
    #[arg(long)]
    runtime_config_file: Option<PathBuf>,
    /// The address to listen on. Port 0 picks a free port.
    #[arg(long, default_value = "127.0.0.1:3000")]
    listen: SocketAddr,
    /// An address that serves Prometheus metrics at `/metrics`. Don't expose it to the public.
    #[arg(long, value_name = "ADDRESS")]
    metrics: Option<SocketAddr>,
    /// The folder for databases and logs [default: .spin beside the manifest or component].
    #[arg(long)]
    state_dir: Option<PathBuf>,
    /// The folder for compiled components [default: .spin/cache beside the manifest or component].
    #[arg(long)]
    cache_dir: Option<PathBuf>,
    #[command(flatten)]
    limits: LimitOptions,
    /// For tests only: HOST:PORT resolves to ADDRESS, even in a blocked network. With an empty ADDRESS, it doesn't resolve.
    #[arg(long, value_name = "HOST:PORT:ADDRESS")]
    resolve: Vec<Override>,
}

#[derive(Args)]
struct LimitOptions {
    /// Requests in flight in one component. Further requests wait up to five seconds, then get a 503.
    #[arg(long, default_value_t = Limits::DEFAULT.max_requests)]
    max_requests: usize,
    /// Requests in flight from one client: an IPv4 address or an IPv6 /64, as forwarded by trusted proxies.
    #[arg(long, default_value_t = Limits::DEFAULT.max_requests_per_client)]
    max_requests_per_client: usize,
    /// Open connections. At the limit, a new one closes the one that has waited longest for its client.
    #[arg(long, default_value_t = Limits::DEFAULT.max_connections)]
    max_connections: usize,
    /// Open connections from one client that isn't a trusted proxy.
    #[arg(long, default_value_t = Limits::DEFAULT.max_connections_per_client)]
    max_connections_per_client: usize,
    /// Seconds that a request waits for a client that sends its body or reads its response slowly. Every 80 KiB
    /// transferred resets this time.
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "10")]
    client_timeout: Duration,
}

/// The reason the program ends early.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, io::Error),
    #[error("cannot wait for signals: {0}")]
    Signals(io::Error),
    #[error(transparent)]
    Verify(#[from] audit::VerifyError),
    #[error("the audit isn't valid")]
    NotSound,
    #[error("{0} is not healthy: {1}")]
    Health(SocketAddr, health::Unhealthy),
    #[error("{0}: {1}")]
    Inspect(PathBuf, inspect::InspectError),
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Up(Up {
            from,
            variable,
            due_token_file,
            hosting,
        }) => {
            let beside = beside(&from);
            let program = Program::Application {
                manifest: from,
                variables: variable.into_iter().collect(),
            };
            serve(program, &beside, hosting, due_token_file)
        }
        Command::Serve(Serve {
            component,
            env,
            hosting,
        }) => {
            let beside = beside(&component);
            let program = Program::Component {
                source: component,
                environment: env.into_iter().collect(),
            };
            serve(program, &beside, hosting, None)
        }
        Command::Check { from } => check(&from),
        Command::Audit(Audit::Verify {
            database,
            head,
            sealing_keys,
        }) => verify(&database, &sealing_keys, &head),
        Command::Health { address, path } => ask_health(address, &path),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("bowline-host: {failure}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn serve(
    program: Program,
    beside: &Path,
    hosting: Hosting,
    due_token: Option<PathBuf>,
) -> Result<(), Failure> {
    let settings = Settings {
        program,
        runtime_config: hosting.runtime_config_file,
        cache: hosting.cache_dir.unwrap_or_else(|| beside.join("cache")),
        state: hosting.state_dir.unwrap_or_else(|| beside.to_owned()),
        overrides: hosting.resolve,
    };
    for entry in &settings.overrides {
        eprintln!(
            "WARNING: --resolve is for tests only: {entry}, even if that network is blocked."
        );
    }
    if settings.runtime_config.is_none() {
        eprintln!("WARNING: without --runtime-config-file, components can connect to any network.");
    }
    // Caught from here on, so that a signal during the start also ends cleanly.
    let stop = stop_signal().map_err(Failure::Signals)?;
    let app = tokio::task::block_in_place(|| start::load(&settings))?;
    start::probe(&app, PROBE)
        .await
        .inspect_err(|_| app.shut_down())?;
    let listen = |error| Failure::Listen(hosting.listen, error);
    let limits = hosting.limits.into();
    let server = Server::bind(hosting.listen, app.clone(), limits, app.proxies().clone())
        .await
        .map_err(listen)?;
    println!("Serving http://{}", server.address().map_err(listen)?);
    for (pattern, component) in app.routes().iter() {
        println!("  {component}: {pattern}");
    }
    let measured = match hosting.metrics {
        Some(address) => {
            let failed = |error| Failure::Listen(address, error);
            let metrics = MetricsServer::bind(address, server.metrics())
                .await
                .map_err(failed)?;
            println!(
                "  metrics: http://{}/metrics",
                metrics.address().map_err(failed)?
            );
            Some(metrics)
        }
        None => None,
    };
    let measured = async {
        match measured {
            Some(metrics) => metrics.run().await,
            None => std::future::pending().await,
        }
    };
    let scheduled = async {
        match due_token {
            Some(token) => scheduler::run(&*app, &token).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = server.run(stop) => {}
        () = scheduled => {}
        () = measured => {}
    }
    app.shut_down();
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn ask_health(address: SocketAddr, path: &str) -> Result<(), Failure> {
    health::ask(address, path)
        .await
        .map_err(|unhealthy| Failure::Health(address, unhealthy))
}

fn check(from: &Path) -> Result<(), Failure> {
    let manifest = Manifest::load(from).map_err(StartError::from)?;
    let mut text = String::new();
    for (id, component) in &manifest.components {
        let path = from
            .parent()
            .unwrap_or(Path::new(""))
            .join(&component.source);
        let wasm = std::fs::read(&path).map_err(|error| StartError::Source {
            component: id.clone(),
            path: path.clone(),
            error,
        })?;
        let _ = writeln!(text, "{id}");
        for import in inspect::imports(&wasm).map_err(|error| Failure::Inspect(path, error))? {
            let _ = writeln!(text, "  {import}");
        }
    }
    // A reader that closes the pipe has read enough.
    let _ = io::stdout().write_all(text.as_bytes());
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn verify(database: &Path, keys: &str, known: &[KnownHead]) -> Result<(), Failure> {
    let mut is_sound = true;
    for (line, sound) in audit::verify(database, keys, known).await? {
        println!("{line}");
        is_sound &= sound;
    }
    is_sound.then_some(()).ok_or(Failure::NotSound)
}

/// Ready at the first Ctrl-C or SIGTERM. A second one ends the process at once.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tokio::spawn(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            std::process::exit(130);
        });
    })
}

#[cfg(not(unix))]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

impl From<LimitOptions> for Limits {
    fn from(options: LimitOptions) -> Self {
        Self {
            max_requests: options.max_requests,
            max_requests_per_client: options.max_requests_per_client,
            max_connections: options.max_connections,
            max_connections_per_client: options.max_connections_per_client,
            client_timeout: options.client_timeout,
            ..Self::DEFAULT
        }
    }
}

/// The folder of a program's own files, unless an option names another.
fn beside(file: &Path) -> PathBuf {
    file.parent().unwrap_or(Path::new("")).join(".spin")
}

fn variable(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = text.split_once('=').ok_or("use NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

fn seconds(text: &str) -> Result<Duration, &'static str> {
    let seconds = text.parse().ok().filter(|seconds| *seconds > 0);
    seconds
        .map(Duration::from_secs)
        .ok_or("use a number of seconds greater than 0")
}

fn environment_variable(text: &str) -> Result<(String, String), String> {
    match variable(text) {
        Ok(pair) => Ok(pair),
        Err(_) => match std::env::var(text) {
            Ok(value) => Ok((text.to_owned(), value)),
            Err(_) => Err(format!(
                "the environment variable {text} isn't set; use NAME=VALUE"
            )),
        },
    }
}
