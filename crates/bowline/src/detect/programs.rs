//! The programs that speak to registries, and their verbs.

/// The programs that speak to registries.
pub(super) const PROGRAMS: [&str; 21] = [
    "docker",
    "podman",
    "nerdctl",
    "buildah",
    "finch",
    "container",
    "skopeo",
    "oras",
    "helm",
    "crane",
    "regctl",
    "cosign",
    "ctr",
    "crictl",
    "kubectl",
    "oc",
    "ko",
    "notation",
    "singularity",
    "apptainer",
    "trivy",
];

/// The first of [`PROGRAMS`], which run containers and whose verbs may be about these.
pub(super) const CONTAINERS: usize = 6;

/// The verbs after which an image is named, and those that only lead to them.
pub(super) const VERBS: &[&str] = &[
    "login",
    "pull",
    "push",
    "run",
    "create",
    "build",
    "tag",
    "rmi",
    "history",
    "save",
    "inspect",
    "copy",
    "cp",
    "digest",
    "manifest",
    "list-tags",
    "tags",
    "ls",
    "list",
    "config",
    "export",
    "fetch",
    "discover",
    "verify",
    "sign",
    "image",
    "images",
    "i",
    "container",
    "buildx",
    "imagetools",
    "repo",
    "install",
    "upgrade",
    "template",
];

/// The verbs that lead to another one: `docker image pull`.
pub(super) const GROUPS: &[&str] = &[
    "image",
    "images",
    "i",
    "container",
    "manifest",
    "buildx",
    "imagetools",
    "repo",
    "tag",
    "service",
    "artifact",
    "set",
];
