//! Pieces of the scheduled work that are done at the same time, so that one that waits for a slow registry delays few
//! others.

use std::{cell::RefCell, collections::BTreeMap};

use futures::stream::{FuturesUnordered, StreamExt as _};

use crate::problem::Problem;

/// Claims pieces of work and runs this many at the same time, until there is none or the time is over. Returns whether
/// some may be left.
///
/// # Errors
/// The first one. What was begun then is still done.
pub(super) async fn several<T>(
    at_once: usize,
    is_over: impl Fn() -> bool,
    mut claim: impl AsyncFnMut() -> Result<Option<T>, Problem>,
    work: impl AsyncFn(T) -> Result<(), Problem>,
) -> Result<bool, Problem> {
    let mut under_way = FuturesUnordered::new();
    let mut failed = None;
    loop {
        let mut is_left = true;
        while failed.is_none() && under_way.len() < at_once && !is_over() {
            match claim().await {
                Ok(Some(piece)) => under_way.push(work(piece)),
                Ok(None) => {
                    is_left = false;
                    break;
                }
                Err(error) => failed = Some(error),
            }
        }
        match (under_way.next().await, failed.is_some()) {
            (Some(Err(error)), false) => failed = Some(error),
            (Some(_), _) => {}
            (None, _) => return failed.map_or(Ok(is_left), Err),
        }
    }
}

/// The most pieces of one project that are done at the same time.
const MOST_OF_PROJECT: usize = 2;

/// The projects of which pieces are being done.
#[derive(Default)]
pub(super) struct Places(RefCell<BTreeMap<String, usize>>);

/// A place that a piece of a project has until this is dropped.
pub(super) struct Place<'a> {
    places: &'a Places,
    project: String,
}

impl Places {
    /// A place for a piece of a project; `None` if it has as many as one project may.
    pub(super) fn of(&self, project: &str) -> Option<Place<'_>> {
        let mut taken = self.0.borrow_mut();
        let taken = taken.entry(project.to_owned()).or_default();
        if *taken >= MOST_OF_PROJECT {
            return None;
        }
        *taken = taken.saturating_add(1);
        Some(Place {
            places: self,
            project: project.to_owned(),
        })
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut taken = self.places.0.borrow_mut();
        if let Some(taken) = taken.get_mut(&self.project) {
            *taken = taken.saturating_sub(1);
        }
    }
}

/// Pieces of projects, in turns: the first of each, then the second of each.
pub(super) fn in_turns<T>(pieces: Vec<(String, T)>) -> Vec<(String, T)> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut placed: Vec<_> = pieces
        .into_iter()
        .map(|(project, piece)| {
            let count = counts.entry(project.clone()).or_default();
            let turn = *count;
            *count += 1;
            (turn, project, piece)
        })
        .collect();
    placed.sort_by_key(|(turn, ..)| *turn);
    placed
        .into_iter()
        .map(|(_, project, piece)| (project, piece))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, future::pending};

    use futures::FutureExt as _;

    use super::*;
    use crate::problem::ProblemType;

    #[test]
    fn what_waits_for_ever_delays_only_as_many_as_there_are_places() {
        let (claimed, done) = (Cell::new(0), RefCell::new(Vec::new()));
        let claim = async || {
            claimed.set(claimed.get() + 1);
            Ok((claimed.get() <= 5).then(|| claimed.get()))
        };
        let work = async |piece: i32| {
            if piece == 1 {
                pending::<()>().await;
            }
            done.borrow_mut().push(piece);
            Ok(())
        };
        let all = several(2, || false, claim, work).now_or_never();
        assert!(all.is_none());
        assert_eq!(done.take(), [2, 3, 4, 5]);
    }

    #[test]
    fn it_says_whether_some_may_be_left_and_ends_what_it_began() {
        let run = |at_once, time: i32, failing: i32| {
            let (claimed, done) = (Cell::new(0), Cell::new(0));
            let claim = async || {
                claimed.set(claimed.get() + 1);
                Ok((claimed.get() <= 5).then(|| claimed.get()))
            };
            let work = async |piece| {
                done.set(done.get() + 1);
                match piece == failing {
                    true => Err(ProblemType::NotFound.into()),
                    false => Ok(()),
                }
            };
            let is_over = || claimed.get() >= time;
            let outcome = several(at_once, is_over, claim, work).now_or_never();
            (outcome.unwrap().ok(), done.get())
        };
        assert_eq!(run(2, 99, 0), (Some(false), 5));
        assert_eq!(run(8, 99, 0), (Some(false), 5));
        assert_eq!(run(2, 3, 0), (Some(true), 3));
        assert_eq!(run(3, 99, 2), (None, 4));
    }

    #[test]
    fn each_project_has_its_turn() {
        let named = |names: &str| {
            let pieces = names.split(' ').zip(0..);
            let pieces = pieces.map(|(name, number)| (name.to_owned(), number));
            in_turns(pieces.collect())
                .into_iter()
                .map(|(name, number)| format!("{name}{number}"))
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(named("a a a b a c b"), "a0 b3 c5 a1 b6 a2 a4");
        assert_eq!(named("a a"), "a0 a1");
    }

    #[test]
    fn a_project_has_so_many_places() {
        let places = Places::default();
        let (first, second) = (places.of("a"), places.of("a"));
        assert!(first.is_some() && second.is_some() && places.of("a").is_none());
        assert!(places.of("b").is_some());
        drop(first);
        assert!(places.of("a").is_some());
    }
}
