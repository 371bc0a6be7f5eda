//! Resolves announced tags to digests by asking the registry.

use std::collections::{BTreeMap, HashMap};

use bowline_registry::{AskedTag, Clock, Source, TagDigest};
use bowline_store::{Database, KnownImage, PendingEvent, SeenImage};

use super::watched_connection::WatchedConnection;
use crate::{
    api::service::{Random, Service},
    client::Outbound,
    context::RequestContext,
    problem::Problem,
    protocol::inventory::MOST_ASKED,
};

/// The tags of a repository that are to be resolved.
#[derive(Default)]
pub(super) struct TagsToResolve {
    pub(super) tags: BTreeMap<String, PendingEvent>,
    /// Images that the registry withholds from everybody for now.
    pub(super) quarantined: Vec<SeenImage>,
}

impl TagsToResolve {
    /// Adds the announced removal of a tag in the inventory. A push of the tag in the same notification stays: the
    /// registry decides which was the last.
    pub(super) fn remove(&mut self, repository: &str, tag: String, at: Option<i64>) {
        let event = self.tags.entry(tag.clone()).or_insert(PendingEvent {
            repository: repository.to_owned(),
            tag,
            digest: None,
            removed: true,
            at,
        });
        event.removed = true;
        event.at = event.at.max(at);
    }
}

/// The registry's answer about the tags of a repository.
#[derive(Default)]
pub(super) struct ResolvedTags {
    /// Tags with the digests that they name.
    pub(super) seen: Vec<ResolvedTag>,
    /// Tags that it no longer has.
    pub(super) gone: Vec<PendingEvent>,
    /// Tags about which it said nothing.
    pub(super) left: Vec<PendingEvent>,
}

/// A tag with the digest that it names.
pub(super) struct ResolvedTag {
    pub(super) image: SeenImage,
    /// The event that announced it; `None` if the image is quarantined.
    pub(super) event: Option<PendingEvent>,
    /// The source of its details.
    pub(super) source: Option<Source>,
    /// True if the inventory has another digest for it.
    pub(super) moved: bool,
}

impl<D, O, C, R> Service<D, O, C, R>
where
    D: Database + 'static,
    O: Outbound,
    C: Clock,
    R: Random + Clone + 'static,
{
    /// Resolves tags. The registry is not asked about a push of a tag that the inventory has as it was announced.
    pub(super) async fn resolve_tags(
        &self,
        context: &RequestContext,
        watched: &WatchedConnection<'_>,
        repository: &str,
        to_resolve: TagsToResolve,
    ) -> Result<ResolvedTags, Problem> {
        let store = self.store(context).await?;
        let known = store.images_of(watched.opened.connection.id, repository);
        let known: HashMap<String, String> = known
            .await?
            .into_iter()
            .map(|KnownImage { image, .. }| (image.tag, image.digest))
            .collect();
        let is_known = |event: &PendingEvent| {
            let is_pushed = !event.removed && event.digest.is_some();
            is_pushed && event.digest.as_ref() == known.get(&event.tag)
        };
        let questions = to_resolve.tags.values().filter(|event| !is_known(event));
        let questions: Vec<_> = questions
            .take(MOST_ASKED)
            .map(|event| AskedTag {
                tag: event.tag.clone(),
                known: event.digest.as_ref().or(known.get(&event.tag)).cloned(),
            })
            .collect();
        let mut answers = self
            .digests(context, watched, repository, questions)
            .await?;
        let mut resolved = ResolvedTags {
            seen: to_resolve
                .quarantined
                .into_iter()
                .map(ResolvedTag::quarantined)
                .collect(),
            ..ResolvedTags::default()
        };
        for event in to_resolve.tags.into_values() {
            let known = known.get(&event.tag);
            let (digest, source) = match answers.remove(&event.tag) {
                _ if is_known(&event) => (event.digest.clone(), None),
                // Where it could not be read, it may still be told what it is called.
                Some(TagDigest {
                    digest,
                    from,
                    problem,
                    ..
                }) if digest.is_some() || problem.is_none() => (digest, from),
                _ => {
                    resolved.left.push(event);
                    continue;
                }
            };
            match digest {
                None if event.removed => resolved.gone.push(event),
                // It has gone, and that will be announced.
                None => {}
                Some(digest) => {
                    let moved = known != Some(&digest);
                    let told = event.digest.as_ref();
                    let as_told = told.map_or(!event.removed, |told| *told == digest);
                    if moved || as_told {
                        resolved.seen.push(ResolvedTag {
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
        Ok(resolved)
    }
}

impl ResolvedTag {
    fn quarantined(image: SeenImage) -> Self {
        Self {
            image,
            event: None,
            source: None,
            moved: false,
        }
    }
}
