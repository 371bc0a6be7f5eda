//! The names of Docker Hub.

/// Docker Hub, as it is shown. It is the default domain of the reference grammar, hence known here.
pub(crate) const DOCKER_HUB: &str = "docker.io";

/// The names that Docker Hub has had; its API answers at the last.
pub(super) const DOCKER_HUB_NAMES: [&str; 3] =
    [DOCKER_HUB, "index.docker.io", "registry-1.docker.io"];
