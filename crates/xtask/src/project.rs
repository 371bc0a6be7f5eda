//! Where things are in the project.

use std::{
    env,
    path::{Path, PathBuf},
};

/// The workspace on this machine.
pub(crate) struct Project {
    root: PathBuf,
}

impl Project {
    /// The project that this command was built from.
    pub(crate) fn find() -> Self {
        let manifest =
            env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let root = Path::new(&manifest)
            .ancestors()
            .nth(2)
            .unwrap_or(Path::new("."))
            .to_path_buf();
        Self { root }
    }

    /// The workspace's folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A file or folder of the workspace.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// What Cargo and this command make. Always `target`, since `spin.toml` names files in it.
    pub(crate) fn target(&self, relative: &str) -> PathBuf {
        self.root.join("target").join(relative)
    }

    /// What only this command keeps: stamps, times, downloads.
    pub(crate) fn kept(&self, relative: &str) -> PathBuf {
        self.target("xtask").join(relative)
    }
}

/// The program of this name on the search path.
pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}
