//! Syncs: read a connection's whole registry into its inventory, in steps of limited time.
//!
//! A step holds the sync's lease, asks the registry, writes the results, and moves a cursor. All writes can be
//! repeated, so if an instance dies, the next one continues from the last cursor. No image is marked gone before the
//! listing that it is missing from is complete.

pub(crate) mod decisions;
mod listing;
mod registry;
pub(crate) mod repository;
mod stop;
pub(crate) mod undigested;

use std::{cell::Cell, time::Duration};

use bowline::selection::{Mode, Policy};
use bowline_registry::Clock;
use bowline_store::{
    Database, HeldSync, ListedTo, Random, Store, StoreError, SyncPhase, SyncProblem,
    UnreadRepository,
};

use self::listing::Listing;
pub(crate) use self::{registry::Registry, stop::Stop};
use crate::problem::Problem;

#[cfg(test)]
mod tests;

/// The number of repositories that are looked up at a time.
const REPOSITORIES: u32 = 50;

/// The most repositories that a registry may list.
const MOST_REPOSITORIES: usize = 100_000;

/// The most tags that a repository may list: its images are decided about all at once, in memory that other requests share.
const MOST_TAGS: usize = 50_000;

/// The number of failures in a row after which a sync fails.
const MOST_FAILURES: u32 = 10;

/// The number of failures after which a repository is skipped.
const MOST_REPOSITORY_FAILURES: u32 = 3;

/// The pause of a sync after its first failure, in milliseconds. It doubles with each further failure, up to an hour.
const FIRST_PAUSE_MS: i64 = 60 * 1000;
const LONGEST_PAUSE_MS: i64 = 60 * 60 * 1000;

/// The settings of a sync.
pub(crate) struct Plan<'a> {
    /// The project of the connection.
    pub(crate) project: &'a str,
    /// The policy that selects images.
    pub(crate) policy: &'a Policy,
    /// True if images that are gone are removed.
    pub(crate) cleans_up: bool,
    /// The number of images of a repository that are shown; `None` shows all.
    pub(crate) keep_newest: Option<u32>,
}

/// The outcome of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// There is more to do.
    More,
    /// The registry did not answer as it should; it is asked again later.
    Paused,
    /// The sync has ended.
    Done,
    /// The sync has failed.
    Failed,
    /// Another took it over.
    Lost,
}

/// Ends a step that we failed at, with what is known of it: the sync is gone on with later, and less and less often.
pub(crate) async fn put_back<D: Database, R: Random>(
    store: &Store<D, R>,
    held: &HeldSync,
    problem: &Problem,
    now: i64,
) -> Result<(), StoreError> {
    let failure = problem.problem_type();
    let told = SyncProblem {
        code: failure.code(),
        title: problem.title().to_owned(),
        detail: String::new(),
        hint: String::new(),
    };
    let failures = held.failures + 1;
    let retry_at = now + pause_after(held.failures);
    store.pause_sync(held, &told, failures, retry_at).await
}

/// The pause of a sync in milliseconds after this number of earlier consecutive failures.
fn pause_after(failures: u32) -> i64 {
    FIRST_PAUSE_MS
        .checked_shl(failures)
        .filter(|pause| (0..LONGEST_PAUSE_MS).contains(pause))
        .unwrap_or(LONGEST_PAUSE_MS)
}

/// A sync at work.
pub(crate) struct Engine<'a, D, R, L, C> {
    pub(crate) store: &'a Store<D, R>,
    pub(crate) registry: L,
    pub(crate) clock: &'a C,
    pub(crate) plan: Plan<'a>,
    /// The end of the time in which it begins something new, by the monotonic clock.
    pub(crate) until: Duration,
    /// True if this step has made progress.
    pub(crate) ahead: Cell<bool>,
}

impl<D, R, L, C> Engine<'_, D, R, L, C>
where
    D: Database,
    R: Random,
    L: Registry,
    C: Clock,
{
    /// Continues a sync until it ends, the time is over, or something prevents it. If it fails, [put it
    /// back](put_back).
    pub(crate) async fn step(&self, mut held: HeldSync) -> Result<Progress, Problem> {
        match self.work(&mut held).await {
            Ok(()) => Ok(Progress::Done),
            Err(Stop::Lost) => Ok(Progress::Lost),
            Err(Stop::Late) => {
                self.store.release_sync(&held, self.now()).await?;
                Ok(Progress::More)
            }
            Err(Stop::Registry(problem)) => self.put_off(&held, &problem).await,
            Err(Stop::Ours(problem)) => Err(problem),
        }
    }

    async fn work(&self, held: &mut HeldSync) -> Result<(), Stop> {
        let mut listing = Listing::new("repositories", MOST_REPOSITORIES);
        while held.phase == SyncPhase::Repositories {
            self.list_repositories(held, &mut listing).await?;
        }
        loop {
            let unread = self.store.unread_repositories(held, REPOSITORIES).await?;
            if unread.is_empty() {
                break;
            }
            for repository in unread {
                self.read_or_pass_over(held, repository).await?;
            }
        }
        if self.plan.cleans_up && self.store.is_complete(held).await? {
            while !self.store.clean_up(held).await? {
                self.in_time()?;
                self.still_held(held, 0).await?;
            }
        }
        let finished = self.store.finish_sync(held, None, self.now()).await?;
        finished.then_some(()).ok_or(Stop::Lost)
    }

    /// Keeps a page of the repositories.
    async fn list_repositories(
        &self,
        held: &mut HeldSync,
        listing: &mut Listing,
    ) -> Result<(), Stop> {
        self.in_time()?;
        let page = self.registry.repositories(held.cursor.as_deref()).await?;
        self.still_held(held, page.requests).await?;
        let known = self.store.listed_so_far(held).await?;
        let next = page.cursor.as_deref();
        let turned = listing.turn(page.items.len(), known, held.cursor.as_deref(), next);
        turned.map_err(Stop::Registry)?;
        let names: Vec<&str> = page.items.iter().map(|item| item.name.as_str()).collect();
        let cut = listing::cut("repositories");
        let next = match next {
            Some(cursor) => ListedTo::Cursor(cursor),
            None if page.complete => ListedTo::End,
            None => ListedTo::Cut(&cut),
        };
        if !self.store.record_listing(held, &names, next).await? {
            return Err(Stop::Lost);
        }
        if page.cursor.is_none() {
            held.phase = SyncPhase::Images;
        }
        self.ahead.set(true);
        held.cursor = page.cursor;
        Ok(())
    }

    /// Reads a repository. One that cannot be read does not hold up the others for ever.
    async fn read_or_pass_over(
        &self,
        held: &HeldSync,
        unread: UnreadRepository,
    ) -> Result<(), Stop> {
        let problem = match self.read_repository(held, &unread).await {
            Err(Stop::Registry(problem)) => problem,
            outcome => return outcome,
        };
        let failures = unread.failures + 1;
        let pass_over = match registry::scope(&problem) {
            registry::Scope::Repository => true,
            registry::Scope::Passing => failures >= MOST_REPOSITORY_FAILURES,
            registry::Scope::Limit | registry::Scope::Connection => false,
        };
        if pass_over {
            return self.pass_over(held, &unread.repository, problem).await;
        }
        self.store.count_failure(held, &unread.repository).await?;
        Err(Stop::Registry(problem))
    }

    /// Ends a step that the registry did not let go on: the sync waits, unless waiting does not help.
    async fn put_off(&self, held: &HeldSync, problem: &SyncProblem) -> Result<Progress, Problem> {
        let before = if self.ahead.get() { 0 } else { held.failures };
        let failures = before + 1;
        let lasting = match registry::scope(problem) {
            registry::Scope::Passing | registry::Scope::Limit => false,
            // What is wrong with one repository does not end a step; this is about their listing.
            registry::Scope::Repository | registry::Scope::Connection => true,
        };
        if lasting || failures >= MOST_FAILURES {
            let finished = self.store.finish_sync(held, Some(problem), self.now());
            return Ok(if finished.await? {
                Progress::Failed
            } else {
                Progress::Lost
            });
        }
        let retry_at = self.now() + pause_after(before);
        let paused = self.store.pause_sync(held, problem, failures, retry_at);
        paused.await?;
        Ok(Progress::Paused)
    }

    /// Counts requests, extends the lease, and stops if the lease is lost.
    async fn still_held(&self, held: &HeldSync, requests: u32) -> Result<(), Stop> {
        let still = self.store.prolong(held, requests, self.now()).await?;
        still.then_some(()).ok_or(Stop::Lost)
    }

    fn in_time(&self) -> Result<(), Stop> {
        let in_time = self.clock.monotonic() < self.until;
        in_time.then_some(()).ok_or(Stop::Late)
    }

    fn now(&self) -> i64 {
        self.clock.epoch_ms()
    }

    fn is_automatic(&self) -> bool {
        self.plan.policy.mode == Mode::Automatic
    }
}
