//! Reads one repository: its tags, their digests, and the details of the images.

use std::collections::{HashMap, VecDeque};

use bowline_registry::{
    AskedImage, AskedTag, Clock, Code, Digests, ImageDetails, Source, TagDigest,
};
use bowline_store::{
    Database, HeldSync, KnownTag, ManifestDetails, Random, SeenImage, SyncProblem, UnreadRepository,
};

use super::{Engine, Listing, MOST_TAGS, Registry, Stop, listing, registry, undigested};
use crate::protocol::inventory::{MOST_ASKED, TagEntry};

impl<D, R, L, C> Engine<'_, D, R, L, C>
where
    D: Database,
    R: Random,
    L: Registry,
    C: Clock,
{
    /// Reads a repository and decides about its images.
    pub(super) async fn read_repository(
        &self,
        held: &HeldSync,
        unread: &UnreadRepository,
    ) -> Result<(), Stop> {
        let repository = &unread.repository;
        let mut complete = true;
        if !self.plan.policy.never_asks(repository) {
            complete = match self.read_tags(held, unread).await {
                Err(Stop::Registry(problem)) if is_gone(&problem, unread) => true,
                outcome => outcome?,
            };
            if complete {
                self.store.mark_gone(held, repository, self.now()).await?;
            }
        }
        let problem = (!complete).then(|| listing::cut("tags"));
        self.settle(held, repository, problem).await
    }

    /// Reads all pages of a repository's tags. Gives whether they are known to be all.
    async fn read_tags(&self, held: &HeldSync, unread: &UnreadRepository) -> Result<bool, Stop> {
        let repository = &unread.repository;
        let mut cursor = unread.cursor.clone();
        let mut listing = Listing::new("tags", MOST_TAGS);
        loop {
            self.in_time()?;
            let asked_at = self.now();
            let page = self.registry.tags(repository, cursor.as_deref()).await?;
            self.still_held(held, page.requests).await?;
            let known = self.store.seen_so_far(held, repository).await?;
            let next = page.cursor.as_deref();
            let turned = listing.turn(page.items.len(), known, cursor.as_deref(), next);
            turned.map_err(Stop::Registry)?;
            self.read_page(held, unread, page.items, asked_at).await?;
            let Some(next) = page.cursor else {
                return Ok(page.complete);
            };
            let moved = self.store.record_tags_cursor(held, repository, &next);
            if !moved.await? {
                return Err(Stop::Lost);
            }
            self.ahead.set(true);
            cursor = Some(next);
        }
    }

    /// Stores the entries of a page, and requests missing details.
    async fn read_page(
        &self,
        held: &HeldSync,
        unread: &UnreadRepository,
        page: Vec<TagEntry>,
        asked_at: i64,
    ) -> Result<(), Stop> {
        let repository = unread.repository.as_str();
        let dated: Vec<_> = page.iter().filter_map(details_of).collect();
        self.store
            .record_details(held.connection, &dated, asked_at)
            .await?;
        let (mut told, mut untold) = (Vec::new(), Vec::new());
        for entry in page {
            match entry.digest {
                Some(digest) => told.push(seen(repository, entry.tag, digest, entry.pushed_at)),
                None => untold.push(entry),
            }
        }
        self.keep(held, &told, asked_at).await?;
        let sources = self.read_digests(held, unread, &untold).await?;
        self.read_details(held, repository, &sources).await
    }

    /// Requests the digests of tags that the listing does not include. Skips tags that this sync has already seen,
    /// because an earlier step did not finish the page. Returns where to read the details of the new digests.
    async fn read_digests(
        &self,
        held: &HeldSync,
        unread: &UnreadRepository,
        entries: &[TagEntry],
    ) -> Result<HashMap<String, Source>, Stop> {
        let repository = unread.repository.as_str();
        let tags: Vec<&str> = entries.iter().map(|entry| entry.tag.as_str()).collect();
        let known = self.store.known_tags(held, repository, &tags).await?;
        let mut known: HashMap<String, KnownTag> = known
            .into_iter()
            .map(|known| (known.tag.clone(), known))
            .collect();
        let pushed: HashMap<&str, i64> = entries
            .iter()
            .filter_map(|entry| Some((entry.tag.as_str(), entry.pushed_at?)))
            .collect();
        let mut left: VecDeque<String> = tags
            .into_iter()
            .filter(|tag| !known.get(*tag).is_some_and(|known| known.seen))
            .map(str::to_owned)
            .collect();
        let mut sources = HashMap::new();
        while !left.is_empty() {
            self.in_time()?;
            let most = left.len().min(MOST_ASKED);
            let asked: Vec<AskedTag> = left
                .drain(..most)
                .map(|tag| AskedTag {
                    known: known.get(&tag).map(|known| known.digest.clone()),
                    tag,
                })
                .collect();
            let asked_at = self.now();
            let names: Vec<String> = asked.iter().map(|asked| asked.tag.clone()).collect();
            let answer = match self.registry.digests(repository, asked).await {
                // Listed, and refused one and all: they are there, and are shown with the reason.
                Err(Stop::Registry(problem)) if is_refused(&problem, unread) => all_refused(names),
                answer => answer?,
            };
            self.still_held(held, answer.requests).await?;
            if answer.items.is_empty() {
                return Err(Stop::Registry(registry::silent()));
            }
            left.extend(answer.left);
            let (mut found, mut unreadable) = (Vec::new(), Vec::new());
            for item in answer.items {
                let TagDigest {
                    tag,
                    digest,
                    from,
                    problem,
                } = item;
                // What could not be read is there: it is as it was known, or as far as its name tells.
                let digest = match (digest, problem) {
                    (None, Some(code)) => Some(match known.remove(&tag) {
                        Some(known) => known.digest,
                        None => {
                            unreadable.push(undigested::details(repository, &tag, code));
                            undigested::stand_in(repository, &tag)
                        }
                    }),
                    (digest, _) => digest,
                };
                let Some(digest) = digest else {
                    continue;
                };
                if let Some(from) = from {
                    sources.insert(digest.clone(), from);
                }
                let pushed_at = pushed.get(tag.as_str()).copied();
                found.push(seen(repository, tag, digest, pushed_at));
            }
            self.store
                .record_details(held.connection, &unreadable, asked_at)
                .await?;
            self.keep(held, &found, asked_at).await?;
            self.ahead.set(true);
        }
        Ok(sources)
    }

    /// Requests the details of a repository's new digests.
    async fn read_details(
        &self,
        held: &HeldSync,
        repository: &str,
        sources: &HashMap<String, Source>,
    ) -> Result<(), Stop> {
        let most = u32::try_from(MOST_ASKED).unwrap_or(u32::MAX);
        loop {
            let unread = self
                .store
                .unread_digests(held.connection, repository, most, held.started_at.0)
                .await?;
            if unread.is_empty() {
                return Ok(());
            }
            self.in_time()?;
            let asked = unread.into_iter().map(|digest| AskedImage {
                from: sources.get(&digest).cloned(),
                digest,
            });
            let answer = self.registry.details(repository, asked.collect()).await?;
            self.still_held(held, answer.requests).await?;
            if answer.items.is_empty() {
                return Err(Stop::Registry(registry::silent()));
            }
            let details: Vec<_> = answer.items.into_iter().map(described).collect();
            self.store
                .record_details(held.connection, &details, self.now())
                .await?;
            self.ahead.set(true);
        }
    }

    async fn keep(&self, held: &HeldSync, seen: &[SeenImage], asked_at: i64) -> Result<(), Stop> {
        if seen.is_empty() {
            return Ok(());
        }
        let kept = self.store.record_seen(held, seen, asked_at).await?;
        kept.then_some(()).ok_or(Stop::Lost)
    }
}

/// Whether a repository is gone and not only unreadable: the registry says so, or it neither lists it nor lets it be
/// read.
fn is_gone(problem: &SyncProblem, unread: &UnreadRepository) -> bool {
    match problem.code.as_str() {
        "image.unknown" => true,
        "permission.pull_missing" => !unread.listed,
        _ => false,
    }
}

/// Tells whether tags of a repository that is listed may not be pulled.
fn is_refused(problem: &SyncProblem, unread: &UnreadRepository) -> bool {
    unread.listed && problem.code == Code::PermissionPullMissing.as_str()
}

/// These tags, all of them refused.
fn all_refused(tags: Vec<String>) -> Digests {
    let refused = |tag| TagDigest {
        tag,
        digest: None,
        from: None,
        problem: Some(Code::PermissionPullMissing),
    };
    Digests {
        items: tags.into_iter().map(refused).collect(),
        ..Digests::default()
    }
}

/// Returns the details of an image to store. An unreadable image has no date. Unless its format is the reason, the next
/// sync asks again.
pub(crate) fn described(read: ImageDetails) -> ManifestDetails {
    ManifestDetails {
        digest: read.digest,
        created_at: read.created_at,
        size: read.size.and_then(|size| i64::try_from(size).ok()),
        artifact_type: read.artifact_type,
        problem: read.problem.map(|code| code.as_str().to_owned()),
        ask_again: read
            .problem
            .is_some_and(|code| code != Code::ManifestUnsupported),
    }
}

/// An image with all details in its listing.
fn details_of(entry: &TagEntry) -> Option<ManifestDetails> {
    Some(ManifestDetails {
        digest: entry.digest.clone()?,
        created_at: Some(entry.created_at?),
        size: entry.size.and_then(|size| i64::try_from(size).ok()),
        ..ManifestDetails::default()
    })
}

fn seen(repository: &str, tag: String, digest: String, pushed_at: Option<i64>) -> SeenImage {
    SeenImage {
        repository: repository.to_owned(),
        tag,
        digest,
        pushed_at,
    }
}
