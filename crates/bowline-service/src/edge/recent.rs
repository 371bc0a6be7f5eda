//! A count of the checks that each subject has started in this minute of the clock.
//!
//! They are counted in the memory of the instance, since there is no database here: a runtime that makes several
//! instances, or a new one for each request, lets a subject start as many checks in each.

use std::collections::HashMap;

/// The checks of the current minute.
#[derive(Default)]
pub(super) struct Recent {
    minute: i64,
    checks: HashMap<String, i64>,
}

impl Recent {
    /// Counts a check that `subject` starts at `now`, in milliseconds since 1970, and gives how many that makes in this
    /// minute. What earlier minutes counted is forgotten.
    pub(super) fn count(&mut self, subject: &str, now: i64) -> i64 {
        let minute = now.div_euclid(60_000);
        if self.minute != minute {
            self.minute = minute;
            self.checks.clear();
        }
        let checks = self.checks.entry(subject.to_owned()).or_default();
        *checks = checks.saturating_add(1);
        *checks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_subject_has_a_count_of_its_own_and_a_new_one_each_minute() {
        let mut recent = Recent::default();
        let cases = [
            ("the first", "ada", 59_998, 1),
            ("the second", "ada", 59_999, 2),
            ("of somebody else", "bob", 59_999, 1),
            ("of the next minute", "ada", 60_000, 1),
            ("after another in it", "ada", 119_999, 2),
            ("of somebody else in it", "bob", 119_999, 1),
        ];
        for (name, subject, now, expected) in cases {
            assert_eq!(recent.count(subject, now), expected, "{name}");
        }
    }
}
