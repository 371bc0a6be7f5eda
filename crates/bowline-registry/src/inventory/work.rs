//! Reading a number of things of one repository, a few at a time, until time or the registry ends it.

use std::{cell::RefCell, iter::Enumerate, time::Duration, vec};

use futures::future::join_all;

use crate::{
    http::HttpClient,
    problem::{Code, Failure},
    registry::Registry,
    world::{Clock, Random},
};

/// How long something new is begun. What is under way then has the rest of the conversation's 10 seconds.
const LONGEST: Duration = Duration::from_secs(8);
/// How many are read at once, as many as browsers read of one host.
const AT_ONCE: usize = 6;
/// After how many that may not be pulled, and none that may, there is no hope for the others.
const REFUSALS: usize = 3;

/// What was read, and what is left, each in the order in which it was asked for.
pub(super) struct Read<T, O> {
    pub(super) items: Vec<O>,
    pub(super) left: Vec<T>,
}

/// What is done, under way and to be done.
struct Work<T, O> {
    todo: Enumerate<vec::IntoIter<T>>,
    done: Vec<(usize, O)>,
    left: Vec<(usize, T)>,
    /// How many were read without a refusal.
    allowed: usize,
    /// The refusals of this login.
    refused: Vec<Failure>,
    /// Why nothing else is begun.
    stopped: Option<Failure>,
}

/// Reads what is asked for. What is wrong with one of it is for `failed` to say, and ends nothing; what is wrong with the
/// registry, or the way there, ends the reading.
///
/// # Errors
/// What ended it, where nothing was read before; what was read counts else, and who asks for the rest will meet it.
pub(super) async fn each<'w, H: HttpClient, C: Clock, R: Random, T, O>(
    registry: &mut Registry<'w, H, C, R>,
    asked: Vec<T>,
    read: impl AsyncFn(&mut Registry<'w, H, C, R>, &T) -> Result<O, Failure>,
    failed: impl Fn(&T, Code) -> O,
) -> Result<Read<T, O>, Failure> {
    let clock = &registry.transport.world().clock;
    let end = clock.monotonic().saturating_add(LONGEST);
    let work = RefCell::new(Work::new(asked));
    let next = || {
        let mut work = work.borrow_mut();
        let goes_on = work.stopped.is_none() && clock.monotonic() < end;
        if goes_on { work.todo.next() } else { None }
    };
    let one = async |registry: &mut Registry<'w, H, C, R>, number: usize, item: T| {
        let outcome = read(registry, &item).await;
        work.borrow_mut().note(number, item, outcome, &failed);
    };
    // The first alone finds out how the registry wants a login, for all.
    if let Some((number, item)) = next() {
        one(registry, number, item).await;
    }
    let lane = async |mut registry: Registry<'w, H, C, R>| {
        while let Some((number, item)) = next() {
            one(&mut registry, number, item).await;
        }
    };
    join_all((0..AT_ONCE).map(|_| lane(registry.beside()))).await;
    work.into_inner().end()
}

impl<T, O> Work<T, O> {
    fn new(asked: Vec<T>) -> Self {
        Self {
            todo: asked.into_iter().enumerate(),
            done: Vec::new(),
            left: Vec::new(),
            allowed: 0,
            refused: Vec::new(),
            stopped: None,
        }
    }

    fn note(
        &mut self,
        number: usize,
        item: T,
        outcome: Result<O, Failure>,
        failed: impl Fn(&T, Code) -> O,
    ) {
        match outcome {
            Ok(read) => {
                self.allowed = self.allowed.saturating_add(1);
                self.done.push((number, read));
            }
            Err(failure) if is_about_one(failure.code) => {
                self.done.push((number, failed(&item, failure.code)));
                if failure.code != Code::PermissionPullMissing {
                    self.allowed = self.allowed.saturating_add(1);
                    return;
                }
                self.refused.push(failure);
                if self.allowed == 0 && self.refused.len() >= REFUSALS {
                    self.stopped = self.refused.first().cloned();
                }
            }
            Err(failure) => {
                self.left.push((number, item));
                self.stopped.get_or_insert(failure);
            }
        }
    }

    fn end(mut self) -> Result<Read<T, O>, Failure> {
        let why = self.stopped.or(self.refused.into_iter().next());
        if let Some(failure) = why
            && self.allowed == 0
        {
            return Err(failure);
        }
        self.left.extend(self.todo);
        self.done.sort_by_key(|(number, _)| *number);
        self.left.sort_by_key(|(number, _)| *number);
        Ok(Read {
            items: self.done.into_iter().map(|(_, read)| read).collect(),
            left: self.left.into_iter().map(|(_, item)| item).collect(),
        })
    }
}

/// Whether a failure says something about one image only. A product may forbid to pull one of many (a policy on
/// vulnerabilities), and the storage behind a redirect may be closed.
fn is_about_one(code: Code) -> bool {
    matches!(
        code,
        Code::AddressNotAllowed
            | Code::AnswerEncoded
            | Code::AnswerMalformed
            | Code::AnswerTooLarge
            | Code::DigestMismatch
            | Code::ImageUnknown
            | Code::ManifestUnsupported
            | Code::PermissionPullMissing
            | Code::RedirectNotAllowed
    )
}
