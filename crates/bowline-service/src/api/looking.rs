//! Looking at the tags that a registry announced: what it says they name is what counts, not what was announced. So
//! repeats, reordering and inventions of whoever knows the secret change nothing.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    time::Duration,
};

use super::{Asked, Outbound, Random, Service, inquiring::described, judging};
use crate::{
    events::Kind, outbound::inventory::MOST_ASKED, problem::Problem, sync::deciding::decide,
};
use bowline::{form::ConnectionForm, selection::Policy};
use bowline_registry::{AskedImage, AskedTag, Clock, Source, TagDigest};
use bowline_store::{
    Database, KnownImage, Opened, Origin, PendingEvent, Removed, SeenImage, StoreError, TakenEvent,
    WantedScan,
};

/// How long a request looks at one repository after the other; what is left then waits for the next tick.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many waiting events a tick takes at once.
const AT_ONCE: u32 = 100;

/// How many digests of a repository are looked through for those that are not known yet.
const MOST_UNREAD: u32 = 10_000;

/// An event in the registry and namespace of a connection.
pub(super) struct Announced {
    pub(super) repository: String,
    pub(super) kind: Kind,
    /// When, by the registry's clock.
    pub(super) at: Option<i64>,
}

/// The connection that is looked at, with a policy that takes events.
pub(super) struct Watched<'a> {
    pub(super) opened: &'a Opened,
    pub(super) form: ConnectionForm,
    policy: Policy,
}

/// What is to be looked at in a repository.
#[derive(Default)]
struct Suspects {
    tags: BTreeMap<String, PendingEvent>,
    /// What the registry shows nobody yet.
    quarantined: Vec<SeenImage>,
}

/// What the registry says of it.
#[derive(Default)]
struct Sight {
    /// Tags, and what they name.
    seen: Vec<Seen>,
    /// Tags that it has no more.
    gone: Vec<PendingEvent>,
    /// Those of which it said nothing.
    left: Vec<PendingEvent>,
}

/// A tag, and what it names.
struct Seen {
    image: SeenImage,
    /// What made us look; `None` where that is all there is to see.
    event: Option<PendingEvent>,
    /// Where its details stand.
    source: Option<Source>,
    /// Whether the inventory says otherwise.
    moved: bool,
}

impl<D, O, C, R> Service<D, O, C, R>
where
    D: Database + 'static,
    O: Outbound,
    C: Clock,
    R: Random + Clone + 'static,
{
    /// Sees to what a registry announced, and says of how many events: what the policy selects of them is in the queue,
    /// or waits for the registry to be there.
    pub(super) async fn look_at(
        &self,
        asked: &Asked,
        opened: &Opened,
        announced: Vec<Announced>,
    ) -> Result<usize, Problem> {
        let Some(watched) = Watched::of(opened) else {
            return Ok(0);
        };
        let (store, began) = (self.store(asked).await?, self.clock.monotonic());
        let mut accepted = announced.len();
        for (repository, suspects) in self.sorted(asked, opened, announced).await? {
            let late = self.clock.monotonic().saturating_sub(began) > PATIENCE;
            let left = if late && suspects.quarantined.is_empty() {
                suspects.tags.into_values().collect()
            } else {
                self.look(asked, &watched, &repository, suspects).await?
            };
            if !left.is_empty() {
                let kept = store
                    .keep_pending(opened.connection.id, &left, asked.now)
                    .await?;
                accepted = accepted.saturating_sub(left.len().saturating_sub(kept));
            }
        }
        Ok(accepted)
    }

    /// Sees to events that wait, for as long as `budget` lasts, and says to how many.
    pub(super) async fn work_pending(
        &self,
        asked: &Asked,
        budget: Duration,
    ) -> Result<usize, Problem> {
        let (store, began) = (self.store(asked).await?, self.clock.monotonic());
        let mut places: BTreeMap<_, Vec<TakenEvent>> = BTreeMap::new();
        for taken in store.take_pending(AT_ONCE, asked.now).await? {
            let place = (taken.connection, taken.event.repository.clone());
            places.entry(place).or_default().push(taken);
        }
        let mut done = 0_usize;
        for ((id, repository), taken) in places {
            if self.clock.monotonic().saturating_sub(began) > budget {
                break;
            }
            let Some(project) = taken.first().map(|taken| taken.project.as_str()) else {
                continue;
            };
            let opened = match store.open(project, id, asked.now).await {
                Ok(opened) => opened,
                // It was removed, or its key is gone for now.
                Err(StoreError::NotFound | StoreError::UnknownKey | StoreError::Unsealable) => {
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            let tags = taken
                .iter()
                .map(|taken| (taken.event.tag.clone(), taken.event.clone()));
            let suspects = Suspects {
                tags: tags.collect(),
                ..Suspects::default()
            };
            let left = match Watched::of(&opened) {
                Some(watched) => self.look(asked, &watched, &repository, suspects).await?,
                None => Vec::new(),
            };
            for taken in taken.iter().filter(|taken| !left.contains(&taken.event)) {
                store.pending_done(taken).await?;
                done = done.saturating_add(1);
            }
        }
        Ok(done)
    }

    /// What has to be looked at, by repository. Removals that the registry gave a time are marked at once.
    async fn sorted(
        &self,
        asked: &Asked,
        opened: &Opened,
        announced: Vec<Announced>,
    ) -> Result<BTreeMap<String, Suspects>, Problem> {
        let (store, id) = (self.store(asked).await?, opened.connection.id);
        let mut sorted: BTreeMap<String, Suspects> = BTreeMap::new();
        for Announced {
            repository,
            kind,
            at,
        } in announced
        {
            let (tag, digest, removed) = match kind {
                Kind::Pushed { tag, digest } => (tag, digest, false),
                Kind::Untagged { tag } if at.is_none() => (tag, None, true),
                Kind::Untagged { tag } => {
                    let tag = Removed::Tag(&tag);
                    store
                        .record_removed(id, &repository, tag, at, asked.now)
                        .await?;
                    continue;
                }
                Kind::Removed { digest } => {
                    let digest = Removed::Digest(&digest);
                    store
                        .record_removed(id, &repository, digest, at, asked.now)
                        .await?;
                    continue;
                }
                Kind::Quarantined { tag, digest } => {
                    let suspects = sorted.entry(repository.clone()).or_default();
                    suspects.quarantined.push(SeenImage {
                        repository,
                        tag,
                        digest,
                        pushed_at: at,
                    });
                    continue;
                }
            };
            let event = PendingEvent {
                repository: repository.clone(),
                tag: tag.clone(),
                digest,
                removed,
                at,
            };
            sorted
                .entry(repository)
                .or_default()
                .tags
                .insert(tag, event);
        }
        Ok(sorted)
    }

    /// Looks at tags of a repository: records what they name, and queues what is new and selected. Gives the events
    /// for which the registry has to be asked again later.
    async fn look(
        &self,
        asked: &Asked,
        watched: &Watched<'_>,
        repository: &str,
        suspects: Suspects,
    ) -> Result<Vec<PendingEvent>, Problem> {
        if watched.policy.never_asks(repository) {
            return Ok(Vec::new());
        }
        let connection = &watched.opened.connection;
        let (store, id, now) = (self.store(asked).await?, connection.id, asked.now);
        let sight = self.sight(asked, watched, repository, suspects).await?;
        for PendingEvent { tag, at, .. } in sight.gone {
            let tag = Removed::Tag(&tag);
            store.record_removed(id, repository, tag, at, now).await?;
        }
        let unscanned = self.record(asked, watched, &sight.seen).await?;
        let unread = self
            .describe(asked, watched, repository, &sight.seen)
            .await?;
        let decided = decide(store, None, id, &watched.policy, repository, now).await?;
        let (mut left, mut wanted) = (sight.left, Vec::new());
        for Seen { image, event, .. } in sight.seen {
            let name = |image: &SeenImage| (image.tag.clone(), image.digest.clone());
            let is_selected = decided.iter().any(|(known, decided)| {
                decided.selected
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
        store
            .queue_scans(project, id, &wanted, Origin::Event, now)
            .await?;
        Ok(left)
    }

    /// What the registry says that tags name. It is not asked where the inventory has what was announced.
    async fn sight(
        &self,
        asked: &Asked,
        watched: &Watched<'_>,
        repository: &str,
        suspects: Suspects,
    ) -> Result<Sight, Problem> {
        let store = self.store(asked).await?;
        let known = store.images_of(watched.opened.connection.id, repository);
        let known: HashMap<String, String> = known
            .await?
            .into_iter()
            .map(|KnownImage { image, .. }| (image.tag, image.digest))
            .collect();
        let is_known = |event: &PendingEvent| {
            event.digest.is_some() && event.digest.as_ref() == known.get(&event.tag)
        };
        let questions = suspects.tags.values().filter(|event| !is_known(event));
        let questions: Vec<_> = questions
            .take(MOST_ASKED)
            .map(|event| AskedTag {
                tag: event.tag.clone(),
                known: event.digest.as_ref().or(known.get(&event.tag)).cloned(),
            })
            .collect();
        let mut answers = self.digests(asked, watched, repository, questions).await?;
        let mut sight = Sight {
            seen: suspects
                .quarantined
                .into_iter()
                .map(Seen::quarantined)
                .collect(),
            ..Sight::default()
        };
        for event in suspects.tags.into_values() {
            let known = known.get(&event.tag);
            let (digest, source) = match answers.remove(&event.tag) {
                _ if event.digest.is_some() && event.digest.as_ref() == known => {
                    (event.digest.clone(), None)
                }
                Some(TagDigest {
                    problem: None,
                    digest,
                    from,
                    ..
                }) => (digest, from),
                _ => {
                    sight.left.push(event);
                    continue;
                }
            };
            match digest {
                None if event.removed => sight.gone.push(event),
                // It has gone, and that will be announced.
                None => {}
                Some(digest) => {
                    let moved = known != Some(&digest);
                    let told = event.digest.as_ref();
                    let as_told = !event.removed && told.is_none_or(|told| *told == digest);
                    if moved || as_told {
                        sight.seen.push(Seen {
                            image: SeenImage {
                                repository: repository.to_owned(),
                                tag: event.tag.clone(),
                                digest,
                                // The time is that of the push that was announced.
                                pushed_at: event.at.filter(|_| as_told),
                            },
                            event: Some(event),
                            source,
                            moved,
                        });
                    }
                }
            }
        }
        Ok(sight)
    }

    /// Records what was seen, and gives what of it was never scanned.
    async fn record(
        &self,
        asked: &Asked,
        watched: &Watched<'_>,
        seen: &[Seen],
    ) -> Result<Vec<SeenImage>, Problem> {
        let (store, id) = (self.store(asked).await?, watched.opened.connection.id);
        let images: Vec<_> = seen.iter().map(|seen| seen.image.clone()).collect();
        let mut unscanned = store.record_push(id, &images, asked.now).await?;
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
        unscanned.extend(store.record_push(id, &missed, asked.now).await?);
        Ok(unscanned)
    }

    /// Learns what digests stand for that nobody has asked for yet, and gives those of which that could not be learnt.
    async fn describe(
        &self,
        asked: &Asked,
        watched: &Watched<'_>,
        repository: &str,
        seen: &[Seen],
    ) -> Result<HashSet<String>, Problem> {
        let (store, id) = (self.store(asked).await?, watched.opened.connection.id);
        let unread = store.unread_digests(id, repository, MOST_UNREAD).await?;
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
        let answers = self.details(asked, watched, repository, questions).await?;
        let details: Vec<_> = answers.into_iter().filter_map(described).collect();
        store.record_details(id, &details, asked.now).await?;
        for details in details {
            unread.remove(&details.digest);
        }
        Ok(unread)
    }
}

impl<'a> Watched<'a> {
    /// The connection, where its policy takes events or watches image streams.
    pub(super) fn of(opened: &'a Opened) -> Option<Self> {
        let (form, connection) = (opened.form(), &opened.connection);
        let typed = form.policy.as_ref()?;
        let policy = judging::policy(typed, &connection.provider, &connection.endpoint).ok()?;
        (policy.events || policy.image_streams).then_some(Self {
            opened,
            form,
            policy,
        })
    }
}

impl Seen {
    fn quarantined(image: SeenImage) -> Self {
        Self {
            image,
            event: None,
            source: None,
            moved: false,
        }
    }
}
