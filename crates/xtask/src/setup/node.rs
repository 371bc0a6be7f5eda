//! The node packages of `web/`, which also hold the tools of the npm package (binaryen, TypeScript).

use anyhow::{Context as _, bail};

use crate::{
    fresh::{Inputs, Stamp},
    progress::{Screen, Work},
    project::Project,
    tool::Tool,
};

/// The oldest Node that the project works with.
const OLDEST_NODE: u32 = 20;

/// Installs the packages in `web/package-lock.json`, if it changed.
pub(super) fn ensure(project: &Project, screen: &Screen) -> anyhow::Result<Work> {
    let fix = "install Node 20 or newer with npm, then run it again";
    let version = Tool::new(project, "node")
        .args(["--version"])
        .fix(fix)
        .read()?;
    let version = version.trim();
    if major(version).context("`node --version` printed no version")? < OLDEST_NODE {
        bail!("Node is {version}\n  fix it with: {fix}");
    }
    install(project, "web", screen)
}

/// Installs the packages in the lock file of a folder, if it changed.
pub(crate) fn install(project: &Project, folder: &str, screen: &Screen) -> anyhow::Result<Work> {
    let within = project.path(folder);
    let version = Tool::new(project, "node").args(["--version"]).read()?;
    let inputs = Inputs::default()
        .text(version.trim())
        .files(&within.join("package-lock.json"), &[])?;
    let stamp = Stamp::new(
        project,
        &format!("node-{}", folder.replace('/', "-")),
        inputs,
    );
    // npm writes this file last.
    if stamp.holds(&within.join("node_modules/.package-lock.json")) {
        return Ok(Work::Fresh);
    }
    stamp.lift();
    Tool::new(project, "npm")
        .within(&within)
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .run(screen)?;
    stamp.set()?;
    Ok(Work::Done)
}

/// The first number of `v20.20.2`.
fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn a_node_version_has_a_major_number() {
        for (version, expected) in [
            ("v20.20.2", Some(20)),
            ("v8.0.0", Some(8)),
            ("20.1.0", None),
            ("", None),
        ] {
            assert_eq!(major(version), expected, "{version}");
        }
    }
}
