//! Runs other programs. A failure includes the command, its output, and how to fix it.

mod output;

use std::{
    ffi::OsStr,
    fmt::Write as _,
    path::Path,
    process::{Command, ExitStatus, Stdio},
};

use anyhow::anyhow;

use crate::{progress::Screen, project::Project};

/// A program to be run, with its arguments.
pub(crate) struct Tool {
    command: Command,
    shows_stdout: bool,
    fix: Option<String>,
}

impl Tool {
    /// A program, run in the project's folder with nothing on its standard input.
    pub(crate) fn new(project: &Project, program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(program);
        command.current_dir(project.root()).stdin(Stdio::null());
        Self {
            command,
            shows_stdout: false,
            fix: None,
        }
    }

    /// A Cargo command, building into the project's `target` from exactly what `Cargo.lock` names.
    pub(crate) fn cargo(project: &Project, command: &str) -> Self {
        let tool = Self::new(project, "cargo")
            .env("CARGO_TARGET_DIR", project.target(""))
            .args([command]);
        if command == "fmt" {
            return tool; // It reads no dependencies and knows no `--locked`.
        }
        tool.args(["--locked"])
    }

    /// Adds arguments.
    pub(crate) fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.command.args(args);
        self
    }

    /// Sets an environment variable.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs in another folder.
    pub(crate) fn within(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Passes the program's standard output through: a test runner's own lines.
    pub(crate) fn shown(mut self) -> Self {
        self.shows_stdout = true;
        self
    }

    /// What to type when it fails, where running it again is not the answer.
    pub(crate) fn fix(mut self, command: impl Into<String>) -> Self {
        self.fix = Some(command.into());
        self
    }

    /// Runs it to its end; what it says moves the progress line on.
    pub(crate) fn run(self, screen: &Screen) -> anyhow::Result<()> {
        let shows_stdout = self.shows_stdout;
        self.followed(screen, |line| {
            if shows_stdout {
                screen.print(line);
            }
            shows_stdout
        })
    }

    /// Runs it like [`Self::run`] and returns its standard output.
    pub(crate) fn output(self, screen: &Screen) -> anyhow::Result<String> {
        let mut output = String::new();
        self.followed(screen, |line| {
            output.push_str(line);
            output.push('\n');
            false
        })?;
        Ok(output)
    }

    /// Runs it to its end; `take` is given each line of its standard output, and says whether it was shown.
    fn followed(mut self, screen: &Screen, take: impl FnMut(&str) -> bool) -> anyhow::Result<()> {
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self
            .command
            .spawn()
            .map_err(|error| self.not_started(&error))?;
        let (status, kept) = output::follow(&mut child, take, screen)?;
        if status.success() {
            Ok(())
        } else {
            Err(self.failed(status, &kept))
        }
    }

    /// Runs a short command and returns its standard output.
    pub(crate) fn read(mut self) -> anyhow::Result<String> {
        let output = self
            .command
            .output()
            .map_err(|error| self.not_started(&error))?;
        if !output.status.success() {
            return Err(self.failed(
                output.status,
                String::from_utf8_lossy(&output.stderr).trim_end(),
            ));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Whether it runs and ends well; what it says is dropped.
    pub(crate) fn succeeds(mut self) -> bool {
        self.command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }

    fn not_started(&self, error: &std::io::Error) -> anyhow::Error {
        let fix = self
            .fix
            .as_ref()
            .map(|fix| format!("\n  fix it with: {fix}"))
            .unwrap_or_default();
        anyhow!(
            "cannot run {}: {error}{fix}",
            self.command.get_program().display()
        )
    }

    fn failed(&self, status: ExitStatus, said: &str) -> anyhow::Error {
        let line = self.line();
        let fix = match &self.fix {
            Some(fix) => format!("fix it with: {fix}"),
            None => "run that command alone to see its whole output".to_owned(),
        };
        anyhow!("{said}\n\n`{line}` ended with {status}\n  {fix}")
    }

    /// The program as one would type it.
    fn line(&self) -> String {
        let mut line = String::new();
        if let Some(folder) = self
            .command
            .get_current_dir()
            .filter(|folder| !folder.join("Cargo.lock").exists())
        {
            let _ = write!(line, "cd {} && ", quoted(folder.as_os_str()));
        }
        for (name, value) in self.command.get_envs() {
            if let Some(value) = value {
                let _ = write!(line, "{}={} ", name.display(), quoted(value));
            }
        }
        line.push_str(&quoted(self.command.get_program()));
        for arg in self.command.get_args() {
            let _ = write!(line, " {}", quoted(arg));
        }
        line
    }
}

/// A word as a shell takes it.
fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.into_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn words_are_quoted_as_a_shell_needs_it() {
        for (word, text) in [
            ("a/b-c=1", "a/b-c=1"),
            ("", "''"),
            ("a b", "'a b'"),
            ("it's", r"'it'\''s'"),
            ("$x", "'$x'"),
        ] {
            assert_eq!(quoted(word.as_ref()), text);
        }
    }

    #[test]
    fn a_failure_names_the_command_and_the_fix() {
        let project = Project::find();
        let script = ["-c", "echo out; echo err >&2; exit 3"];
        let error = Tool::new(&project, "sh")
            .args(script)
            .env("X", "1 2")
            .run(&Screen::silent())
            .unwrap_err();
        let text = error.to_string();
        assert!(text.contains("out") && text.contains("err"), "{text}");
        assert!(
            text.contains(
                "`X='1 2' sh -c 'echo out; echo err >&2; exit 3'` ended with exit status: 3"
            ),
            "{text}"
        );

        let error = Tool::new(&project, "no-such-program")
            .fix("install it")
            .run(&Screen::silent())
            .unwrap_err();
        assert!(
            error.to_string().contains("fix it with: install it"),
            "{error}"
        );
    }

    #[test]
    fn the_output_is_all_that_was_said_on_it() {
        let project = Project::find();
        let script = ["-c", "echo a; echo error >&2; echo; printf b"];
        let output = Tool::new(&project, "sh")
            .args(script)
            .output(&Screen::silent())
            .unwrap();
        assert_eq!(output, "a\n\nb\n");
    }

    #[test]
    fn what_a_program_leaves_running_is_not_waited_for() {
        let project = Project::find();
        let started = Instant::now();
        Tool::new(&project, "sh")
            .args(["-c", "sleep 30 & exit 0"])
            .run(&Screen::silent())
            .unwrap();
        assert!(started.elapsed() < Duration::from_secs(20));
    }
}
