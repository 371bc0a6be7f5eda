//! Looks up tags from a registry's notifications. Only the registry's answer about a tag counts, not the notification,
//! so repeated, reordered, or forged events change nothing.

mod resolve_tags;
mod watched_connection;

use std::{
    cell::Cell,
    collections::{BTreeMap, HashSet},
    time::Duration,
};

use bowline_registry::{AskedImage, Clock, Code, EventKind};
use bowline_store::{
    Database, KnownImage, Opened, Origin, PendingEvent, Removed, SeenImage, StoreError, TakenEvent,
    WantedScan, Within,
};

use self::resolve_tags::{ResolvedTag, TagsToResolve};
pub(super) use self::watched_connection::WatchedConnection;
use super::{
    service::{Random, Service},
    several::{Place, Places, several},
};
use crate::{
    client::Outbound,
    context::RequestContext,
    problem::Problem,
    protocol::inventory::MOST_ASKED,
    sync::{
        decisions::{decide, is_wanted},
        repository::described,
    },
};

/// The time for which a request looks up one repository after the other. What is left waits for the next tick.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// The most waiting events that a tick takes at once.
const AT_ONCE: u32 = 100;

/// The most repositories whose waiting events are looked up at the same time.
const REPOSITORIES: usize = 4;

/// The most digests of a repository that are searched for those that are not known yet.
const MOST_UNREAD: u32 = 10_000;

/// The latest times at which tags and digests of a repository were removed, by the registry's clock.
type Removals = BTreeMap<String, Option<i64>>;

/// An event in the registry and namespace of a connection.
pub(super) struct AnnouncedEvent {
    pub(super) repository: String,
    pub(super) kind: EventKind,
    /// Its time, by the registry's clock.
    pub(super) at: Option<i64>,
}

impl<D, O, C, R> Service<D, O, C, R>
where
    D: Database + 'static,
    O: Outbound,
    C: Clock,
    R: Random + Clone + 'static,
{
    /// Processes the events that a registry announced, and returns how many it accepted: what the policy selects of
    /// them is in the queue, or waits until the registry answers, as does what is left when `patience` is over.
    pub(super) async fn process_events(
        &self,
        context: &RequestContext,
        opened: &Opened,
        announced: Vec<AnnouncedEvent>,
        patience: Duration,
    ) -> Result<usize, Problem> {
        let Some(watched) = WatchedConnection::of(opened) else {
            return Ok(0);
        };
        let (store, began) = (self.store(context).await?, self.clock.monotonic());
        let mut accepted = announced.len();
        for (repository, to_resolve) in self.sorted(context, opened, announced).await? {
            let late = self.clock.monotonic().saturating_sub(began) >= patience;
            let left = if late && to_resolve.quarantined.is_empty() {
                to_resolve.tags.into_values().collect()
            } else {
                self.look_up_events(context, &watched, &repository, to_resolve)
                    .await?
            };
            if !left.is_empty() {
                let kept = store
                    .keep_pending(opened.connection.id, &left, context.now)
                    .await?;
                accepted = accepted.saturating_sub(left.len().saturating_sub(kept));
            }
        }
        Ok(accepted)
    }

    /// Retries waiting events for as long as `budget` lasts, and returns how many are done.
    pub(super) async fn retry_pending_events(
        &self,
        context: &RequestContext,
        within: Within<'_>,
        budget: Duration,
    ) -> Result<usize, Problem> {
        let (store, began) = (self.store(context).await?, self.clock.monotonic());
        let (done, places) = (Cell::new(0_usize), Places::default());
        let claim = async || {
            let taken = store.take_pending(within, AT_ONCE, context.now).await?;
            let Some(first) = taken.first() else {
                return Ok(None);
            };
            let place = places.of(&first.project);
            Ok(Some((taken, place)))
        };
        let retry = async |(taken, place): (Vec<TakenEvent>, Option<Place<'_>>)| {
            // Whatever is in the way of one connection is not in that of the others: what was taken comes again later. So
            // does what its project has no place for.
            let Some(_place) = place else { return Ok(()) };
            let Ok(left) = self.retry_events(context, &taken).await else {
                return Ok(());
            };
            for taken in taken.iter().filter(|taken| !left.contains(&taken.event)) {
                store.pending_done(taken).await?;
                done.set(done.get().saturating_add(1));
            }
            Ok(())
        };
        let is_over = || self.clock.monotonic().saturating_sub(began) > budget;
        several(REPOSITORIES, is_over, claim, retry).await?;
        Ok(done.get())
    }

    /// Retries events of one repository, and returns those for which the registry has to be asked again.
    async fn retry_events(
        &self,
        context: &RequestContext,
        taken: &[TakenEvent],
    ) -> Result<Vec<PendingEvent>, Problem> {
        let Some(first) = taken.first() else {
            return Ok(Vec::new());
        };
        let store = self.store(context).await?;
        let opened = store.open(&first.project, first.connection, context.now);
        let opened = opened.await?;
        let Some(watched) = WatchedConnection::of(&opened) else {
            return Ok(Vec::new());
        };
        let tags = taken
            .iter()
            .map(|taken| (taken.event.tag.clone(), taken.event.clone()));
        let to_resolve = TagsToResolve {
            tags: tags.collect(),
            ..TagsToResolve::default()
        };
        self.look_up_events(context, &watched, &first.event.repository, to_resolve)
            .await
    }

    /// Sorts events by repository. A removal concerns the tags that the inventory has, and no other.
    async fn sorted(
        &self,
        context: &RequestContext,
        opened: &Opened,
        announced: Vec<AnnouncedEvent>,
    ) -> Result<BTreeMap<String, TagsToResolve>, Problem> {
        let (store, id) = (self.store(context).await?, opened.connection.id);
        let mut sorted: BTreeMap<String, TagsToResolve> = BTreeMap::new();
        let mut removals: BTreeMap<String, Removals> = BTreeMap::new();
        for AnnouncedEvent {
            repository,
            kind,
            at,
        } in announced
        {
            match kind {
                EventKind::Pushed { tag, digest } => {
                    let event = PendingEvent {
                        repository: repository.clone(),
                        tag,
                        digest,
                        removed: false,
                        at,
                    };
                    let pushed = &mut sorted.entry(repository).or_default().tags;
                    pushed.insert(event.tag.clone(), event);
                }
                EventKind::Untagged { tag: name } | EventKind::Removed { digest: name } => {
                    let removals = removals.entry(repository).or_default();
                    let latest = removals.entry(name).or_default();
                    *latest = at.max(*latest);
                }
                EventKind::Quarantined { tag, digest } => {
                    let to_resolve = sorted.entry(repository.clone()).or_default();
                    to_resolve.quarantined.push(SeenImage {
                        repository,
                        tag,
                        digest,
                        pushed_at: at,
                    });
                }
            }
        }
        for (repository, removals) in removals {
            let known = store.images_of(id, &repository).await?;
            let to_resolve = sorted.entry(repository.clone()).or_default();
            for KnownImage { image, .. } in known {
                // A tag has no colon and a digest has one, so a name is one of them.
                let of_tag = removals.get(&image.tag);
                if let Some(&at) = of_tag.max(removals.get(&image.digest)) {
                    to_resolve.remove(&repository, image.tag, at);
                }
            }
        }
        Ok(sorted)
    }

    /// Looks up tags of a repository: records what they name, and queues what is new and selected. Returns the events
    /// for which the registry has to be asked again later.
    async fn look_up_events(
        &self,
        context: &RequestContext,
        watched: &WatchedConnection<'_>,
        repository: &str,
        to_resolve: TagsToResolve,
    ) -> Result<Vec<PendingEvent>, Problem> {
        if watched.policy.never_asks(repository) {
            return Ok(Vec::new());
        }
        let connection = &watched.opened.connection;
        let (store, id, now) = (self.store(context).await?, connection.id, context.now);
        let resolved = self
            .resolve_tags(context, watched, repository, to_resolve)
            .await?;
        for PendingEvent { tag, at, .. } in resolved.gone {
            let tag = Removed::Tag(&tag);
            store.record_removed(id, repository, tag, at, now).await?;
        }
        let unscanned = self.record(context, watched, &resolved.seen).await?;
        let unread = self
            .describe(context, watched, repository, &resolved.seen)
            .await?;
        let decided = decide(store, None, id, &watched.policy, repository, now).await?;
        let (mut left, mut wanted) = (resolved.left, Vec::new());
        for ResolvedTag { image, event, .. } in resolved.seen {
            let name = |image: &SeenImage| (image.tag.clone(), image.digest.clone());
            let is_selected = decided.iter().any(|(known, decided)| {
                is_wanted(known, decided)
                    && (&known.image.tag, &known.image.digest) == (&image.tag, &image.digest)
            });
            let is_unscanned = unscanned.iter().any(|it| name(it) == name(&image));
            match event {
                Some(event) if unread.contains(&image.digest) => left.push(event),
                // What waits for its release is scanned for it, though it may have been scanned elsewhere.
                event if is_selected && (is_unscanned || event.is_none()) => {
                    wanted.push(WantedScan {
                        repository: image.repository,
                        tag: Some(image.tag),
                        digest: Some(image.digest),
                    });
                }
                _ => {}
            }
        }
        let project = &connection.project;
        match store
            .queue_scans(project, id, &wanted, Origin::Event, now)
            .await
        {
            // As many wait as may: the next sync finds these.
            Ok(_) | Err(StoreError::QuotaExceeded { .. }) => Ok(left),
            Err(error) => Err(error.into()),
        }
    }

    /// Records resolved tags, and returns the images that were never scanned.
    async fn record(
        &self,
        context: &RequestContext,
        watched: &WatchedConnection<'_>,
        seen: &[ResolvedTag],
    ) -> Result<Vec<SeenImage>, Problem> {
        let (store, id) = (self.store(context).await?, watched.opened.connection.id);
        let images: Vec<_> = seen.iter().map(|seen| seen.image.clone()).collect();
        let mut unscanned = store.record_push(id, &images, context.now).await?;
        // By a clock that ticks in seconds two pushes may be at once; this one the registry has confirmed.
        let recorded = |image: &SeenImage| {
            let same = |it: &SeenImage| (&it.tag, &it.digest) == (&image.tag, &image.digest);
            unscanned.iter().any(same)
        };
        let missed: Vec<_> = seen
            .iter()
            .filter(|seen| seen.moved && !recorded(&seen.image))
            .map(|seen| SeenImage {
                pushed_at: None,
                ..seen.image.clone()
            })
            .collect();
        unscanned.extend(store.record_push(id, &missed, context.now).await?);
        Ok(unscanned)
    }

    /// Reads the details of digests that are not known yet, and returns those that have to be asked for again
    /// before they are scanned: the registry did not answer, or has something else than it says.
    async fn describe(
        &self,
        context: &RequestContext,
        watched: &WatchedConnection<'_>,
        repository: &str,
        seen: &[ResolvedTag],
    ) -> Result<HashSet<String>, Problem> {
        let (store, id) = (self.store(context).await?, watched.opened.connection.id);
        let unread = store.unread_digests(id, repository, MOST_UNREAD, context.now);
        let unread = unread.await?;
        let mut unread: HashSet<String> = unread.into_iter().collect();
        unread.retain(|digest| seen.iter().any(|seen| seen.image.digest == *digest));
        let questions = seen
            .iter()
            .filter(|seen| unread.contains(&seen.image.digest));
        let mut questions: Vec<_> = questions
            .map(|seen| AskedImage {
                digest: seen.image.digest.clone(),
                from: seen.source.clone(),
            })
            .collect();
        questions.sort_by(|a, b| a.digest.cmp(&b.digest));
        questions.dedup_by(|a, b| a.digest == b.digest);
        questions.truncate(MOST_ASKED);
        let answers = self
            .details(context, watched, repository, questions)
            .await?;
        let details: Vec<_> = answers.into_iter().map(described).collect();
        store.record_details(id, &details, context.now).await?;
        let mismatch = Some(Code::DigestMismatch.as_str());
        for details in details {
            if details.problem.as_deref() != mismatch {
                unread.remove(&details.digest);
            }
        }
        Ok(unread)
    }
}
