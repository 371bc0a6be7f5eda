//! What a registry says of the tags that it announced.

use std::collections::{BTreeMap, HashMap};

use bowline_registry::{AskedTag, Clock, Source, TagDigest};
use bowline_store::{Database, KnownImage, PendingEvent, SeenImage};

use super::Watched;
use crate::{
    api::service::{Random, Service},
    client::Outbound,
    context::RequestContext,
    problem::Problem,
    protocol::inventory::MOST_ASKED,
};

/// What is to be looked at in a repository.
#[derive(Default)]
pub(super) struct Suspects {
    pub(super) tags: BTreeMap<String, PendingEvent>,
    /// What the registry shows nobody yet.
    pub(super) quarantined: Vec<SeenImage>,
}

/// What the registry says of it.
#[derive(Default)]
pub(super) struct Sight {
    /// Tags, and what they name.
    pub(super) seen: Vec<Seen>,
    /// Tags that it has no more.
    pub(super) gone: Vec<PendingEvent>,
    /// Those of which it said nothing.
    pub(super) left: Vec<PendingEvent>,
}

/// A tag, and what it names.
pub(super) struct Seen {
    pub(super) image: SeenImage,
    /// What made us look; `None` where that is all there is to see.
    pub(super) event: Option<PendingEvent>,
    /// Where its details stand.
    pub(super) source: Option<Source>,
    /// Whether the inventory says otherwise.
    pub(super) moved: bool,
}

impl<D, O, C, R> Service<D, O, C, R>
where
    D: Database + 'static,
    O: Outbound,
    C: Clock,
    R: Random + Clone + 'static,
{
    /// What the registry says that tags name. It is not asked where the inventory has what was announced.
    pub(super) async fn sight(
        &self,
        context: &RequestContext,
        watched: &Watched<'_>,
        repository: &str,
        suspects: Suspects,
    ) -> Result<Sight, Problem> {
        let store = self.store(context).await?;
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
        let mut answers = self
            .digests(context, watched, repository, questions)
            .await?;
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
                _ if is_known(&event) => (event.digest.clone(), None),
                // Where it could not be read, it may still be told what it is called.
                Some(TagDigest {
                    digest,
                    from,
                    problem,
                    ..
                }) if digest.is_some() || problem.is_none() => (digest, from),
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
