//! What a policy decides about the images of the inventory.

use bowline::selection::{DecidedBy, Image, Policy};
use bowline_store::{ConnectionId, Database, Decided, KnownImage, Random, Store, StoreError};

/// Decides about all images of a repository as they are known now, keeps that, and gives it.
pub(super) async fn decide<D: Database, R: Random>(
    store: &Store<D, R>,
    connection: ConnectionId,
    policy: &Policy,
    repository: &str,
    now: i64,
) -> Result<Vec<(Image, Decided)>, StoreError> {
    let known = store.images_of(connection, repository).await?;
    let images: Vec<Image> = known
        .into_iter()
        .map(|KnownImage { image, .. }| image)
        .collect();
    let decisions = policy.select(&images, now);
    let decided: Vec<_> = images
        .iter()
        .zip(decisions)
        .map(|(image, decision)| {
            (
                image,
                Decided::of(decision, |by, at| pattern(policy, by, at)),
            )
        })
        .collect();
    store
        .record_decisions(connection, repository, &decided)
        .await?;
    let decided = decided
        .into_iter()
        .map(|(_, decided)| decided)
        .collect::<Vec<_>>();
    Ok(images.into_iter().zip(decided).collect())
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
