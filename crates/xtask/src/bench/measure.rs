//! The measurements. Each returns a section of the page from the output of its program.

use std::cell::RefCell;

use super::build::IN_JAVASCRIPT;
use crate::{
    progress::{Screen, Step, Work},
    project::Project,
    tool::Tool,
};

/// The steps that measure, and add to the page what they find. What they need is built.
pub(super) fn steps<'a>(project: &'a Project, page: &'a RefCell<String>) -> Vec<Step<'a>> {
    type Measure = fn(&Project, &Screen) -> anyhow::Result<String>;
    let parts: [(_, _, _, Measure); 5] = [
        (
            "measure-module",
            "Measure the browser module",
            30,
            in_javascript,
        ),
        ("measure-patterns", "Measure pattern lists", 60, natively),
        ("measure-checks", "Measure checks", 45, checks),
        ("measure-syncs", "Measure syncs", 120, syncs),
        ("measure-service", "Measure the service", 360, service),
    ];
    parts
        .map(|(key, title, seconds, measure)| {
            Step::new(key, title, seconds, move |screen| {
                page.borrow_mut().push_str(&measure(project, screen)?);
                Ok(Work::Done)
            })
        })
        .into()
}

/// The page's head, the browser module's size, and its times beside packages for Node.
fn in_javascript(project: &Project, screen: &Screen) -> anyhow::Result<String> {
    Tool::new(project, "node")
        .args([format!("{IN_JAVASCRIPT}/index.mjs")])
        .output(screen)
}

/// Lists of patterns beside other crates.
fn natively(project: &Project, screen: &Screen) -> anyhow::Result<String> {
    let table = Tool::cargo(project, "bench")
        .args(["--quiet", "-p", "bowline", "--bench", "patterns"])
        .output(screen)?;
    let compiler = Tool::new(project, "rustc").args(["--version"]).read()?;
    let direct = Tool::cargo(project, "tree")
        .args(["-p", "bowline", "--depth", "1", "--prefix", "none"])
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

/// Checks beside skopeo, against the same registry at the same distances.
fn checks(project: &Project, screen: &Screen) -> anyhow::Result<String> {
    let table = program(project, "check-bench", screen)?;
    let version = Tool::new(project, "skopeo").args(["--version"]).read()?;
    Ok(format!("{table}\n{}.\n", version.trim()))
}

/// Syncs of a registry beside skopeo, at the same distances.
fn syncs(project: &Project, screen: &Screen) -> anyhow::Result<String> {
    program(project, "sync-bench", screen)
}

/// The service beside components that do nothing, or nothing but one statement.
fn service(project: &Project, screen: &Screen) -> anyhow::Result<String> {
    program(project, "service-bench", screen)
}

fn program(project: &Project, name: &str, screen: &Screen) -> anyhow::Result<String> {
    Tool::cargo(project, "run")
        .args(["--quiet", "--release", "-p", "bowline-tests"])
        .args(["--bin", name])
        .output(screen)
}
