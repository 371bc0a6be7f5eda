//! Programs from system packages that tests and the demo registry need.

use std::fs;

use anyhow::bail;

use crate::{
    progress::{Screen, Work},
    project::{Project, on_path},
    tool::Tool,
};

/// What programs are needed for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Building and serving: nothing from the system.
    Serving,
    /// `up --demo-registry`: a registry, and what pushes an image.
    DemoRegistry,
    /// `image`: what makes an image, and what gets one from a registry.
    Image,
    /// The tests of the image: those, and what runs a container.
    ImageTests,
    /// The tests: what the demo registry needs, what makes images, a browser, Python, and PostgreSQL.
    Tests,
}

/// A program and the Debian package that has it.
struct Program {
    name: &'static str,
    package: &'static str,
}

const REGISTRY: [Program; 1] = [Program {
    name: "docker-registry",
    package: "docker-registry",
}];
const IMAGES: [Program; 2] = [
    Program {
        name: "skopeo",
        package: "skopeo",
    },
    Program {
        name: "umoci",
        package: "umoci",
    },
];
const CONTAINERS: [Program; 1] = [Program {
    name: "runc",
    package: "runc",
}];
const TESTING: [Program; 4] = [
    Program {
        name: "chromium",
        package: "chromium",
    },
    Program {
        name: "chromedriver",
        package: "chromium-driver",
    },
    Program {
        name: "python3",
        package: "python3-venv",
    },
    // The server itself is not on the path: each version has a folder.
    Program {
        name: "pg_ctlcluster",
        package: "postgresql",
    },
];

impl Purpose {
    fn programs(self) -> impl Iterator<Item = &'static Program> {
        let [skopeo, _] = &IMAGES;
        let groups: [&'static [Program]; 3] = match self {
            Self::Serving => [&[], &[], &[]],
            Self::DemoRegistry => [&REGISTRY, std::slice::from_ref(skopeo), &[]],
            Self::Image => [&[], &IMAGES, &[]],
            Self::ImageTests => [&[], &IMAGES, &CONTAINERS],
            Self::Tests => [&REGISTRY, &IMAGES, &TESTING],
        };
        groups.into_iter().flatten()
    }

    /// The Debian packages of the programs that are wanted for it.
    pub(super) fn packages(self) -> Vec<&'static str> {
        self.programs().map(|program| program.package).collect()
    }
}

/// Installs the packages of the missing programs.
pub(crate) fn ensure(project: &Project, purpose: Purpose, screen: &Screen) -> anyhow::Result<Work> {
    let missing: Vec<_> = purpose
        .programs()
        .filter(|program| on_path(program.name).is_none())
        .collect();
    if missing.is_empty() {
        return Ok(Work::Fresh);
    }
    let packages: Vec<_> = missing.iter().map(|program| program.package).collect();
    let names = missing
        .iter()
        .map(|program| program.name)
        .collect::<Vec<_>>()
        .join(", ");
    let install = format!(
        "apt-get update && apt-get install -y --no-install-recommends {}",
        packages.join(" ")
    );
    if !is_debian_family(&fs::read_to_string("/etc/os-release").unwrap_or_default())
        || on_path("apt-get").is_none()
    {
        bail!(
            "{names} missing\n  fix it with: your system's package manager; on Debian: {install}"
        );
    }
    if Tool::new(project, "id").args(["-u"]).read()?.trim() != "0" {
        bail!(
            "{names} missing, and only root can install packages\n  fix it with: sudo sh -c '{install}'"
        );
    }
    let apt = || {
        Tool::new(project, "apt-get")
            .env("DEBIAN_FRONTEND", "noninteractive")
            .fix(&*install)
    };
    apt().args(["update"]).run(screen)?;
    apt()
        .args(["install", "-y", "--no-install-recommends"])
        .args(&packages)
        .run(screen)?;
    Ok(Work::Done)
}

/// Whether `/etc/os-release` is that of Debian or of a system made from it.
fn is_debian_family(os_release: &str) -> bool {
    let fields = os_release.lines().filter_map(|line| line.split_once('='));
    let ids = fields.filter(|(name, _)| matches!(*name, "ID" | "ID_LIKE"));
    ids.flat_map(|(_, value)| value.trim_matches('"').split_whitespace())
        .any(|id| id == "debian")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debian_and_what_is_made_from_it_is_known() {
        for (os_release, expected) in [
            ("NAME=Debian\nID=debian\n", true),
            ("ID=ubuntu\nID_LIKE=debian\n", true),
            ("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", true),
            ("ID=fedora\nHOME=\"debian\"\n", false),
            ("", false),
        ] {
            assert_eq!(is_debian_family(os_release), expected, "{os_release}");
        }
    }

    #[test]
    fn serving_needs_nothing_from_the_system() {
        assert!(Purpose::Serving.packages().is_empty());
        assert_eq!(
            Purpose::Tests.packages(),
            [
                "docker-registry",
                "skopeo",
                "umoci",
                "chromium",
                "chromium-driver",
                "python3-venv",
                "postgresql"
            ]
        );
    }
}
