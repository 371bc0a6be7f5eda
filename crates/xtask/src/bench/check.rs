//! A check beside skopeo, against the same registry at the same distances.

use crate::{project::Project, tool::Tool};

/// The section of the page. The set-up for tests and a build come before.
pub(crate) fn beside_skopeo(project: &Project) -> anyhow::Result<String> {
    let table = Tool::cargo(project)
        .args([
            "run",
            "--quiet",
            "-p",
            "bowline-tests",
            "--bin",
            "check-bench",
        ])
        .read()?;
    let version = Tool::new(project, "skopeo").args(["--version"]).read()?;
    Ok(format!("{table}\n{}.\n", version.trim()))
}
