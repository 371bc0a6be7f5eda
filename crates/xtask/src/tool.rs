//! Other programs, run so that a failure says what was run, what it said and what mends it.

use std::{
    collections::VecDeque,
    ffi::OsStr,
    fmt::Write as _,
    io::{BufRead as _, BufReader, Read},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, anyhow};

use crate::{progress::Screen, project::Project};

/// How much of what a program said is repeated when it fails.
const LINES_KEPT: usize = 120;

/// How long the output of a program that has ended is waited for: something it left running may hold it open.
const PATIENCE_AFTER_END: Duration = Duration::from_secs(2);

/// A program to be run, with its arguments.
pub(crate) struct Tool {
    command: Command,
    shows_stdout: bool,
    mend: Option<String>,
}

impl Tool {
    /// A program, run in the project's folder with nothing on its standard input.
    pub(crate) fn new(project: &Project, program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(program);
        command.current_dir(project.root()).stdin(Stdio::null());
        Self {
            command,
            shows_stdout: false,
            mend: None,
        }
    }

    /// Cargo, building into the project's `target`.
    pub(crate) fn cargo(project: &Project) -> Self {
        Self::new(project, "cargo").env("CARGO_TARGET_DIR", project.target(""))
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
    pub(crate) fn mend(mut self, command: impl Into<String>) -> Self {
        self.mend = Some(command.into());
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

    /// Runs it to its end as [`Self::run`] does, and gives back its standard output.
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
        let (status, kept) = follow(&mut child, take, screen)?;
        if status.success() {
            Ok(())
        } else {
            Err(self.failed(status, &kept))
        }
    }

    /// Runs what ends at once, and gives back its standard output.
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
        let mend = self
            .mend
            .as_ref()
            .map(|mend| format!("\n  mend it with: {mend}"))
            .unwrap_or_default();
        anyhow!(
            "cannot run {}: {error}{mend}",
            self.command.get_program().display()
        )
    }

    fn failed(&self, status: ExitStatus, said: &str) -> anyhow::Error {
        let line = self.line();
        let mend = match &self.mend {
            Some(mend) => format!("mend it with: {mend}"),
            None => "run that alone to look closer".to_owned(),
        };
        anyhow!("{said}\n\n`{line}` ended with {status}\n  {mend}")
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

enum Said {
    Out(String),
    Err(String),
}

/// Follows a running program to its end. Gives its status and the last lines that were not shown.
fn follow(
    child: &mut Child,
    mut take: impl FnMut(&str) -> bool,
    screen: &Screen,
) -> anyhow::Result<(ExitStatus, String)> {
    let lines = listen(child)?;
    let mut kept = VecDeque::new();
    let mut ended: Option<(ExitStatus, Instant)> = None;
    loop {
        match lines.recv_timeout(Duration::from_millis(200)) {
            Ok(Said::Out(line)) if take(&line) => {}
            Ok(Said::Out(line) | Said::Err(line)) => {
                screen.note(line.trim());
                if !is_passing(&line) {
                    if kept.len() == LINES_KEPT {
                        kept.pop_front();
                    }
                    kept.push_back(line);
                }
            }
            Err(RecvTimeoutError::Timeout) => screen.tick(),
            Err(RecvTimeoutError::Disconnected) => break,
        }
        match ended {
            None => ended = child.try_wait()?.map(|status| (status, Instant::now())),
            Some((_, since)) if since.elapsed() > PATIENCE_AFTER_END => break,
            Some(_) => {}
        }
    }
    let status = child.wait().context("a program's end was not seen")?;
    Ok((status, Vec::from(kept).join("\n")))
}

/// Whether a line only says that Cargo gets on; it explains no failure.
fn is_passing(line: &str) -> bool {
    let passing = [
        "Compiling ",
        "Checking ",
        "Downloading ",
        "Downloaded ",
        "Fresh ",
        "Finished ",
        "Blocking ",
    ];
    line.starts_with(' ')
        && passing
            .iter()
            .any(|verb| line.trim_start().starts_with(verb))
}

fn listen(child: &mut Child) -> anyhow::Result<Receiver<Said>> {
    let (sender, lines) = channel();
    let out = child.stdout.take().context("standard output is piped")?;
    let err = child.stderr.take().context("standard error is piped")?;
    read_lines(out, sender.clone(), Said::Out);
    read_lines(err, sender, Said::Err);
    Ok(lines)
}

fn read_lines(from: impl Read + Send + 'static, to: Sender<Said>, kind: fn(String) -> Said) {
    thread::spawn(move || {
        let mut from = BufReader::new(from);
        let mut line = Vec::new();
        while from.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            let text = String::from_utf8_lossy(&line)
                .trim_end_matches(['\n', '\r'])
                .to_owned();
            line.clear();
            if to.send(kind(text)).is_err() {
                return;
            }
        }
    });
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
    fn a_failure_names_the_command_and_what_mends_it() {
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
            .mend("install it")
            .run(&Screen::silent())
            .unwrap_err();
        assert!(
            error.to_string().contains("mend it with: install it"),
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
