//! Skips steps with unchanged inputs.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};

use crate::project::Project;

/// A digest of everything that a step reads.
#[derive(Default)]
pub(crate) struct Inputs(Sha256);

impl Inputs {
    /// Adds a text, such as a tool's version or arguments.
    pub(crate) fn text(mut self, text: &str) -> Self {
        self.0.update(text.len().to_le_bytes());
        self.0.update(text);
        self
    }

    /// Adds a file, or a folder with all in it except what is named in `except`.
    pub(crate) fn files(mut self, path: &Path, except: &[&str]) -> anyhow::Result<Self> {
        let mut files = Vec::new();
        walk(path, except, &mut files)
            .with_context(|| format!("cannot read {}", path.display()))?;
        files.sort();
        for file in files {
            let content =
                fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
            let name = file
                .strip_prefix(path)
                .unwrap_or(&file)
                .to_string_lossy()
                .into_owned();
            self = self.text(&name);
            self.0.update(content.len().to_le_bytes());
            self.0.update(content);
        }
        Ok(self)
    }
}

/// Remembers from which inputs something was made.
pub(crate) struct Stamp {
    file: PathBuf,
    digest: String,
}

impl Stamp {
    /// The stamp of this name for these inputs.
    pub(crate) fn new(project: &Project, name: &str, inputs: Inputs) -> Self {
        Self {
            file: project.kept("stamps").join(name),
            digest: hex(&inputs.0.finalize()),
        }
    }

    /// Whether it was made from just these inputs, and is still there.
    pub(crate) fn holds(&self, made: &Path) -> bool {
        made.exists() && fs::read_to_string(&self.file).is_ok_and(|kept| kept == self.digest)
    }

    /// Says that it is made. Before the making, [`Stamp::lift`], so that a broken half is never taken for whole.
    pub(crate) fn set(&self) -> anyhow::Result<()> {
        let folder = self.file.parent().context("a stamp lies in a folder")?;
        fs::create_dir_all(folder)?;
        fs::write(&self.file, &self.digest)
            .with_context(|| format!("cannot write {}", self.file.display()))
    }

    /// Says that it is not made.
    pub(crate) fn lift(&self) {
        let _ = fs::remove_file(&self.file);
    }
}

/// The SHA-256 of a content, in hexadecimal.
pub(crate) fn digest(content: &[u8]) -> String {
    hex(&Sha256::digest(content))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn walk(path: &Path, except: &[&str], files: &mut Vec<PathBuf>) -> io::Result<()> {
    if path.is_file() {
        files.push(path.to_path_buf());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if !except.iter().any(|name| entry.file_name() == *name) {
            walk(&entry.path(), except, files)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest_of(inputs: Inputs) -> Vec<u8> {
        inputs.0.finalize().to_vec()
    }

    #[test]
    fn inputs_that_differ_have_digests_that_differ() {
        let folder = std::env::temp_dir().join(format!("xtask-fresh-{}", std::process::id()));
        let of = || digest_of(Inputs::default().files(&folder, &["skipped"]).unwrap());
        fs::create_dir_all(folder.join("skipped")).unwrap();
        fs::write(folder.join("a"), "1").unwrap();
        let first = of();
        assert_eq!(of(), first, "the same files");

        fs::write(folder.join("skipped/x"), "1").unwrap();
        assert_eq!(of(), first, "a skipped folder");
        fs::write(folder.join("a"), "2").unwrap();
        let second = of();
        assert_ne!(second, first, "another content");
        fs::rename(folder.join("a"), folder.join("b")).unwrap();
        assert_ne!(of(), second, "another name");
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn texts_do_not_run_together() {
        let of = |texts: &[&str]| {
            digest_of(
                texts
                    .iter()
                    .fold(Inputs::default(), |inputs, text| inputs.text(text)),
            )
        };
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
    }
}
