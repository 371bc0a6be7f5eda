//! The output of a running program, line by line until its end.

use std::{
    collections::VecDeque,
    io::{BufRead as _, BufReader, Read},
    process::{Child, ExitStatus},
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    thread,
    time::{Duration, Instant},
};

use anyhow::Context as _;

use crate::progress::Screen;

/// How many lines of a program's output are repeated when it fails.
const LINES_KEPT: usize = 120;

/// How long to wait for more output after a program ended: a process that it left running may hold the pipe open.
const PATIENCE_AFTER_END: Duration = Duration::from_secs(2);

/// A line of output.
enum Line {
    Out(String),
    Err(String),
}

/// Follows a running program to its end; `take` gets each line of standard output and returns whether it was shown.
/// Returns the exit status and the last lines that were not shown.
pub(super) fn follow(
    child: &mut Child,
    mut take: impl FnMut(&str) -> bool,
    screen: &Screen,
) -> anyhow::Result<(ExitStatus, String)> {
    let lines = listen(child)?;
    let mut kept = VecDeque::new();
    let mut ended: Option<(ExitStatus, Instant)> = None;
    loop {
        match lines.recv_timeout(Duration::from_millis(200)) {
            Ok(Line::Out(line)) if take(&line) => {}
            Ok(Line::Out(line) | Line::Err(line)) => {
                screen.note(line.trim());
                if !is_progress(&line) {
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

/// Whether a line only reports that Cargo makes progress. It explains no failure.
fn is_progress(line: &str) -> bool {
    let verbs = [
        "Compiling ",
        "Checking ",
        "Downloading ",
        "Downloaded ",
        "Fresh ",
        "Finished ",
        "Blocking ",
    ];
    line.starts_with(' ') && verbs.iter().any(|verb| line.trim_start().starts_with(verb))
}

fn listen(child: &mut Child) -> anyhow::Result<Receiver<Line>> {
    let (sender, lines) = channel();
    let out = child.stdout.take().context("standard output is piped")?;
    let err = child.stderr.take().context("standard error is piped")?;
    read_lines(out, sender.clone(), Line::Out);
    read_lines(err, sender, Line::Err);
    Ok(lines)
}

fn read_lines(from: impl Read + Send + 'static, to: Sender<Line>, kind: fn(String) -> Line) {
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
