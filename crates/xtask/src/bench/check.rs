//! Section `check`: a check beside skopeo, against the same registry at the same distances.

use crate::{
    build, progress,
    project::Project,
    setup::{self, Purpose},
    tool::Tool,
};

/// Gets and builds what it needs, and measures.
pub(crate) fn run(project: &Project) -> anyhow::Result<()> {
    let mut all = setup::steps(project, Purpose::Tests);
    all.extend(build::steps(project));
    progress::run(project, all)?;
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
    print!("{table}");
    Ok(())
}
