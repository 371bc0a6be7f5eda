//! Runs steps in order and shows the current step, its duration, and the estimated time left.
//!
//! On a terminal, it shows a bar. Elsewhere (CI), it prints a line when a step starts, when it ends, and every 30
//! seconds. All of it goes to standard error. Standard output is for the output of the commands.

use std::{
    borrow::Cow,
    cell::RefCell,
    io::{IsTerminal as _, stderr},
    time::{Duration, Instant},
};

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    project::Project,
    times::{Times, left, spoken},
};

/// How often a long step prints that it is still running, without a bar.
const SIGN_OF_LIFE: Duration = Duration::from_secs(30);

/// What a step found to do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// It was done.
    Done,
    /// Nothing: it was done before.
    Fresh,
}

type Job<'a> = Box<dyn FnOnce(&Screen) -> anyhow::Result<Work> + 'a>;

/// One step of a command.
pub(crate) struct Step<'a> {
    key: &'static str,
    title: Cow<'static, str>,
    guess: Duration,
    work: Job<'a>,
}

impl<'a> Step<'a> {
    /// Creates a step. `key` identifies its recorded duration. `guess` is its first estimate in seconds on two cores.
    pub(crate) fn new(
        key: &'static str,
        title: impl Into<Cow<'static, str>>,
        guess: u64,
        work: impl FnOnce(&Screen) -> anyhow::Result<Work> + 'a,
    ) -> Self {
        Self {
            key,
            title: title.into(),
            guess: Duration::from_secs(guess),
            work: Box::new(work),
        }
    }

    /// What its time is remembered by.
    pub(crate) fn key(&self) -> &'static str {
        self.key
    }
}

/// Runs the steps in order. The first failure ends the run.
pub(crate) fn run(project: &Project, steps: Vec<Step<'_>>) -> anyhow::Result<()> {
    let file = project.target("xtask-times.json");
    let mut times = Times::load(&file);
    let estimates: Vec<_> = steps
        .iter()
        .map(|step| times.estimate(step.key, step.guess))
        .collect();
    let screen = Screen::new(&estimates);
    for (index, step) in steps.into_iter().enumerate() {
        screen.start(index, step.title.clone());
        let started = Instant::now();
        let work =
            (step.work)(&screen).with_context(|| format!("{} failed", lower_first(&step.title)));
        screen.end(work.as_ref().ok().copied());
        work?;
        times.record(step.key, started.elapsed());
        times.save(&file);
    }
    screen.close();
    Ok(())
}

/// Where progress is shown.
pub(crate) struct Screen {
    estimates: Vec<Duration>,
    started: Instant,
    bar: Option<ProgressBar>,
    silent: bool,
    now: RefCell<Now>,
}

/// The step that is running.
struct Now {
    index: usize,
    title: Cow<'static, str>,
    started: Instant,
    spoke: Instant,
    note: String,
}

impl Screen {
    fn new(estimates: &[Duration]) -> Self {
        let total = estimates.iter().sum::<Duration>();
        let bar = stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(total.as_millis().try_into().unwrap_or(u64::MAX));
            let style = ProgressStyle::with_template("{spinner} [{bar:24}] {prefix} {wide_msg}");
            bar.set_style(
                style
                    .unwrap_or_else(|_| ProgressStyle::default_bar())
                    .progress_chars("=> "),
            );
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Self {
            estimates: estimates.to_vec(),
            started: Instant::now(),
            bar,
            silent: false,
            now: Now::begin(0, "").into(),
        }
    }

    /// One that shows nothing.
    pub(crate) fn silent() -> Self {
        let now = Now::begin(0, "").into();
        Self {
            estimates: Vec::new(),
            started: Instant::now(),
            bar: None,
            silent: true,
            now,
        }
    }

    /// Says what is happening within the step: usually the last line of a tool.
    pub(crate) fn note(&self, note: &str) {
        note.clone_into(&mut self.now.borrow_mut().note);
        self.tick();
    }

    /// Writes a line of a tool to standard output.
    pub(crate) fn print(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| println!("{line}")),
            None if self.silent => {}
            None => println!("{line}"),
        }
    }

    /// Updates the bar, or prints that the step is still running.
    pub(crate) fn tick(&self) {
        let mut now = self.now.borrow_mut();
        let elapsed = now.started.elapsed();
        if let Some(bar) = &self.bar {
            let estimate = self.estimates.get(now.index).copied().unwrap_or_default();
            let before: Duration = self.estimates.iter().take(now.index).sum();
            bar.set_position(
                (before + elapsed.min(estimate))
                    .as_millis()
                    .try_into()
                    .unwrap_or(u64::MAX),
            );
            bar.set_prefix(self.headline(&now));
            bar.set_message(now.note.clone());
        } else if now.spoke.elapsed() >= SIGN_OF_LIFE && !self.silent {
            now.spoke = Instant::now();
            eprintln!(
                "        {} so far, {}: {}",
                spoken(elapsed),
                self.left(&now),
                now.note
            );
        }
    }

    fn start(&self, index: usize, title: Cow<'static, str>) {
        self.now.replace(Now::begin(index, title));
        if self.bar.is_none() && !self.silent {
            eprintln!("{}", self.headline(&self.now.borrow()));
        }
        self.tick();
    }

    fn end(&self, work: Option<Work>) {
        let now = self.now.borrow();
        let outcome = match work {
            Some(Work::Done) => format!("done in {}", spoken(now.started.elapsed())),
            Some(Work::Fresh) => "nothing to do".to_owned(),
            None => format!("failed after {}", spoken(now.started.elapsed())),
        };
        match &self.bar {
            Some(bar) => bar.suspend(|| eprintln!("{} {}: {outcome}", self.place(&now), now.title)),
            None if self.silent => {}
            None => eprintln!("        {outcome}"),
        }
    }

    fn close(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        if !self.silent && self.estimates.len() > 1 {
            eprintln!(
                "All {} steps done in {}.",
                self.estimates.len(),
                spoken(self.started.elapsed())
            );
        }
    }

    fn headline(&self, now: &Now) -> String {
        format!(
            "{} {} ({} so far in total, {})",
            self.place(now),
            now.title,
            spoken(self.started.elapsed()),
            self.left(now)
        )
    }

    fn place(&self, now: &Now) -> String {
        format!("[{:>2}/{}]", now.index + 1, self.estimates.len())
    }

    fn left(&self, now: &Now) -> String {
        let (running, to_come) = match self.estimates.get(now.index..) {
            Some([running, to_come @ ..]) => (*running, to_come),
            _ => (Duration::ZERO, &[][..]),
        };
        match left(running, now.started.elapsed(), to_come) {
            Duration::ZERO => "longer than last time".to_owned(),
            left => format!("about {} left", spoken(left)),
        }
    }
}

impl Now {
    fn begin(index: usize, title: impl Into<Cow<'static, str>>) -> Self {
        Self {
            index,
            title: title.into(),
            started: Instant::now(),
            spoke: Instant::now(),
            note: String::new(),
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn lower_first(title: &str) -> String {
    let mut chars = title.chars();
    chars
        .next()
        .map(|first| first.to_lowercase().chain(chars).collect())
        .unwrap_or_default()
}
