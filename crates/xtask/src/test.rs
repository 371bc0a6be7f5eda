//! `cargo xtask test`: set-up, checks, build, and every test. What the runners print is standard output, as it is.

use std::fs;

use anyhow::Context as _;

use crate::{
    build, check,
    package::FOLDER,
    progress::{self, Screen, Step, Work},
    project::{Project, on_path},
    setup::{self, Purpose},
    tool::Tool,
};

/// The crates whose tests run natively, each with the features that its tests need. The host is tested apart: features
/// that others ask of its dependencies would have Wasmtime compiled a second time.
const NATIVE: [(&str, &[&str]); 6] = [
    ("bowline", &[]),
    ("bowline-registry", &[]),
    ("bowline-store", &["rusqlite"]),
    ("bowline-service", &[]),
    ("bowline-wasm", &[]),
    ("xtask", &[]),
];

/// Does it all; the first failure ends it.
pub(crate) fn run(project: &Project) -> anyhow::Result<()> {
    let mut all = setup::steps(project, Purpose::Tests);
    all.extend(check::steps(project));
    all.extend(build::steps(project));
    all.extend(steps(project));
    progress::run(project, all)
}

fn steps(project: &Project) -> Vec<Step<'_>> {
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
            package(project, screen)
        }),
        Step::new("test-web", "Test the page's parts", 10, |screen| {
            web(project, screen)
        }),
        Step::new(
            "test-whole",
            "Test the whole: host, functions, registries, browser",
            180,
            |screen| whole(project, screen),
        ),
    ]
}

fn native(project: &Project, screen: &Screen) -> anyhow::Result<Work> {
    let packages = NATIVE.iter().flat_map(|(name, _)| ["-p", *name]);
    let features = NATIVE
        .iter()
        .flat_map(|(name, features)| features.iter().map(move |it| format!("{name}/{it}")));
    let features = features.collect::<Vec<_>>().join(",");
    Tool::cargo(project)
        .args(["test"])
        .args(packages)
        .args(["--features", &features])
        .shown()
        .run(screen)?;
    Ok(Work::Done)
}

fn host(project: &Project, screen: &Screen) -> anyhow::Result<Work> {
    Tool::cargo(project)
        .args(["test", "-p", "bowline-host"])
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
        .context("chromedriver is missing\n  mend it with: cargo xtask setup")?;
    module(project)
        .env("WASM_BINDGEN_USE_BROWSER", "1")
        .env("CHROMEDRIVER", driver)
        .run(screen)?;
    Ok(Work::Done)
}

/// The module's own tests, in Node if nothing else is said.
fn module(project: &Project) -> Tool {
    Tool::cargo(project)
        .args([
            "test",
            "-p",
            "bowline-wasm",
            "--target",
            "wasm32-unknown-unknown",
        ])
        .env(
            "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
            project.target("debug/wasm-bindgen-test-runner"),
        )
        .shown()
}

/// Packs the npm package, installs what was packed, and tests that: what it exports, its types, its size,
/// in Node and in a page and a worker of Chromium.
fn package(project: &Project, screen: &Screen) -> anyhow::Result<Work> {
    let folder = project.target("npm/tests");
    let installed = folder.join("node_modules/bowline");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&installed)?;
    let packed = Tool::new(project, "npm")
        .within(&project.target(FOLDER))
        .args(["pack", "--silent", "--pack-destination"])
        .args([&folder])
        .read()?;
    let archive = folder.join(packed.trim());
    Tool::new(project, "tar")
        .args([
            "-xzf".as_ref(),
            archive.as_os_str(),
            "--strip-components=1".as_ref(),
            "-C".as_ref(),
            installed.as_os_str(),
        ])
        .run(screen)?;
    for entry in fs::read_dir(project.path("crates/bowline-wasm/package-tests"))? {
        let entry = entry?;
        fs::copy(entry.path(), folder.join(entry.file_name()))?;
    }
    let tsc = project.path("web/node_modules/typescript/bin/tsc");
    for resolution in ["bundler", "nodenext"] {
        let module = if resolution == "bundler" {
            "preserve"
        } else {
            "nodenext"
        };
        Tool::new(project, "node")
            .within(&folder)
            .args([&tsc])
            .args([
                "--noEmit",
                "--strict",
                "--target",
                "es2022",
                "--types",
                "",
                "--lib",
                "es2022,dom",
            ])
            .args([
                "--module",
                module,
                "--moduleResolution",
                resolution,
                "types.mts",
            ])
            .run(screen)?;
    }
    Tool::new(project, "node")
        .within(&folder)
        .args(["--test"])
        .shown()
        .run(screen)?;
    Ok(Work::Done)
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
    Tool::cargo(project)
        .args(["test", "-p", "bowline-tests"])
        .shown()
        .run(screen)?;
    Ok(Work::Done)
}
