//! The command line of the embedded runtime.

use bowline_host::{
    app::{App, Settings, StartError},
    dial::Override,
    inspect,
    manifest::Manifest,
    server::Server,
};
use clap::{Args, Parser, Subcommand};
use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Runs a Spin application on this machine.
#[derive(Parser)]
#[command(name = "bowline-host", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the application until Ctrl-C or SIGTERM.
    Up(Up),
    /// Read the manifest and print each component's imports.
    Check {
        /// The manifest.
        #[arg(long, short, default_value = "spin.toml")]
        from: PathBuf,
    },
}

#[derive(Args)]
struct Up {
    /// The manifest.
    #[arg(long, short, default_value = "spin.toml")]
    from: PathBuf,
    /// The runtime configuration. Without it no network is blocked.
    #[arg(long)]
    runtime_config_file: Option<PathBuf>,
    /// Where to listen; port 0 picks one.
    #[arg(long, default_value = "127.0.0.1:3000")]
    listen: SocketAddr,
    /// A variable's value. Other users of the machine can see it: prefer SPIN_VARIABLE_<NAME> for secrets.
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    variable: Vec<(String, String)>,
    /// Where databases and logs are kept [default: .spin beside the manifest].
    #[arg(long)]
    state_dir: Option<PathBuf>,
    /// Where compiled components are kept [default: .spin/cache beside the manifest].
    #[arg(long)]
    cache_dir: Option<PathBuf>,
    /// How many requests may be in flight; further ones are answered 503.
    #[arg(long, default_value_t = 256)]
    max_requests: usize,
    /// For tests only: HOST:PORT resolves to ADDRESS, or is not found when ADDRESS is empty.
    #[arg(long, value_name = "HOST:PORT:ADDRESS")]
    resolve: Vec<Override>,
}

/// Why the program ends early.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, io::Error),
    #[error("cannot wait for signals: {0}")]
    Signals(io::Error),
    #[error("{0}: {1}")]
    Inspect(PathBuf, inspect::InspectError),
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Up(up) => serve(up),
        Command::Check { from } => check(&from),
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
async fn serve(up: Up) -> Result<(), Failure> {
    let beside = up.from.parent().unwrap_or(Path::new("")).join(".spin");
    let settings = Settings {
        manifest: up.from,
        runtime_config: up.runtime_config_file,
        cache: up.cache_dir.unwrap_or_else(|| beside.join("cache")),
        state: up.state_dir.unwrap_or(beside),
        variables: up.variable.into_iter().collect(),
        overrides: up.resolve,
    };
    if !settings.overrides.is_empty() {
        eprintln!("WARNING: --resolve is for tests: names are resolved as the command line says.");
    }
    if settings.runtime_config.is_none() {
        eprintln!(
            "WARNING: without --runtime-config-file components may connect with any network."
        );
    }
    // Caught from here on, so that a signal during the start also ends cleanly.
    let stop = stop_signal().map_err(Failure::Signals)?;
    let app = tokio::task::block_in_place(|| App::load(&settings))?;
    let listen = |error| Failure::Listen(up.listen, error);
    let server = Server::bind(up.listen, app.clone(), up.max_requests)
        .await
        .map_err(listen)?;
    println!("Serving http://{}", server.address().map_err(listen)?);
    for (pattern, component) in app.routes().iter() {
        println!("  {component}: {pattern}");
    }
    server.run(stop).await;
    app.end();
    Ok(())
}

fn check(from: &Path) -> Result<(), Failure> {
    let manifest = Manifest::load(from).map_err(StartError::from)?;
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
        println!("{id}");
        for import in inspect::imports(&wasm).map_err(|error| Failure::Inspect(path, error))? {
            println!("  {import}");
        }
    }
    Ok(())
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

fn variable(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = text.split_once('=').ok_or("use NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}
