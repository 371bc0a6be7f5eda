//! The Python packages of the end-to-end tests, in an environment of their own below `target`.

use std::fs;

use crate::{
    fresh::{Inputs, Stamp},
    progress::{Screen, Work},
    project::Project,
    tool::Tool,
};

/// The packages and their versions.
const REQUIREMENTS: &str = "tests/requirements.txt";

/// Where the environment is; the tests look for it there.
const FOLDER: &str = "python";

/// Installs the packages in [`REQUIREMENTS`], if it changed.
pub(super) fn ensure(project: &Project, screen: &Screen) -> anyhow::Result<Work> {
    let folder = project.target(FOLDER);
    let requirements = project.path(REQUIREMENTS);
    let version = Tool::new(project, "python3")
        .args(["--version"])
        .fix("install Python 3.10 or newer with venv; on Debian: apt-get install -y python3-venv")
        .read()?;
    let inputs = Inputs::default()
        .text(version.trim())
        .files(&requirements, &[])?;
    let stamp = Stamp::new(project, FOLDER, inputs);
    if stamp.holds(&folder.join("bin/moto_server")) {
        return Ok(Work::Fresh);
    }
    stamp.lift();
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    Tool::new(project, "python3")
        .args(["-m", "venv"])
        .args([&folder])
        .fix("apt-get install -y python3-venv")
        .run(screen)?;
    Tool::new(project, folder.join("bin/pip"))
        .args(["install", "--no-deps", "--disable-pip-version-check", "-r"])
        .args([&requirements])
        .run(screen)?;
    stamp.set()?;
    Ok(Work::Done)
}
