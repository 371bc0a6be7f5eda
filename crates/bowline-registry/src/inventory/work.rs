//! Reads a number of items of one repository, a few at a time, until time runs out or the registry refuses.

use std::{
    future::Future,
    iter::Enumerate,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
    vec,
};

use bowline::form::ConnectionSpec;
use futures::future::join_all;

use super::Found;
use crate::{
    image::Repository,
    operator::Operator,
    problem::{Code, Failure, Problem},
    registry::Registry,
    scope::Scope,
    transport::Session,
    world::{Clock, World},
};

/// How long something new is begun. What is under way then has the rest of the conversation's 10 seconds.
const LONGEST: Duration = Duration::from_secs(8);
/// How many are read at once, as many as browsers read of one host.
const AT_ONCE: usize = 6;
/// After how many that may not be pulled, and none that may, there is no hope for the others.
const REFUSALS: usize = 3;

/// One thing of a repository that is asked for.
pub(super) trait Lookup: Send + Sync {
    /// What is found of it.
    type Found: Send;

    /// Returns its name in the list of items that are left.
    fn name(self) -> String;

    /// Asks the registry for it, with a token for `scope`.
    fn find<W: World>(
        &self,
        registry: &mut Registry<'_, W>,
        repository: &Repository,
        scope: &Scope,
    ) -> impl Future<Output = Result<Self::Found, Failure>> + Send;

    /// Returns the result for an item that could not be read for this reason.
    fn unreadable(&self, code: Code) -> Self::Found;
}

/// Reads what is asked for of a repository. What is wrong with one of it ends nothing; what is wrong with the registry,
/// or the way there, ends the reading.
///
/// # Errors
/// Returns the failure that ended the work if nothing was read. Otherwise, the results count, and a request for the
/// rest will fail.
pub(super) async fn all<W: World, T: Lookup>(
    world: &W,
    operator: &Operator,
    spec: &ConnectionSpec,
    session: Option<&Session>,
    repository: &str,
    asked: Vec<T>,
) -> Result<Found<T::Found>, Problem> {
    let read = async {
        let repository = Repository::named(repository)?;
        let mut registry = Registry::open_in(session, world, operator, spec).await?;
        let repository = repository.reached(&registry.endpoint)?;
        let scope = Scope::Pull(repository.clone());
        registry.approach(&scope).await?;
        let work = each(&mut registry, &repository, &scope, asked).await;
        work.end(registry.transport.requests())
    };
    read.await
        .map_err(|failure: Failure| failure.explain(spec, operator))
}

/// What is done, under way and to be done.
struct Work<T: Lookup> {
    todo: Enumerate<vec::IntoIter<T>>,
    done: Vec<(usize, T::Found)>,
    left: Vec<(usize, T)>,
    /// How many were read without a refusal.
    allowed: usize,
    /// The refusals of this login.
    refused: Vec<Failure>,
    /// Why nothing else is begun.
    stopped: Option<Failure>,
}

async fn each<W: World, T: Lookup>(
    registry: &mut Registry<'_, W>,
    repository: &Repository,
    scope: &Scope,
    asked: Vec<T>,
) -> Work<T> {
    let clock = registry.transport.world().clock();
    let end = clock.monotonic().saturating_add(LONGEST);
    let work = Mutex::new(Work::new(asked));
    // The first alone finds out how the registry wants a login, for all.
    if let Some((number, item)) = next(&work, clock, end) {
        let outcome = item.find(registry, repository, scope).await;
        locked(&work).note(number, item, outcome);
    }
    let lanes = (0..AT_ONCE).map(|_| lane(registry.beside(), repository, scope, &work, end));
    join_all(lanes).await;
    work.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// Reads one thing after the other, as long as there is something to do.
async fn lane<W: World, T: Lookup>(
    mut registry: Registry<'_, W>,
    repository: &Repository,
    scope: &Scope,
    work: &Mutex<Work<T>>,
    end: Duration,
) {
    let clock = registry.transport.world().clock();
    while let Some((number, item)) = next(work, clock, end) {
        let outcome = item.find(&mut registry, repository, scope).await;
        locked(work).note(number, item, outcome);
    }
}

/// What to do next, unless time or the registry has ended the work.
fn next<T: Lookup>(work: &Mutex<Work<T>>, clock: &impl Clock, end: Duration) -> Option<(usize, T)> {
    let mut work = locked(work);
    let goes_on = work.stopped.is_none() && clock.monotonic() < end;
    if goes_on { work.todo.next() } else { None }
}

fn locked<T: Lookup>(work: &Mutex<Work<T>>) -> MutexGuard<'_, Work<T>> {
    work.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T: Lookup> Work<T> {
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

    fn note(&mut self, number: usize, item: T, outcome: Result<T::Found, Failure>) {
        match outcome {
            Ok(read) => {
                self.allowed = self.allowed.saturating_add(1);
                self.done.push((number, read));
            }
            Err(failure) if is_about_one(failure.code) => {
                self.done.push((number, item.unreadable(failure.code)));
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

    /// Returns the result, with the number of requests.
    fn end(mut self, requests: u32) -> Result<Found<T::Found>, Failure> {
        let why = self.stopped.or(self.refused.into_iter().next());
        if let Some(failure) = why
            && self.allowed == 0
        {
            return Err(failure);
        }
        self.left.extend(self.todo);
        self.done.sort_by_key(|(number, _)| *number);
        self.left.sort_by_key(|(number, _)| *number);
        Ok(Found {
            items: self.done.into_iter().map(|(_, read)| read).collect(),
            left: self.left.into_iter().map(|(_, item)| item.name()).collect(),
            requests,
        })
    }
}

/// Tells whether a failure says something about one image only. A product may forbid to pull one of many (a policy on
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
