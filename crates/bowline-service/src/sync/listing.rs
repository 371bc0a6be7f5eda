//! Ends listings that have no end: a registry may list forever or link in a cycle.

use bowline_store::SyncProblem;

/// The number of consecutive pages that may contain nothing new: an interrupted step reads one again.
const MOST_STALE: u32 = 4;

/// A listing as a step reads it, page by page.
pub(super) struct Listing {
    /// Of what.
    what: &'static str,
    /// How many entries it may have.
    most: usize,
    /// The number of known entries before the last page that had any.
    known: Option<usize>,
    /// The number of consecutive pages without new entries.
    stale: u32,
}

impl Listing {
    /// A listing of which nothing was read.
    pub(super) fn new(what: &'static str, most: usize) -> Self {
        Self {
            what,
            most,
            known: None,
            stale: 0,
        }
    }

    /// Records a page with its number of entries, the number of `known` entries before it, and its cursors.
    ///
    /// # Errors
    /// Why it is not read on.
    pub(super) fn turn(
        &mut self,
        entries: usize,
        known: usize,
        from: Option<&str>,
        next: Option<&str>,
    ) -> Result<(), SyncProblem> {
        let Self { what, most, .. } = *self;
        if known.saturating_add(entries) > most {
            return Err(endless(format!("There are more than {most} {what}.")));
        }
        self.stale = match self.known {
            Some(before) if before == known => self.stale.saturating_add(1),
            _ => 0,
        };
        self.known = (entries > 0).then_some(known);
        if self.stale > MOST_STALE || next.is_some_and(|next| from == Some(next)) {
            return Err(endless(format!("The list of {what} repeats itself.")));
        }
        Ok(())
    }
}

/// That a listing ended without saying that it was all.
pub(super) fn cut(what: &str) -> SyncProblem {
    SyncProblem {
        code: "answer.malformed".to_owned(),
        title: "The registry's list is incomplete".to_owned(),
        detail: format!(
            "The list of {what} ended without saying whether it was complete, so nothing that it leaves out counts as removed."
        ),
        hint: "Ask the registry's administrator: each page of a list must link to the next one."
            .to_owned(),
    }
}

fn endless(detail: String) -> SyncProblem {
    SyncProblem {
        code: "answer.too_large".to_owned(),
        title: "The registry lists too much".to_owned(),
        detail,
        hint: "Remove old images, or enter a namespace to connect only a part of the registry."
            .to_owned(),
    }
}
