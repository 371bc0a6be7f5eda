//! Builds the browser module and the npm package `bowline`, ready to publish from `target/npm/bowline`.

use std::{fs, path::Path};

use anyhow::Context as _;

use crate::{
    fresh::{Inputs, Stamp},
    progress::{Screen, Work},
    project::Project,
    tool::Tool,
};

/// The folder of the package, below `target`.
pub(crate) const FOLDER: &str = "npm/bowline";

/// The hand-written part of the package.
const SOURCES: &str = "crates/bowline-wasm/npm";

/// The output of wasm-bindgen, below `target/xtask`: the module and its JavaScript bindings.
const BINDINGS: &str = "bindings";

/// The provider table of the package.
pub(crate) const PROVIDERS: &str = "providers.json";

/// The placeholder for the version in the hand-written manifest.
const UNVERSIONED: &str = "\"version\": \"0.0.0\"";

/// Compiles the module, creates its bindings, and optimizes its size.
pub(crate) fn module(project: &Project, screen: &Screen) -> anyhow::Result<Work> {
    Tool::cargo(project, "build")
        .args([
            "-p",
            "bowline-wasm",
            "--target",
            "wasm32-unknown-unknown",
            "--profile",
            "browser",
        ])
        .run(screen)?;
    let compiled = project.target("wasm32-unknown-unknown/browser/bowline_wasm.wasm");
    let bindgen = project.target("debug/wasm-bindgen");
    let optimizer = project.path("web/node_modules/binaryen");
    // For the size after compression: nothing is inlined, no common subexpression is taken out and zeros stay in the data,
    // since what repeats compresses well; and the copies of one generic function stand side by side.
    let optimize = [
        "-Oz",
        "--one-caller-inline-max-function-size=0",
        "--always-inline-max-function-size=0",
        "--skip-pass=local-cse",
        "--skip-pass=memory-packing",
        "--reorder-functions-by-name",
        "--strip-debug",
        "--strip-producers",
        "--strip-target-features",
    ];

    let inputs = Inputs::default()
        .files(&compiled, &[])?
        .files(&bindgen, &[])?
        .files(&optimizer.join("package.json"), &[])?
        .text(&optimize.join(" "));
    let stamp = Stamp::new(project, "module", inputs);
    let folder = project.kept(BINDINGS);
    let made = folder.join("bowline.wasm");
    if stamp.holds(&made) {
        return Ok(Work::Fresh);
    }
    stamp.lift();
    Tool::new(project, &bindgen)
        .args([
            "--target",
            "web",
            "--no-typescript",
            "--omit-default-module-path",
            "--out-name",
            "bowline",
        ])
        .args([
            "--out-dir".as_ref(),
            folder.as_os_str(),
            compiled.as_os_str(),
        ])
        .run(screen)?;
    Tool::new(project, "node")
        .args([optimizer.join("bin/wasm-opt")])
        .args(optimize)
        .args([
            "-o".as_ref(),
            made.as_os_str(),
            folder.join("bowline_bg.wasm").as_os_str(),
        ])
        .fix("cargo xtask setup")
        .run(screen)?;
    stamp.set()?;
    Ok(Work::Done)
}

/// Assembles the module, its bindings, the hand-written files, and the licenses.
pub(crate) fn assemble(project: &Project, _: &Screen) -> anyhow::Result<Work> {
    let sources = project.path(SOURCES);
    let bindings = project.kept(BINDINGS);
    let version = env!("CARGO_PKG_VERSION");
    let licenses = ["LICENSE-APACHE", "LICENSE-MIT"];
    let providers = bowline::provider::providers_json();
    let mut inputs = Inputs::default()
        .files(&sources, &[])?
        .files(&bindings, &[])?
        .text(version)
        .text(&providers);
    for license in licenses {
        inputs = inputs.files(&project.path(license), &[])?;
    }
    let stamp = Stamp::new(project, "package", inputs);
    let folder = project.target(FOLDER);
    if stamp.holds(&folder.join("package.json")) {
        return Ok(Work::Fresh);
    }
    stamp.lift();
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    for entry in fs::read_dir(&sources)? {
        let entry = entry?;
        copy(&entry.path(), &folder.join(entry.file_name()))?;
    }
    for license in licenses {
        copy(&project.path(license), &folder.join(license))?;
    }
    copy(&bindings.join("bowline.wasm"), &folder.join("bowline.wasm"))?;
    copy(&bindings.join("bowline.js"), &folder.join("bindings.js"))?;
    fs::write(folder.join(PROVIDERS), providers)?;
    fs::write(folder.join("ids.d.ts"), literal_ids())?;
    let manifest = folder.join("package.json");
    let stamped = with_version(&fs::read_to_string(&manifest)?, version)
        .context("package.json of the npm package")?;
    fs::write(&manifest, stamped)?;
    stamp.set()?;
    Ok(Work::Done)
}

/// The TypeScript types of the table's ids, as literals.
fn literal_ids() -> String {
    let literals = |ids: &mut dyn Iterator<Item = &str>| {
        let quoted: Vec<_> = ids.map(|id| format!("{id:?}")).collect();
        quoted.join(" | ")
    };
    let providers = bowline::provider::providers();
    let all = literals(&mut providers.iter().map(|provider| provider.id.as_str()));
    let auth: String = providers
        .iter()
        .map(|provider| {
            let id = provider.id.as_str();
            let methods = literals(&mut provider.auth.iter().map(|auth| auth.id));
            format!("  {id:?}: {methods};\n")
        })
        .collect();
    format!(
        "/** The ids of the provider table. */\n\n/** A registry type. */\nexport type ProviderId = {all};\n\n\
        /** The ways to sign in of each registry type. */\nexport interface AuthIds {{\n{auth}}}\n"
    )
}

/// Bundles the custom elements into the package, beside the module that they use.
pub(crate) fn elements(project: &Project, screen: &Screen) -> anyhow::Result<Work> {
    let made = project.target(FOLDER).join("elements.js");
    let inputs = Inputs::default().files(
        &project.path("web"),
        &["node_modules", "test", "examples", "consumers", "lint"],
    )?;
    let stamp = Stamp::new(project, "elements", inputs);
    if stamp.holds(&made) {
        return Ok(Work::Fresh);
    }
    stamp.lift();
    Tool::new(project, "npm")
        .within(&project.path("web"))
        .args(["run", "elements"])
        .run(screen)?;
    stamp.set()?;
    Ok(Work::Done)
}

/// Returns the manifest with the workspace's version. The order of its keys matters, so it is edited as text.
fn with_version(manifest: &str, version: &str) -> anyhow::Result<String> {
    let (before, after) = manifest
        .split_once(UNVERSIONED)
        .with_context(|| format!("it has no {UNVERSIONED}"))?;
    Ok(format!("{before}\"version\": \"{version}\"{after}"))
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::copy(from, to)
        .map(drop)
        .with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))
}

#[cfg(test)]
mod tests {
    use super::with_version;

    #[test]
    fn the_package_has_the_version_of_the_workspace() {
        let stamped = with_version(
            "{\n  \"name\": \"bowline\",\n  \"version\": \"0.0.0\"\n}\n",
            "1.2.3",
        )
        .unwrap();
        assert_eq!(
            stamped,
            "{\n  \"name\": \"bowline\",\n  \"version\": \"1.2.3\"\n}\n"
        );
        assert!(with_version(r#"{"name":"bowline"}"#, "1.2.3").is_err());
    }
}
