//! A policy's decisions about the images of a repository.

use std::{collections::BTreeMap, mem};

use bowline::selection::{Condition, DecidedBy, Image, Policy, Rescan};
use bowline_registry::{Clock, Code};
use bowline_store::{
    ConnectionId, Database, Decided, HeldSync, KnownImage, Origin, Random, RepositoryOutcome,
    Skipped, Store, StoreError, SyncProblem, WantedScan,
};

use super::{Engine, Registry, Stop, undigested};

/// Decides about all present images of a repository, stores the decisions, and returns the images with them. For a step
/// of a sync, they are stored only while its lease is held.
pub(crate) async fn decide<D: Database, R: Random>(
    store: &Store<D, R>,
    held: Option<&HeldSync>,
    connection: ConnectionId,
    policy: &Policy,
    repository: &str,
    now: i64,
) -> Result<Vec<(KnownImage, Decided)>, StoreError> {
    let mut known = store.images_of(connection, repository).await?;
    let images: Vec<Image> = known
        .iter_mut()
        .map(|known| mem::take(&mut known.image))
        .collect();
    let decisions = policy.select(&images, now);
    let decided: Vec<_> = known
        .into_iter()
        .zip(images)
        .zip(decisions)
        .map(|((known, image), decision)| {
            (
                KnownImage { image, ..known },
                Decided::of(decision, |by, at| pattern(policy, by, at)),
            )
        })
        .collect();
    let changed: Vec<_> = decided
        .iter()
        .filter(|(known, decided)| known.decided.as_ref() != Some(decided))
        .map(|(known, decided)| (&known.image, decided))
        .collect();
    store
        .record_decisions(held, connection, repository, &changed)
        .await?;
    Ok(decided)
}

/// True if an image needs a scan. Nobody can pull an image if its content does not match its digest, or if the registry
/// refuses the tag and so never returned its digest.
pub(crate) fn is_wanted(known: &KnownImage, decided: &Decided) -> bool {
    let is_another = known.problem.as_deref() == Some(Code::DigestMismatch.as_str());
    let Image {
        repository,
        tag,
        digest,
        ..
    } = &known.image;
    let has_digest = *digest != undigested::stand_in(repository, tag);
    decided.selected && !is_another && has_digest
}

impl<D, R, L, C> Engine<'_, D, R, L, C>
where
    D: Database,
    R: Random,
    L: Registry,
    C: Clock,
{
    /// Decides about a repository that was read, queues what is due, and ends the work at it.
    /// `problem` says why its images are not known to be all.
    pub(super) async fn settle(
        &self,
        held: &HeldSync,
        repository: &str,
        problem: Option<SyncProblem>,
    ) -> Result<(), Stop> {
        let (store, policy) = (self.store, self.plan.policy);
        let now = self.now();
        let decided = decide(store, Some(held), held.connection, policy, repository, now).await?;
        self.show_newest(held, repository, &decided).await?;
        let is_new = |(known, decided): &(KnownImage, Decided)| {
            is_wanted(known, decided) && known.scanned_at.is_none()
        };
        let has_new = decided.iter().any(is_new);
        let due: Vec<_> = decided
            .iter()
            .filter(|(known, decided)| self.is_due(held, known, decided, has_new))
            .map(|(known, _)| WantedScan {
                repository: repository.to_owned(),
                tag: Some(known.image.tag.clone()),
                digest: Some(known.image.digest.clone()),
            })
            .collect();
        let queued = if due.is_empty() {
            0
        } else {
            self.still_held(held, 0).await?;
            let (project, connection) = (self.plan.project, held.connection);
            let queued = store.queue_scans(project, connection, &due, Origin::Sync, now);
            queued.await?
        };
        let outcome = RepositoryOutcome {
            problem,
            queued,
            skipped: skipped(policy, repository, &decided),
        };
        self.finish(held, repository, &outcome).await
    }

    /// Ends the work at a repository that could not be read. Its images stay as they were.
    pub(super) async fn pass_over(
        &self,
        held: &HeldSync,
        repository: &str,
        problem: SyncProblem,
    ) -> Result<(), Stop> {
        let outcome = RepositoryOutcome {
            problem: Some(problem),
            ..RepositoryOutcome::default()
        };
        self.finish(held, repository, &outcome).await
    }

    async fn finish(
        &self,
        held: &HeldSync,
        repository: &str,
        outcome: &RepositoryOutcome,
    ) -> Result<(), Stop> {
        self.ahead.set(true);
        let finished = self.store.finish_repository(held, repository, outcome);
        finished.await?.then_some(()).ok_or(Stop::Lost)
    }

    /// True if this sync must queue an image. `has_new` says that its repository has an image that was never scanned.
    fn is_due(
        &self,
        held: &HeldSync,
        known: &KnownImage,
        decided: &Decided,
        has_new: bool,
    ) -> bool {
        let rescans = match self.plan.policy.rescan_existing {
            Rescan::Never => false,
            Rescan::New => has_new,
            Rescan::Always => true,
        };
        let scanned = match known.scanned_at {
            None => false,
            Some(at) => !rescans || at >= held.started_at,
        };
        self.is_automatic() && is_wanted(known, decided) && !scanned
    }

    /// Shows the newest images of a repository, as many as the project keeps, and hides the others. What is no image is
    /// shown. What a connection pulls by itself is shown in full.
    async fn show_newest(
        &self,
        held: &HeldSync,
        repository: &str,
        decided: &[(KnownImage, Decided)],
    ) -> Result<(), Stop> {
        let keep = match self.plan.keep_newest {
            Some(count) if !self.is_automatic() => self.newest(decided, count),
            _ => vec![true; decided.len()],
        };
        for wanted in [true, false] {
            let tags: Vec<&str> = decided
                .iter()
                .zip(&keep)
                .filter(|((known, _), keep)| **keep == wanted && known.kept != wanted)
                .map(|((known, _), _)| known.image.tag.as_str())
                .collect();
            let shown = self.store.keep_images(held, repository, &tags, wanted);
            shown.await?;
        }
        Ok(())
    }

    fn newest(&self, decided: &[(KnownImage, Decided)], count: u32) -> Vec<bool> {
        let newest = Policy {
            condition: Condition::Latest { count },
            ..Policy::default()
        };
        let images: Vec<Image> = decided
            .iter()
            .map(|(known, _)| known.image.clone())
            .collect();
        newest
            .select(&images, self.now())
            .iter()
            .map(|decision| decision.selected || decision.by == DecidedBy::Artifact)
            .collect()
    }
}

/// A pattern in full, by the list that decided and its place in it.
fn pattern(policy: &Policy, by: DecidedBy, at: usize) -> Option<String> {
    let list = match by {
        DecidedBy::Never => &policy.never,
        DecidedBy::Include => &policy.include,
        DecidedBy::Always => &policy.always,
        DecidedBy::Artifact | DecidedBy::Condition => return None,
    };
    Some(list.patterns().get(at)?.text().to_owned())
}

/// What the policy left out of a repository, by what decided.
fn skipped(policy: &Policy, repository: &str, decided: &[(KnownImage, Decided)]) -> Vec<Skipped> {
    let mut counts: BTreeMap<(&str, Option<&str>), (i64, i64)> = BTreeMap::new();
    let whole = policy.excluded_by(repository);
    let whole = whole.and_then(|at| pattern(policy, DecidedBy::Never, at));
    if let Some(whole) = &whole {
        counts.insert((DecidedBy::Never.as_str(), Some(whole)), (1, 0));
    }
    for (_, decided) in decided.iter().filter(|(_, decided)| !decided.selected) {
        let by = (decided.decided_by.as_str(), decided.pattern.as_deref());
        let (_, images) = counts.entry(by).or_default();
        *images += 1;
    }
    counts
        .into_iter()
        .map(|((list, pattern), (repositories, images))| Skipped {
            list: list.to_owned(),
            pattern: pattern.map(str::to_owned),
            repositories,
            images,
        })
        .collect()
}
