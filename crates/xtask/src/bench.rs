//! `cargo xtask bench`: measures every budget beside peers and writes the results to `docs/benchmarks.md`.

mod build;
mod measure;

use std::{cell::RefCell, fs};

use anyhow::Context as _;

use crate::{
    build as application, progress,
    project::Project,
    setup::{self, Purpose},
};

pub(crate) use build::PEERS;

/// The page that the results replace.
const PAGE: &str = "docs/benchmarks.md";

/// Builds, measures, writes the page and prints it.
pub(crate) fn run(project: &Project) -> anyhow::Result<()> {
    let page = RefCell::default();
    let mut all = setup::steps(project, Purpose::Tests);
    all.extend(application::steps(project));
    all.extend(build::steps(project));
    all.extend(measure::steps(project, &page));
    progress::run(project, all)?;
    let page: String = page.take();
    fs::write(project.path(PAGE), &page).with_context(|| format!("cannot write {PAGE}"))?;
    print!("{page}");
    Ok(())
}
