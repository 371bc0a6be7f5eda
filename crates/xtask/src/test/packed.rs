//! Tests the npm package as published: packs it, unpacks it into projects, and runs their tests.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context as _;

use crate::{
    package::{FOLDER, PROVIDERS},
    progress::{Screen, Work},
    project::Project,
    tool::Tool,
};

/// Tests what the package exports, its types, its size, in Node and in a page and a worker of Chromium.
pub(super) fn package(project: &Project, screen: &Screen) -> anyhow::Result<Work> {
    let folder = empty(project.target("npm/tests"))?;
    install(project, screen, &folder)?;
    let table = fs::read_to_string(folder.join("node_modules/bowline").join(PROVIDERS))?;
    anyhow::ensure!(
        table == bowline::provider::providers_json(),
        "{PROVIDERS} of the package is not the table of the crate"
    );
    copy_all(&project.path("crates/bowline-wasm/package-tests"), &folder)?;
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

/// Installs the package into the examples: pages without a bundler, a React project built by Vite, a Node server.
pub(super) fn examples(project: &Project, screen: &Screen) -> anyhow::Result<Work> {
    let folder = project.target("npm/examples");
    for part in ["plain", "node", "react/src"] {
        empty(folder.join(part))?;
    }
    let sources = project.path("web/examples");
    for part in ["", "plain", "node", "react", "react/src"] {
        copy_all(&sources.join(part), &folder.join(part))?;
    }
    let react = folder.join("react");
    Tool::new(project, "npm")
        .within(&react)
        .args(["ci", "--silent"])
        .run(screen)?;
    for part in ["plain", "node", "react"] {
        install(project, screen, &folder.join(part))?;
    }
    Tool::new(project, "npm")
        .within(&react)
        .args(["run", "build"])
        .run(screen)?;
    Tool::new(project, "node")
        .within(&folder)
        .args(["--test", "examples.test.mjs", "words.test.mjs"])
        .shown()
        .run(screen)?;
    Ok(Work::Done)
}

/// Installs the package where products use it: bundlers, a page without one, libraries of forms, checks of packages and,
/// in a long test, Next.js, Vue, Svelte, Deno and Bun.
pub(super) fn consumers(project: &Project, screen: &Screen, long: bool) -> anyhow::Result<Work> {
    let folder = project.target("npm/consumers");
    let sources = project.path("web/consumers");
    let mut parts = vec!["", "app"];
    let mut installed = vec![""];
    if long {
        parts.extend(["next", "next/app", "next/app/api/check"]);
        parts.extend(["frameworks", "frameworks/svelte", "frameworks/vue"]);
        parts.push("runtimes");
        installed.extend(["next", "frameworks", "runtimes"]);
    }
    for part in &parts {
        fs::create_dir_all(folder.join(part))?;
        copy_all(&sources.join(part), &folder.join(part))?;
    }
    for part in installed {
        let within = folder.join(part);
        Tool::new(project, "npm")
            .within(&within)
            .args(["ci", "--silent"])
            .run(screen)?;
        install(project, screen, &within)?;
    }
    let mut tests = Tool::new(project, "node")
        .within(&folder)
        .args(["--test", "bundlers.test.mjs", "frameworks.test.mjs"])
        .args(["next.test.mjs", "published.test.mjs"])
        .args(["runtimes.test.mjs", "schemas.test.mjs"])
        .env(
            "BOWLINE_OPENAPI",
            project.path("crates/bowline-service/openapi.json"),
        )
        .shown();
    if long {
        tests = tests.env("BOWLINE_LONG", "1");
    }
    tests.run(screen)?;
    Ok(Work::Done)
}

/// Packs the package and unpacks it into the project in `folder`.
fn install(project: &Project, screen: &Screen, folder: &Path) -> anyhow::Result<()> {
    let installed = folder.join("node_modules/bowline");
    fs::create_dir_all(&installed)?;
    let packed = Tool::new(project, "npm")
        .within(&project.target(FOLDER))
        .args(["pack", "--silent", "--pack-destination"])
        .args([folder])
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
        .run(screen)
}

/// Returns the folder, newly created.
fn empty(folder: PathBuf) -> anyhow::Result<PathBuf> {
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Copies the files of a folder, not what is below it.
fn copy_all(from: &Path, to: &Path) -> anyhow::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))
                .with_context(|| format!("cannot copy {}", entry.path().display()))?;
        }
    }
    Ok(())
}
