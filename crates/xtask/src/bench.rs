//! `cargo xtask bench`: the budgets of design.md that can be measured so far, those of the browser module.

use crate::{
    build, progress,
    project::Project,
    setup::{self, Purpose},
    tool::Tool,
};

/// Builds, and prints the module's size and the time of a form's check.
pub(crate) fn run(project: &Project) -> anyhow::Result<()> {
    let mut all = setup::steps(project, Purpose::Serving);
    all.extend(build::steps(project));
    progress::run(project, all)?;
    print!(
        "{}",
        Tool::new(project, "node")
            .args(["crates/bowline-wasm/bench/check-form.mjs"])
            .read()?
    );
    Ok(())
}
