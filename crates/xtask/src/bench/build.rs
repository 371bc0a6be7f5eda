//! Builds the measured programs and their peers, optimized for speed.

use crate::{
    progress::{Screen, Step, Work},
    project::Project,
    setup::install_packages,
    tool::Tool,
};

/// The measurements in JavaScript, with the packages that they compare with.
pub(super) const IN_JAVASCRIPT: &str = "crates/bowline-wasm/bench";

/// The Spin components that the service is compared with. They are no part of the application.
pub(crate) const PEERS: [&str; 2] = ["bench-empty", "bench-select"];

/// The steps that build it, after those of the application.
pub(super) fn steps(project: &Project) -> Vec<Step<'_>> {
    vec![
        Step::new(
            "bench-peers",
            "Install the tools to compare with",
            5,
            |screen| install_packages(project, IN_JAVASCRIPT, screen),
        ),
        Step::new(
            "bench-components",
            "Build the components to compare with",
            10,
            |screen| {
                let peers = PEERS.iter().flat_map(|name| ["-p", *name]);
                let build = ["--target", "wasm32-wasip2", "--profile", "wasm"];
                cargo(project, "build", build.into_iter().chain(peers), screen)
            },
        ),
        Step::new("bench-host", "Build the optimized host", 420, |screen| {
            cargo(
                project,
                "build",
                ["--release", "-p", "bowline-host"],
                screen,
            )
        }),
        Step::new(
            "bench-callers",
            "Build the benchmark clients",
            90,
            |screen| {
                let callers = ["--release", "-p", "bowline-tests", "--bins"];
                cargo(project, "build", callers, screen)
            },
        ),
        Step::new(
            "bench-patterns",
            "Build the pattern benchmarks",
            60,
            |screen| {
                let patterns = ["-p", "bowline", "--bench", "patterns", "--no-run"];
                cargo(project, "bench", patterns, screen)
            },
        ),
    ]
}

fn cargo<'a>(
    project: &Project,
    command: &str,
    args: impl IntoIterator<Item = &'a str>,
    screen: &Screen,
) -> anyhow::Result<Work> {
    Tool::cargo(project, command).args(args).run(screen)?;
    Ok(Work::Done)
}
