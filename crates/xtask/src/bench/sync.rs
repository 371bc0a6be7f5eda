//! Syncs of a registry beside skopeo, at the same distances.

use crate::{project::Project, tool::Tool};

/// The section of the page. The set-up for tests, a build and the host for speed come before.
pub(super) fn beside_skopeo(project: &Project) -> anyhow::Result<String> {
    Tool::cargo(project)
        .args(["run", "--quiet", "--release", "-p", "bowline-tests"])
        .args(["--bin", "sync-bench"])
        .read()
}
