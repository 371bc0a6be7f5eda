//! Programs of the system that the tests need.

use std::{
    path::PathBuf,
    process::{Command, Output},
};

/// A program that a Debian package brings.
#[derive(Clone, Copy, Debug)]
pub struct Tool {
    program: &'static str,
    package: &'static str,
}

/// The reference registry.
pub const DOCKER_REGISTRY: Tool = Tool {
    program: "docker-registry",
    package: "docker-registry",
};
/// Pushes and reads images without a daemon.
pub const SKOPEO: Tool = Tool {
    program: "skopeo",
    package: "skopeo",
};
/// Makes images without a daemon.
pub const UMOCI: Tool = Tool {
    program: "umoci",
    package: "umoci",
};
/// Runs a container.
pub const RUNC: Tool = Tool {
    program: "runc",
    package: "runc",
};
/// The browser.
pub const CHROMIUM: Tool = Tool {
    program: "chromium",
    package: "chromium",
};
/// What drives the browser.
pub const CHROMEDRIVER: Tool = Tool {
    program: "chromedriver",
    package: "chromium-driver",
};

impl Tool {
    /// Where the program is; panics with the command that installs it where it is not.
    pub fn path(self) -> PathBuf {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path)
            .map(|folder| folder.join(self.program))
            .find(|file| file.is_file())
            .unwrap_or_else(|| {
                panic!(
                    "{} is not installed. Run: apt-get install -y --no-install-recommends {}",
                    self.program, self.package
                )
            })
    }

    /// A command that starts the program.
    pub fn command(self) -> Command {
        Command::new(self.path())
    }

    /// Runs the program to its end; panics with its output when it fails.
    pub fn run(self, arguments: &[&str]) -> Output {
        let output = self
            .command()
            .args(arguments)
            .output()
            .expect("a program that is installed starts");
        assert!(
            output.status.success(),
            "{} {} failed: {}",
            self.program,
            arguments.first().unwrap_or(&""),
            String::from_utf8_lossy(&output.stderr)
        );
        output
    }
}
