//! Watches OpenShift's image streams from version to version.

use std::{cell::Cell, time::Duration};

use bowline_registry::{Clock, EventKind, ImageStream, StreamChanges};
use bowline_store::{Database, KnownImage, Opened, StreamWatch, SyncOrigin, Within};

use super::{
    event_lookup::{AnnouncedEvent, PATIENCE, WatchedConnection},
    problem_document::ProblemDocument,
    service::{Random, Service},
    several::{Place, Places, several},
};
use crate::{
    client::Outbound, context::RequestContext, problem::Problem,
    protocol::inventory::StreamsRequest,
};

/// The most connections whose image streams are looked at at the same time.
const AT_ONCE: usize = 4;

/// The most connections that a call passes over because their project has its places.
const MOST_PASSED_OVER: usize = 1000;

impl<D, O, C, R> Service<D, O, C, R>
where
    D: Database + 'static,
    O: Outbound,
    C: Clock,
    R: Random + Clone + 'static,
{
    /// Looks once at each of the connections whose image streams are watched and whose turn it is, for as long as
    /// `budget` lasts, and says at how many.
    pub(super) async fn watch_streams(
        &self,
        context: &RequestContext,
        within: Within<'_>,
        budget: Duration,
    ) -> Result<usize, Problem> {
        let (store, began) = (self.store(context).await?, self.clock.monotonic());
        let (looked, places) = (Cell::new(0_usize), Places::default());
        let mut passed_over = 0_usize;
        let claim = async || {
            while passed_over < MOST_PASSED_OVER {
                let Some(watch) = store.claim_watch(within, context.now).await? else {
                    return Ok(None);
                };
                if let Some(place) = places.of(&watch.project) {
                    return Ok(Some((watch, place)));
                }
                // It has its next turn when the others had theirs.
                store.end_watch(watch.connection, None).await?;
                passed_over = passed_over.saturating_add(1);
            }
            Ok(None)
        };
        let look = async |(watch, _place): (StreamWatch, Place<'_>)| {
            // Whatever is in the way of one is not in that of the others; its version stays, so nothing is missed.
            let failed = self.look_at_streams(context, &watch).await.err();
            let reason = failed.map(|problem| ProblemDocument::ours(problem).sentence());
            store.end_watch(watch.connection, reason.as_deref()).await?;
            looked.set(looked.get().saturating_add(1));
            Ok(())
        };
        let is_over = || self.clock.monotonic().saturating_sub(began) > budget;
        several(AT_ONCE, is_over, claim, look).await?;
        Ok(looked.get())
    }

    async fn look_at_streams(
        &self,
        context: &RequestContext,
        watch: &StreamWatch,
    ) -> Result<(), Problem> {
        let store = self.store(context).await?;
        let opened = store
            .open(&watch.project, watch.connection, context.now)
            .await?;
        let Some(watched) = WatchedConnection::of(&opened) else {
            return Ok(());
        };
        let request = StreamsRequest {
            form: watched.form.expose(),
            resource_version: watch.version.clone(),
        };
        let changes = self.look_up(context, &watched, &request).await?;
        let Some(changes) = changes else {
            return Ok(());
        };
        if changes.missed {
            let origin = SyncOrigin::Schedule;
            store
                .begin_sync(watch.connection, origin, context.now)
                .await?;
        }
        let announced = self.announced(context, &opened, &changes).await?;
        self.process_events(context, &opened, announced, PATIENCE)
            .await?;
        store.keep_watch(watch, &changes.resource_version).await?;
        Ok(())
    }

    /// The changes as a registry would announce them. Tags that a stream has no more are those that the inventory has.
    async fn announced(
        &self,
        context: &RequestContext,
        opened: &Opened,
        changes: &StreamChanges,
    ) -> Result<Vec<AnnouncedEvent>, Problem> {
        let store = self.store(context).await?;
        let gone = changes.gone.iter().map(|name| (name.as_str(), &[][..]));
        let changed = changes
            .changed
            .iter()
            .map(|ImageStream { repository, tags }| (repository.as_str(), tags.as_slice()));
        let mut announced = Vec::new();
        for (repository, tags) in gone.chain(changed) {
            let known = store.images_of(opened.connection.id, repository).await?;
            let pushed = tags.iter().map(|tag| AnnouncedEvent {
                repository: repository.to_owned(),
                kind: EventKind::Pushed {
                    tag: tag.tag.clone(),
                    digest: Some(tag.digest.clone()),
                },
                at: tag.pushed_at,
            });
            let untagged = known
                .iter()
                .filter(|KnownImage { image, .. }| tags.iter().all(|tag| tag.tag != image.tag))
                .map(|KnownImage { image, .. }| AnnouncedEvent {
                    repository: repository.to_owned(),
                    kind: EventKind::Untagged {
                        tag: image.tag.clone(),
                    },
                    at: None,
                });
            announced.extend(pushed.chain(untagged));
        }
        Ok(announced)
    }
}
