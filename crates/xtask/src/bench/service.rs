//! The service on the embedded host, beside components that do nothing, or nothing but one statement.

use crate::{
    progress::{Step, Work},
    project::Project,
    tool::Tool,
};

/// The Spin components that the service is compared with. They are no part of the application.
pub(crate) const PEERS: [&str; 2] = ["bench-empty", "bench-select"];

/// The steps that build the peers, and the host for speed.
pub(super) fn steps(project: &Project) -> Vec<Step<'_>> {
    vec![
        Step::new(
            "bench-components",
            "Build the components that are compared with",
            10,
            |screen| {
                Tool::cargo(project)
                    .args(["build", "--target", "wasm32-wasip2", "--profile", "wasm"])
                    .args(PEERS.iter().flat_map(|name| ["-p", *name]))
                    .run(screen)?;
                Ok(Work::Done)
            },
        ),
        Step::new("bench-host", "Build the host for speed", 300, |screen| {
            Tool::cargo(project)
                .args(["build", "--release", "-p", "bowline-host"])
                .run(screen)?;
            Ok(Work::Done)
        }),
    ]
}

/// The section of the page.
pub(super) fn beside_peers(project: &Project) -> anyhow::Result<String> {
    Tool::cargo(project)
        .args(["run", "--quiet", "--release", "-p", "bowline-tests"])
        .args(["--bin", "service-bench"])
        .read()
}
