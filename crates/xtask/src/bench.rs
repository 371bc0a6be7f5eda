//! `cargo xtask bench`: measures the budgets of design.md beside peers, and writes what it finds into
//! `docs/benchmarks.md`.

mod check;
pub(crate) mod service;
mod sync;

use std::fs;

use anyhow::Context as _;

use crate::{
    build,
    progress::{self, Step},
    project::Project,
    setup::{self, Purpose, install_packages},
    tool::Tool,
};

/// What the results are written into.
const PAGE: &str = "docs/benchmarks.md";

/// The measurements in JavaScript, with the packages that they compare with.
const IN_JAVASCRIPT: &str = "crates/bowline-wasm/bench";

/// Builds, measures, writes the page and prints it.
pub(crate) fn run(project: &Project) -> anyhow::Result<()> {
    let mut all = setup::steps(project, Purpose::Tests);
    all.extend(build::steps(project));
    all.extend(service::steps(project));
    all.push(Step::new(
        "bench-peers",
        "Install what is compared with",
        5,
        |screen| install_packages(project, IN_JAVASCRIPT, screen),
    ));
    progress::run(project, all)?;
    let page = [
        in_javascript(project)?,
        natively(project)?,
        check::beside_skopeo(project)?,
        sync::beside_skopeo(project)?,
        service::beside_peers(project)?,
    ]
    .concat();
    fs::write(project.path(PAGE), &page).with_context(|| format!("cannot write {PAGE}"))?;
    print!("{page}");
    Ok(())
}

/// The machine, the browser module's size, and its times beside packages for Node.
fn in_javascript(project: &Project) -> anyhow::Result<String> {
    Tool::new(project, "node")
        .args([format!("{IN_JAVASCRIPT}/index.mjs")])
        .read()
}

/// Lists of patterns beside other crates.
fn natively(project: &Project) -> anyhow::Result<String> {
    let table = Tool::cargo(project)
        .args(["bench", "--quiet", "-p", "bowline", "--bench", "patterns"])
        .read()?;
    let compiler = Tool::new(project, "rustc").args(["--version"]).read()?;
    let direct = Tool::cargo(project)
        .args(["tree", "-p", "bowline", "--depth", "1", "--prefix", "none"])
        .args(["--edges", "normal,dev"])
        .read()?;
    let peers: Vec<&str> = direct
        .lines()
        .filter(|line| line.starts_with("regex v") || line.starts_with("globset v"))
        .collect();
    Ok(format!(
        "{table}\n{}, {}.\n",
        peers.join(", "),
        compiler.trim()
    ))
}
