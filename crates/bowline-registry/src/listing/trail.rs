//! A compact record of the pages that a listing has read, to end a listing that links in a cycle.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde::{Deserialize, Serialize};

/// The number of pages that a listing has at most.
const MAX_PAGES: u32 = 200_000;
/// The number of pages in a row that may be empty and link to another.
const MAX_EMPTY: u32 = 10;

/// What a listing remembers of its pages, from one instance to the next.
///
/// It keeps the digests of three pages: the first, the one before, and one at each power of two (Brent's algorithm). A
/// circle of any length comes past one of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Trail {
    pages: u32,
    /// The number of pages in a row that were empty and linked to another.
    empty: u32,
    first: u64,
    before: u64,
    saved: u64,
    /// True if entries may be missing from the pages so far.
    pub(crate) is_cut: bool,
}

/// True if a listing goes on after a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It does.
    GoesOn,
    /// The page was read before: that was all.
    Repeats,
    /// There are too many pages, so some are left unread.
    TooLong,
}

impl Trail {
    /// Takes a page of these names. `links_on` says that the page is empty and links to another.
    pub(crate) fn note<'a>(
        &mut self,
        names: impl IntoIterator<Item = &'a str>,
        links_on: bool,
    ) -> Verdict {
        self.pages = self.pages.saturating_add(1);
        self.empty = if links_on {
            self.empty.saturating_add(1)
        } else {
            0
        };
        if self.pages > MAX_PAGES || self.empty > MAX_EMPTY {
            return Verdict::TooLong;
        }
        let Some(page) = digest(names) else {
            return Verdict::GoesOn;
        };
        if [self.first, self.before, self.saved].contains(&page) {
            return Verdict::Repeats;
        }
        if self.first == 0 {
            self.first = page;
        }
        if self.pages.is_power_of_two() {
            self.saved = page;
        }
        self.before = page;
        Verdict::GoesOn
    }
}

/// The digest of a page, which is not 0; `None` for one without names.
fn digest<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<u64> {
    let mut hasher = DefaultHasher::new();
    let mut is_empty = true;
    for name in names {
        name.hash(&mut hasher);
        is_empty = false;
    }
    (!is_empty).then(|| hasher.finish().max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After how many pages a listing of these pages ends, where `next` leads from one to the next.
    fn pages(next: impl Fn(u32) -> u32) -> u32 {
        let (mut trail, mut at) = (Trail::default(), 0);
        loop {
            let name = at.to_string();
            if trail.note([name.as_str()], false) != Verdict::GoesOn {
                return trail.pages;
            }
            at = next(at);
        }
    }

    #[test]
    fn a_circle_ends_wherever_it_begins() {
        let circles = [
            // the page after which it begins again, where, and how many pages are read at most
            (0, 0, 2),
            (2, 0, 4),
            (2, 2, 4),
            (5, 4, 20),
            (100, 37, 400),
            (999, 0, 1001),
        ];
        for (last, begin, most) in circles {
            let read = pages(|at| if at == last { begin } else { at + 1 });
            assert!(
                (last + 2..=most).contains(&read),
                "{last} to {begin}: {read} pages"
            );
        }
        assert_eq!(pages(|at| at + 1), MAX_PAGES + 1);
    }

    #[test]
    fn ten_empty_pages_are_followed() {
        let mut trail = Trail::default();
        for _ in 0..MAX_EMPTY {
            assert_eq!(trail.note([], true), Verdict::GoesOn);
        }
        assert_eq!(trail.note([], true), Verdict::TooLong);
        trail = Trail::default();
        for _ in 0..100 {
            assert_eq!(trail.note([], false), Verdict::GoesOn);
        }
    }
}
