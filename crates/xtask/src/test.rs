//! `cargo xtask test`: setup, checks, build, and every test. The runners' output goes to standard output unchanged.

use anyhow::Context as _;

use crate::{
    build, check, fuzz, image,
    progress::{self, Screen, Step, Work},
    project::{Project, on_path},
    setup::{self, Purpose},
    tool::Tool,
};

mod packed;

/// The crates with native tests, each with the features that its tests need. The host is tested separately, because
/// other crates' features for its dependencies would compile Wasmtime a second time.
const NATIVE: [(&str, &[&str]); 7] = [
    ("bowline", &[]),
    ("bowline-fuzz", &[]),
    ("bowline-registry", &[]),
    ("bowline-store", &["rusqlite"]),
    ("bowline-service", &[]),
    ("bowline-wasm", &[]),
    ("xtask", &[]),
];

/// How long each fuzz target runs in a long test, in seconds.
const LONG_FUZZING: u64 = 600;

/// What `cargo xtask test` takes.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Also test the npm package in every bundler and in Next.js, run the image in a container, and fuzz every target for
    /// ten minutes. This takes more than two hours
    #[arg(long)]
    long: bool,
}

/// Runs everything. The first failure ends the run.
pub(crate) fn run(project: &Project, options: &Options) -> anyhow::Result<()> {
    let mut all = setup::steps(project, Purpose::Tests);
    all.extend(check::steps(project));
    all.extend(build::steps(project));
    all.push(build::edge(project));
    all.extend(steps(project, options.long));
    if options.long {
        all.extend(image_steps(project));
        all.extend(fuzz::all(project, LONG_FUZZING));
    }
    progress::run(project, all)
}

fn steps(project: &Project, long: bool) -> Vec<Step<'_>> {
    vec![
        Step::new("test-native", "Test the crates", 150, |screen| {
            native(project, screen)
        }),
        Step::new("test-host", "Test the host", 60, |screen| {
            host(project, screen)
        }),
        Step::new(
            "test-node",
            "Test the browser module in Node",
            25,
            |screen| node(project, screen),
        ),
        Step::new(
            "test-chromium",
            "Test the browser module in Chromium",
            10,
            |screen| chromium(project, screen),
        ),
        Step::new("test-package", "Test the npm package", 8, |screen| {
            packed::package(project, screen)
        }),
        Step::new(
            "test-examples",
            "Test the examples with the npm package",
            30,
            |screen| packed::examples(project, screen),
        ),
        Step::new(
            "test-consumers",
            "Test the npm package in bundlers and form libraries",
            40,
            move |screen| packed::consumers(project, screen, long),
        ),
        Step::new("test-web", "Test the page's parts", 10, |screen| {
            web(project, screen)
        }),
        Step::new(
            "test-whole",
            "Test everything together: host, functions, registries, browser",
            380,
            |screen| whole(project, screen),
        ),
    ]
}

/// The steps that build the image and test it in a container.
fn image_steps(project: &Project) -> Vec<Step<'_>> {
    let mut steps = vec![Step::new(
        "setup-containers",
        "Install the container tools",
        10,
        |screen| setup::install_system(project, Purpose::ImageTests, screen),
    )];
    steps.extend(image::steps(project, None));
    steps.push(Step::new("test-image", "Test the image", 60, |screen| {
        Tool::cargo(project, "test")
            .args(["-p", "bowline-tests", "--test", "image"])
            .shown()
            .run(screen)?;
        Ok(Work::Done)
    }));
    steps
}

fn native(project: &Project, screen: &Screen) -> anyhow::Result<Work> {
    let packages = NATIVE.iter().flat_map(|(name, _)| ["-p", *name]);
    let features = NATIVE
        .iter()
        .flat_map(|(name, features)| features.iter().map(move |it| format!("{name}/{it}")));
    let features = features.collect::<Vec<_>>().join(",");
    Tool::cargo(project, "test")
        .args(packages)
        .args(["--features", &features])
        .shown()
        .run(screen)?;
    Ok(Work::Done)
}

fn host(project: &Project, screen: &Screen) -> anyhow::Result<Work> {
    Tool::cargo(project, "test")
        .args(["-p", "bowline-host"])
        .shown()
        .run(screen)?;
    Ok(Work::Done)
}

fn node(project: &Project, screen: &Screen) -> anyhow::Result<Work> {
    module(project).run(screen)?;
    Ok(Work::Done)
}

fn chromium(project: &Project, screen: &Screen) -> anyhow::Result<Work> {
    let driver = on_path("chromedriver")
        .context("chromedriver is missing\n  fix it with: cargo xtask setup")?;
    module(project)
        .env("WASM_BINDGEN_USE_BROWSER", "1")
        .env("CHROMEDRIVER", driver)
        .run(screen)?;
    Ok(Work::Done)
}

/// The module's own tests, in Node if nothing else is said.
fn module(project: &Project) -> Tool {
    Tool::cargo(project, "test")
        .args(["-p", "bowline-wasm", "--target", "wasm32-unknown-unknown"])
        .env(
            "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
            project.target("debug/wasm-bindgen-test-runner"),
        )
        .shown()
}

fn web(project: &Project, screen: &Screen) -> anyhow::Result<Work> {
    Tool::new(project, "npm")
        .within(&project.path("web"))
        .args(["test"])
        .shown()
        .run(screen)?;
    Ok(Work::Done)
}

fn whole(project: &Project, screen: &Screen) -> anyhow::Result<Work> {
    Tool::cargo(project, "test")
        .args(["-p", "bowline-tests"])
        .shown()
        .run(screen)?;
    Ok(Work::Done)
}
