//! `cargo xtask up`: builds and serves the application, and prints a link that signs in.

mod secrets;

use std::{
    fs::{self, Permissions},
    io::{BufRead as _, BufReader},
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    process::{Child, Command, Stdio},
    sync::Arc,
    thread,
    time::SystemTime,
};

use anyhow::{Context as _, bail};
use rustix::process::{Pid, Signal, kill_process};
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    iterator::Signals,
};

use self::secrets::Secrets;
use crate::{
    build,
    demo::{self, DemoRegistry},
    progress,
    project::Project,
    setup::{self, Purpose},
    token,
};

/// What `cargo xtask up` takes.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The address to listen on. Port 0 picks a free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:3000")]
    listen: String,
    /// Registries on private networks to allow: hosts, host:port, or CIDR, separated by commas
    #[arg(long, value_name = "HOSTS", default_value = "")]
    private_hosts: String,
    /// Registries to allow without TLS: hosts or host:port, separated by commas
    #[arg(long, value_name = "HOSTS", default_value = "")]
    plain_http_hosts: String,
    /// A variable of spin.toml
    #[arg(long, value_name = "NAME=VALUE")]
    variable: Vec<String>,
    /// Also start a small demo registry on this machine
    #[arg(long)]
    demo_registry: bool,
    /// Serve with the optimized host, as in the image and the releases
    #[arg(long)]
    release: bool,
}

/// Builds, serves, and returns after the host was stopped.
pub(crate) fn run(project: &Project, options: &Options) -> anyhow::Result<()> {
    let purpose = if options.demo_registry {
        Purpose::DemoRegistry
    } else {
        Purpose::Serving
    };
    let mut steps = setup::steps(project, purpose);
    if options.release {
        steps.extend(build::application_steps(project));
        steps.push(build::release_host(project));
    } else {
        steps.extend(build::steps(project));
    }
    progress::run(project, steps)?;

    let state = project.path(".spin");
    fs::create_dir_all(&state).context("cannot create .spin")?;
    // Only its owner may look into it: it holds secrets, the database and logs.
    fs::set_permissions(&state, Permissions::from_mode(0o700)).context("cannot restrict .spin")?;
    let secrets = Secrets::kept_in(&state.join("dev.env"))?;
    let due = token::due(&secrets.auth_secret, SystemTime::now());
    secrets::write(&state.join("due.token"), &due)?;
    let demo = if options.demo_registry {
        Some(demo::start(project)?)
    } else {
        None
    };

    // Before the host starts: a signal that comes in between must end it, too.
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    let mut host = start_host(project, options, &secrets, demo.as_ref())?;
    let host_id = Pid::from_child(&host);
    thread::spawn(move || {
        for _ in signals.forever() {
            let _ = kill_process(host_id, Signal::TERM);
        }
    });
    let output = host
        .stdout
        .take()
        .context("the host's standard output is piped")?;
    let said = Arc::new(demo.as_ref().map(|demo| demo.address));
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            println!("{line}");
            if let Some(address) = line.strip_prefix("Serving ") {
                let token = token::developer(&secrets.auth_secret, SystemTime::now());
                println!(
                    "\n  Open {}/#token={token}\n",
                    address.trim_end_matches('/')
                );
                if let Some(registry) = *said {
                    println!("  Demo registry  http://{registry}");
                    println!(
                        "  Username       {}\n  Password       {}",
                        demo::USERNAME,
                        demo::PASSWORD
                    );
                    println!("  Image          {}\n", demo::IMAGE);
                }
                println!("Ctrl-C stops it.");
            }
        }
    });
    let status = host.wait()?;
    if !status.success() {
        bail!("the host ended with {status}");
    }
    Ok(())
}

/// Starts the host in its own process group, so that only this command stops it, once.
fn start_host(
    project: &Project,
    options: &Options,
    secrets: &Secrets,
    demo: Option<&DemoRegistry>,
) -> anyhow::Result<Child> {
    let demo = demo.map(|demo| demo.address.to_string());
    let mut command = Command::new(project.target(if options.release {
        "release/bowline-host"
    } else {
        "debug/bowline-host"
    }));
    command
        .current_dir(project.root())
        .args([
            "up",
            "--from",
            "spin.toml",
            "--runtime-config-file",
            "runtime-config.toml",
            "--state-dir",
            ".spin",
            "--due-token-file",
            ".spin/due.token",
        ])
        .args(["--listen", &options.listen])
        .envs(secrets.variables());
    for (name, hosts) in [
        ("private_hosts", &options.private_hosts),
        ("plain_http_hosts", &options.plain_http_hosts),
    ] {
        let hosts = joined(hosts, demo.as_deref());
        if !hosts.is_empty() {
            command.arg("--variable").arg(format!("{name}={hosts}"));
        }
    }
    for variable in &options.variable {
        command.args(["--variable", variable]);
    }
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .process_group(0);
    command
        .spawn()
        .context("cannot run the host\n  fix it with: cargo xtask build")
}

/// A comma-separated list with one more in it.
fn joined(hosts: &str, more: Option<&str>) -> String {
    let hosts = hosts
        .split(',')
        .map(str::trim)
        .filter(|host| !host.is_empty());
    hosts.chain(more).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn the_demo_registry_joins_the_hosts_that_were_named() {
        for (hosts, more, expected) in [
            ("", None, ""),
            ("", Some("127.0.0.1:5000"), "127.0.0.1:5000"),
            (
                "a.example, b.example:5000,",
                Some("127.0.0.1:5000"),
                "a.example,b.example:5000,127.0.0.1:5000",
            ),
        ] {
            assert_eq!(joined(hosts, more), expected);
        }
    }
}
