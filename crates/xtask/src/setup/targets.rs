//! The WebAssembly targets: already there, from rustup, or from the library source of the same compiler.

use std::{env, fs};

use anyhow::{Context as _, bail};

use crate::{
    progress::{Screen, Work},
    project::{Project, on_path},
    tool::Tool,
};

/// The targets of the browser module and the functions.
const TARGETS: [&str; 2] = ["wasm32-unknown-unknown", "wasm32-wasip2"];

/// The variable that chooses how to install missing targets: `rustup` or `source`.
const WAY_VARIABLE: &str = "BOWLINE_WASM_TARGETS";

/// Builds and installs the targets from source. It explains itself.
const FROM_SOURCE: &str = ".ci/wasm-targets-from-source";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Rustup,
    Source,
}

/// Installs the targets that this compiler lacks.
pub(super) fn ensure(project: &Project, screen: &Screen) -> anyhow::Result<Work> {
    let missing = missing(project)?;
    if missing.is_empty() {
        return Ok(Work::Fresh);
    }
    let chosen = env::var(WAY_VARIABLE).ok().filter(|way| !way.is_empty());
    for way in ways(chosen.as_deref(), on_path("rustup").is_some())? {
        let got = match way {
            Way::Rustup => Tool::new(project, "rustup")
                .args(["target", "add"])
                .args(&missing)
                .run(screen),
            Way::Source => Tool::new(project, project.path(FROM_SOURCE))
                .args(&missing)
                .run(screen),
        };
        match got {
            Ok(()) => break,
            Err(error) if way == Way::Rustup && chosen.is_none() => {
                screen.note(&format!(
                    "rustup has no targets ({error}); building them from source"
                ));
            }
            Err(error) => return Err(error),
        }
    }
    match self::missing(project)?.as_slice() {
        [] => Ok(Work::Done),
        still => bail!(
            "this compiler still cannot build for {}\n  fix it with: rustup target add {}",
            still.join(", "),
            TARGETS.join(" ")
        ),
    }
}

/// Returns the methods to try, in order.
fn ways(chosen: Option<&str>, rustup: bool) -> anyhow::Result<Vec<Way>> {
    match (chosen, rustup) {
        (None, true) => Ok(vec![Way::Rustup, Way::Source]),
        (Some("source"), _) | (None, false) => Ok(vec![Way::Source]),
        (Some("rustup"), _) => Ok(vec![Way::Rustup]),
        (Some(other), _) => bail!("{WAY_VARIABLE} is “{other}”; use `source` or `rustup`"),
    }
}

/// The targets for which this compiler cannot build and link a program: it lacks the standard library,
/// or has that of another compiler.
fn missing(project: &Project) -> anyhow::Result<Vec<&'static str>> {
    let folder = project.kept("probe");
    fs::create_dir_all(&folder).with_context(|| format!("cannot write {}", folder.display()))?;
    let program = folder.join("probe.rs");
    fs::write(&program, "fn main() { println!(\"here\"); }\n")?;
    let builds = |target: &str| {
        let made = folder.join(target).with_extension("wasm");
        Tool::new(project, "rustc")
            .args(["--target", target, "-o"])
            .args([&made, &program])
            .succeeds()
    };
    Ok(TARGETS
        .into_iter()
        .filter(|target| !builds(target))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rustup_comes_first_and_source_can_be_chosen() {
        assert_eq!(ways(None, true).unwrap(), [Way::Rustup, Way::Source]);
        assert_eq!(ways(None, false).unwrap(), [Way::Source]);
        assert_eq!(ways(Some("source"), true).unwrap(), [Way::Source]);
        assert_eq!(ways(Some("rustup"), true).unwrap(), [Way::Rustup]);
        assert!(
            ways(Some("magic"), true)
                .unwrap_err()
                .to_string()
                .contains("BOWLINE_WASM_TARGETS is “magic”")
        );
    }

    #[test]
    fn the_script_does_nothing_where_the_targets_are() {
        let project = Project::find();
        assert!(
            missing(&project).unwrap().is_empty(),
            "run `cargo xtask setup` first"
        );
        Tool::new(&project, project.path(FROM_SOURCE))
            .env("BOWLINE_WASM_SOURCE_ARCHIVES", "/no such folder")
            .args(TARGETS)
            .run(&Screen::silent())
            .unwrap();
    }
}
