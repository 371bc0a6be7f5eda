//! Counts each subject's requests in the current minute.
//!
//! The counts are in the instance's memory, because the edge has no database. Each instance has its own limit, so a
//! runtime with several instances, or one per request, allows more.

use std::collections::HashMap;

/// The counts of the current minute.
#[derive(Default)]
pub(super) struct Recent {
    minute: i64,
    counts: HashMap<String, i64>,
}

impl Recent {
    /// Adds `amount` to a counter at `now`, in milliseconds since 1970, and returns the total of this minute. Discards
    /// earlier minutes.
    pub(super) fn count(&mut self, counter: String, amount: i64, now: i64) -> i64 {
        let minute = now.div_euclid(60_000);
        if self.minute != minute {
            self.minute = minute;
            self.counts.clear();
        }
        let count = self.counts.entry(counter).or_default();
        *count = count.saturating_add(amount);
        *count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_subject_has_a_count_of_its_own_and_a_new_one_each_minute() {
        let mut recent = Recent::default();
        let cases = [
            ("the first", "ada", 1, 59_998, 1),
            ("the second", "ada", 2, 59_999, 3),
            ("of somebody else", "bob", 1, 59_999, 1),
            ("of the next minute", "ada", 1, 60_000, 1),
            ("after another in it", "ada", 1, 119_999, 2),
            ("of somebody else in it", "bob", 1, 119_999, 1),
        ];
        for (name, subject, amount, now, expected) in cases {
            let count = recent.count(subject.to_owned(), amount, now);
            assert_eq!(count, expected, "{name}");
        }
    }
}
