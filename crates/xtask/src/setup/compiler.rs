//! The compiler: which versions the project supports, and how strictly their lints are taken.

use anyhow::{Context as _, bail};

use crate::{progress::Work, project::Project, tool::Tool};

/// The oldest supported version, `rust-version` of the workspace. It is also the version that the project is tested
/// with.
const OLDEST: &str = env!("CARGO_PKG_RUST_VERSION");

/// How to get a supported compiler.
const UPDATE: &str = "rustup update stable";

/// How the lints of a compiler are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lints {
    /// A warning fails the check: the compiler is the one that the project is tested with.
    Errors,
    /// A warning stays a warning: a newer compiler has lints that the project has not met.
    Warnings,
}

impl Lints {
    /// How the lints of the compiler on this machine are taken.
    pub(crate) fn of(project: &Project) -> anyhow::Result<Self> {
        judge(&version(project)?)
    }

    /// The flags for rustc and Clippy.
    pub(crate) fn flags(self) -> &'static [&'static str] {
        match self {
            Self::Errors => &["-D", "warnings"],
            Self::Warnings => &[],
        }
    }
}

/// Fails if the compiler on this machine is not supported.
pub(super) fn ensure(project: &Project) -> anyhow::Result<Work> {
    judge(&version(project)?)?;
    Ok(Work::Fresh)
}

/// What `rustc --version` prints.
fn version(project: &Project) -> anyhow::Result<String> {
    Tool::new(project, "rustc")
        .args(["--version"])
        .fix(format!("install Rust {OLDEST} or newer with rustup"))
        .read()
}

fn judge(version: &str) -> anyhow::Result<Lints> {
    let version = version.trim();
    let found = minor(version)
        .with_context(|| format!("cannot read the compiler's version “{version}”"))?;
    let oldest = minor(&format!("rustc {OLDEST}")).context("rust-version is not a version")?;
    if found < oldest {
        bail!(
            "this compiler is {version}; the project supports Rust {OLDEST} and newer\n  fix it with: {UPDATE}"
        );
    }
    Ok(if found == oldest {
        Lints::Errors
    } else {
        Lints::Warnings
    })
}

/// The first two numbers of `rustc 1.95.0 (59807616e 2026-04-14)`.
fn minor(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.strip_prefix("rustc ")?.split([' ', '.', '-']);
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_supported_compilers_are_named() {
        for (version, expected) in [
            ("rustc 1.95.0 (59807616e 2026-04-14)", Ok(Lints::Errors)),
            ("rustc 1.95.1\n", Ok(Lints::Errors)),
            (
                "rustc 1.97.0-nightly (1f8e04d34 2026-05-18)",
                Ok(Lints::Warnings),
            ),
            ("rustc 2.0.0 (59807616e 2030-04-14)", Ok(Lints::Warnings)),
            (
                "rustc 1.63.0",
                Err(
                    "this compiler is rustc 1.63.0; the project supports Rust 1.95 and newer\n  \
                    fix it with: rustup update stable",
                ),
            ),
            ("gcc 12", Err("cannot read the compiler's version “gcc 12”")),
        ] {
            let found = judge(version).map_err(|error| error.to_string());
            assert_eq!(found, expected.map_err(str::to_owned), "{version}");
        }
    }
}
