//! Random sampling from a listing without storing it.

use crate::world::Random;

/// A few of the items of a listing, each with the same chance, however many there are (reservoir sampling).
pub(super) struct Sample<'r, R, T> {
    random: &'r R,
    size: usize,
    seen: u64,
    kept: Vec<T>,
}

impl<'r, R: Random, T> Sample<'r, R, T> {
    /// An empty one, for at most `size` items.
    pub(super) fn new(random: &'r R, size: usize) -> Self {
        Self {
            random,
            size,
            seen: 0,
            kept: Vec::new(),
        }
    }

    /// Offers an item.
    pub(super) fn add(&mut self, item: T) {
        self.seen = self.seen.saturating_add(1);
        if self.kept.len() < self.size {
            self.kept.push(item);
        } else if let Some(slot) =
            below(self.random, self.seen).and_then(|at| self.kept.get_mut(at))
        {
            *slot = item;
        }
    }

    /// How many were offered.
    pub(super) fn seen(&self) -> u64 {
        self.seen
    }

    /// What was drawn, in random order.
    pub(super) fn drawn(mut self) -> Vec<T> {
        let mut drawn = Vec::with_capacity(self.kept.len());
        while let Some(at) = below(
            self.random,
            u64::try_from(self.kept.len()).unwrap_or(u64::MAX),
        ) {
            drawn.push(self.kept.swap_remove(at));
        }
        drawn
    }
}

/// A number less than `count`; `None` for 0.
fn below(random: &impl Random, count: u64) -> Option<usize> {
    random
        .next_u64()
        .checked_rem(count)
        .and_then(|at| usize::try_from(at).ok())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    /// Marsaglia's xorshift.
    struct Shift(AtomicU64);

    impl Random for Shift {
        fn next_u64(&self) -> u64 {
            let mut x = self.0.load(Ordering::Relaxed);
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            self.0.store(x, Ordering::Relaxed);
            x
        }
    }

    #[test]
    fn every_item_has_the_same_chance_and_place() {
        let random = Shift(AtomicU64::new(0x9e37_79b9_7f4a_7c15));
        let mut first = [0_u32; 50];
        let mut any = [0_u32; 50];
        for _ in 0..20_000 {
            let mut sample = Sample::new(&random, 5);
            (0..50).for_each(|item: usize| sample.add(item));
            assert_eq!(sample.seen(), 50);
            let drawn = sample.drawn();
            assert_eq!(drawn.len(), 5);
            first[drawn[0]] += 1;
            drawn.iter().for_each(|item| any[*item] += 1);
        }
        // 400 and 2,000 are expected; five standard deviations are 100 and 212.
        assert!(
            first.iter().all(|count| (300..500).contains(count)),
            "{first:?}"
        );
        assert!(
            any.iter().all(|count| (1788..2212).contains(count)),
            "{any:?}"
        );
    }

    #[test]
    fn fewer_than_asked_for_are_all_drawn() {
        let random = Shift(AtomicU64::new(7));
        let mut sample = Sample::new(&random, 5);
        sample.add('a');
        sample.add('b');
        let mut drawn = sample.drawn();
        drawn.sort_unstable();
        assert_eq!(drawn, ['a', 'b']);
        assert_eq!(Sample::<_, char>::new(&random, 5).drawn(), []);
    }
}
