//! How long steps took the last time, and what that says about the time left.

use std::{collections::BTreeMap, fs, path::Path, time::Duration};

/// Remembered durations by step, in seconds.
#[derive(Default)]
pub(crate) struct Times(BTreeMap<String, f64>);

impl Times {
    /// Loads the durations from this file; empty if it is missing or invalid.
    pub(crate) fn load(file: &Path) -> Self {
        let text = fs::read_to_string(file).unwrap_or_default();
        Self(serde_json::from_str(&text).unwrap_or_default())
    }

    /// Keeps them. Estimates are a comfort: a file that cannot be written stops nothing.
    pub(crate) fn save(&self, file: &Path) {
        let _ = file.parent().map(fs::create_dir_all);
        let _ = fs::write(file, serde_json::json!(self.0).to_string());
    }

    /// Remembers how long a step took.
    pub(crate) fn record(&mut self, step: &str, took: Duration) {
        self.0.insert(step.to_owned(), took.as_secs_f64());
    }

    /// How long a step will take: as long as the last time, else the guess.
    pub(crate) fn estimate(&self, step: &str, guess: Duration) -> Duration {
        self.0
            .get(step)
            .and_then(|seconds| Duration::try_from_secs_f64(*seconds).ok())
            .unwrap_or(guess)
    }
}

/// What is left: of the running step what it has not used of its estimate, and the estimates of those to come.
pub(crate) fn left(running: Duration, elapsed: Duration, to_come: &[Duration]) -> Duration {
    running.saturating_sub(elapsed) + to_come.iter().sum::<Duration>()
}

/// A duration as a person says it: `0.4 s`, `38 s`, `3 min 20 s`.
pub(crate) fn spoken(duration: Duration) -> String {
    let seconds = duration.as_secs_f64().round() as u64;
    match seconds {
        0..2 => format!("{:.1} s", duration.as_secs_f64()),
        2..60 => format!("{seconds} s"),
        _ if seconds.is_multiple_of(60) => format!("{} min", seconds / 60),
        _ => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_step_is_guessed_until_it_was_measured() {
        let mut times = Times::default();
        assert_eq!(times.estimate("host", s(90)), s(90));
        times.record("host", s(40));
        assert_eq!(times.estimate("host", s(90)), s(40));
    }

    #[test]
    fn times_survive_a_file_and_a_broken_file_is_none() {
        let file = std::env::temp_dir().join(format!("xtask-times-{}", std::process::id()));
        let mut times = Times::default();
        times.record("host", s(40));
        times.save(&file);
        assert_eq!(Times::load(&file).estimate("host", s(1)), s(40));
        fs::write(&file, "{\"host\": -3, ").unwrap();
        assert_eq!(Times::load(&file).estimate("host", s(1)), s(1));
        fs::write(&file, "{\"host\": -3}").unwrap();
        assert_eq!(
            Times::load(&file).estimate("host", s(1)),
            s(1),
            "a negative time is no time"
        );
        fs::remove_file(&file).unwrap();
    }

    #[test]
    fn a_late_step_takes_nothing_from_those_to_come() {
        assert_eq!(left(s(10), s(4), &[s(5), s(6)]), s(17));
        assert_eq!(left(s(10), s(40), &[s(5), s(6)]), s(11));
        assert_eq!(left(s(10), s(40), &[]), s(0));
    }

    #[test]
    fn durations_are_spoken() {
        for (duration, text) in [
            (Duration::from_millis(420), "0.4 s"),
            (s(2), "2 s"),
            (Duration::from_millis(59_400), "59 s"),
            (Duration::from_millis(59_600), "1 min"),
            (s(200), "3 min 20 s"),
        ] {
            assert_eq!(spoken(duration), text);
        }
    }
}
