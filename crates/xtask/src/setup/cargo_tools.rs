//! Cargo's own tools: each of one version, installed into `target/xtask/tools` unless the machine has it.

use std::path::PathBuf;

use crate::{
    fresh::{Inputs, Stamp},
    progress::{Screen, Work},
    project::{Project, on_path},
    tool::Tool,
};

/// A program that `cargo install` installs.
#[derive(Clone, Copy)]
pub(crate) struct CargoTool {
    name: &'static str,
    version: &'static str,
}

/// Checks the dependencies' licenses and sources with `deny.toml`.
pub(crate) const DENY: CargoTool = CargoTool {
    name: "cargo-deny",
    version: "0.20.2",
};

/// Builds the fuzz targets.
pub(crate) const FUZZ: CargoTool = CargoTool {
    name: "cargo-fuzz",
    version: "0.13.2",
};

impl CargoTool {
    /// Installs it, if the machine does not have it.
    pub(crate) fn ensure(self, project: &Project, screen: &Screen) -> anyhow::Result<Work> {
        if on_path(self.name).is_some() {
            return Ok(Work::Fresh);
        }
        let stamp = Stamp::new(project, self.name, Inputs::default().text(self.version));
        if stamp.holds(&self.installed(project)) {
            return Ok(Work::Fresh);
        }
        stamp.lift();
        Tool::new(project, "cargo")
            .args(["install", "--locked", "--force", self.name])
            .args(["--version", self.version, "--root"])
            .args([project.kept("tools")])
            .run(screen)?;
        stamp.set()?;
        Ok(Work::Done)
    }

    /// A run of it.
    pub(crate) fn run(self, project: &Project) -> Tool {
        Tool::new(
            project,
            on_path(self.name).unwrap_or_else(|| self.installed(project)),
        )
    }

    fn installed(self, project: &Project) -> PathBuf {
        project.kept("tools").join("bin").join(self.name)
    }
}
