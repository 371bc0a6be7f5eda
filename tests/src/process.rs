//! Programs that run beside a test and end with it.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Arc, Mutex,
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread,
    time::{Duration, Instant},
};

use rustix::{
    param::clock_ticks_per_second,
    process::{Pid, Signal, kill_process},
};

/// How long a program may take to say that it is ready, or to end: far longer than it needs on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);

/// A running program. Its output is read line by line and kept; it is killed when this is dropped.
pub struct Process {
    name: String,
    child: Child,
    lines: Receiver<String>,
    log: Arc<Mutex<Vec<String>>>,
}

impl Process {
    /// Starts `command`. `name` is what messages call it.
    pub fn start(name: &str, mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        let (sender, lines) = mpsc::channel();
        let log = Arc::default();
        read_lines(child.stdout.take().expect("stdout is piped"), &sender, &log);
        read_lines(child.stderr.take().expect("stderr is piped"), &sender, &log);
        Self {
            name: name.to_owned(),
            child,
            lines,
            log,
        }
    }

    /// Waits for a line that `find` takes, and gives what it made of it. Panics with all output so far when the
    /// program ends or a minute passes before.
    pub fn wait_for<T>(&self, what: &str, mut find: impl FnMut(&str) -> Option<T>) -> T {
        let started = Instant::now();
        loop {
            match self
                .lines
                .recv_timeout(LIMIT.saturating_sub(started.elapsed()))
            {
                Ok(line) => {
                    if let Some(found) = find(&line) {
                        return found;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    panic!("{} did not print {what}:\n{}", self.name, self.log())
                }
                Err(RecvTimeoutError::Disconnected) => {
                    panic!(
                        "{} ended before it printed {what}:\n{}",
                        self.name,
                        self.log()
                    )
                }
            }
        }
    }

    /// Everything it has printed.
    pub fn log(&self) -> String {
        self.log.lock().expect("no reader panics").join("\n")
    }

    /// Asks it to end (SIGTERM).
    pub fn terminate(&self) {
        kill_process(self.pid(), Signal::TERM).expect("the process is ours");
    }

    /// Ends it at once (SIGKILL) and waits until it is gone.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Waits for its end and for the end of its output; panics after a minute.
    pub fn wait(&mut self) -> ExitStatus {
        self.wait_within(LIMIT)
    }

    /// The same, with another patience.
    pub fn wait_within(&mut self, limit: Duration) -> ExitStatus {
        let started = Instant::now();
        // The output ends with the process, so nothing has to be polled.
        loop {
            match self
                .lines
                .recv_timeout(limit.saturating_sub(started.elapsed()))
            {
                Ok(_line) => {}
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    panic!("{} did not end:\n{}", self.name, self.log())
                }
            }
        }
        self.child.wait().expect("the process is ours")
    }

    /// The most memory that it has held at once, in bytes.
    pub fn peak_memory(&self) -> usize {
        let id = self.pid().as_raw_nonzero();
        let status = fs::read_to_string(format!("/proc/{id}/status")).expect("it is running");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kibibytes =
            line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<usize>().ok());
        kibibytes.expect("Linux tells the peak of a process") * 1024
    }

    /// How long it has computed since it started, on all cores together.
    pub fn computed(&self) -> Duration {
        let id = self.pid().as_raw_nonzero();
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).expect("it is running");
        // proc_pid_stat(5): the name is in parentheses and may hold anything; `utime` and `stime` are the fields 14 and 15.
        let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        let times = after_name.split_whitespace().skip(11).take(2);
        let ticks: u64 = times.filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
        Duration::from_secs(ticks) / u32::try_from(clock_ticks_per_second()).expect("it is 100")
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        if thread::panicking() {
            eprintln!("---- {} ----\n{}", self.name, self.log());
        }
    }
}

fn read_lines(
    stream: impl Read + Send + 'static,
    sender: &Sender<String>,
    log: &Arc<Mutex<Vec<String>>>,
) {
    let (sender, log) = (sender.clone(), Arc::clone(log));
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            log.lock().expect("no reader panics").push(line.clone());
            let _ = sender.send(line);
        }
    });
}
