//! `cargo xtask setup`: gets what building and testing need, and nothing that is there already.

mod cargo_tools;
mod compiler;
mod node;
mod python;
mod system;
mod targets;

use crate::{
    progress::{self, Step},
    project::Project,
};

pub(crate) use cargo_tools::{DENY, FUZZ};
pub(crate) use compiler::Lints;
pub(crate) use node::install as install_packages;
pub(crate) use system::{Purpose, ensure as install_system};

/// Gets everything.
pub(crate) fn run(project: &Project) -> anyhow::Result<()> {
    progress::run(project, steps(project, Purpose::Tests))
}

/// The steps that get what building needs, and the system packages for a purpose.
pub(crate) fn steps(project: &Project, purpose: Purpose) -> Vec<Step<'_>> {
    let mut steps = vec![
        Step::new("setup-compiler", "Check the compiler", 0, |_| {
            compiler::ensure(project)
        }),
        Step::new(
            "setup-targets",
            "Get the WebAssembly targets",
            90,
            |screen| targets::ensure(project, screen),
        ),
        Step::new("setup-node", "Install the node packages", 20, |screen| {
            node::ensure(project, screen)
        }),
    ];
    if !purpose.packages().is_empty() {
        steps.push(Step::new(
            "setup-system",
            "Install the system packages",
            60,
            move |screen| system::ensure(project, purpose, screen),
        ));
    }
    if purpose == Purpose::Tests {
        steps.push(Step::new(
            "setup-python",
            "Install the Python packages",
            30,
            |screen| python::ensure(project, screen),
        ));
        steps.push(Step::new(
            "setup-libsql",
            "Install libSQL's server",
            5,
            |screen| node::install(project, "tests/libsql", screen),
        ));
    }
    steps
}
