//! `cargo xtask build`: the browser module, the npm package, the page, the functions and the host.

use crate::{
    fresh::{Inputs, Stamp},
    package,
    progress::{self, Screen, Step, Work},
    project::Project,
    setup::{self, Purpose},
    tool::Tool,
};

/// The Spin components.
pub(crate) const FUNCTIONS: [&str; 3] = ["connections", "outbound", "site"];

/// What names the function without Spin to Cargo. It has a profile, and so a folder, of its own.
pub(crate) const EDGE: [&str; 3] = ["-p", "outbound", "--no-default-features"];

/// Gets what building needs, and builds.
pub(crate) fn run(project: &Project) -> anyhow::Result<()> {
    let mut all = setup::steps(project, Purpose::Serving);
    all.extend(steps(project));
    all.push(edge(project));
    progress::run(project, all)
}

/// The step that builds `outbound` as a component of its own, which serving the application does not need.
pub(crate) fn edge(project: &Project) -> Step<'_> {
    Step::new(
        "build-edge",
        "Build the function for the edge",
        60,
        |screen| {
            Tool::cargo(project, "build")
                .args(["--target", "wasm32-wasip2", "--profile", "edge"])
                .args(EDGE)
                .run(screen)?;
            Ok(Work::Done)
        },
    )
}

/// The steps that build what serving needs, in the order in which one needs the other.
pub(crate) fn steps(project: &Project) -> Vec<Step<'_>> {
    let mut steps = application_steps(project);
    steps.push(Step::new("build-host", "Build the host", 300, |screen| {
        host(project, &[], screen)
    }));
    steps
}

/// The step that builds the host for speed.
pub(crate) fn release_host(project: &Project) -> Step<'_> {
    Step::new(
        "build-release-host",
        "Build the optimized host",
        500,
        |screen| host(project, &["--release"], screen),
    )
}

/// The steps that build the application, without a host to run it.
pub(crate) fn application_steps(project: &Project) -> Vec<Step<'_>> {
    vec![
        Step::new(
            "build-tools",
            "Build the wasm-bindgen tools",
            60,
            |screen| tools(project, screen),
        ),
        Step::new("build-module", "Build the browser module", 25, |screen| {
            package::module(project, screen)
        }),
        Step::new("build-package", "Assemble the npm package", 1, |screen| {
            package::assemble(project, screen)
        }),
        Step::new(
            "build-elements",
            "Add the elements to the npm package",
            1,
            |screen| package::elements(project, screen),
        ),
        Step::new("build-web", "Build the page", 2, |screen| {
            web(project, screen)
        }),
        Step::new("build-functions", "Build the functions", 90, |screen| {
            functions(project, screen)
        }),
    ]
}

fn tools(project: &Project, screen: &Screen) -> anyhow::Result<Work> {
    Tool::cargo(project, "build")
        .args(["-p", "wasm-bindgen-tools"])
        .run(screen)?;
    Ok(Work::Done)
}

/// Bundles the page into `target/web`, which the function `site` carries.
fn web(project: &Project, screen: &Screen) -> anyhow::Result<Work> {
    let made = project.target("web");
    let inputs = Inputs::default()
        .files(&project.path("web"), &["node_modules", "test"])?
        .files(&project.target(package::FOLDER), &[])?;
    let stamp = Stamp::new(project, "web", inputs);
    if stamp.holds(&made.join("index.html")) {
        return Ok(Work::Fresh);
    }
    stamp.lift();
    Tool::new(project, "npm")
        .within(&project.path("web"))
        .args(["run", "build"])
        .run(screen)?;
    stamp.set()?;
    Ok(Work::Done)
}

fn functions(project: &Project, screen: &Screen) -> anyhow::Result<Work> {
    let packages = FUNCTIONS.iter().flat_map(|function| ["-p", *function]);
    Tool::cargo(project, "build")
        .args(["--target", "wasm32-wasip2", "--profile", "wasm"])
        .args(packages)
        .env("BOWLINE_WEB_DIST", project.target("web"))
        .run(screen)?;
    Ok(Work::Done)
}

fn host(project: &Project, profile: &[&str], screen: &Screen) -> anyhow::Result<Work> {
    Tool::cargo(project, "build")
        .args(["-p", "bowline-host"])
        .args(profile)
        .run(screen)?;
    Ok(Work::Done)
}
