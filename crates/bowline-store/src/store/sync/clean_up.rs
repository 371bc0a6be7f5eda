//! The clean-up after a complete sync.

use super::held;
use crate::{
    database::{Database, Value},
    error::StoreError,
    random::Random,
    row::Columns,
    store::{Store, inventory::BATCH},
    sync::HeldSync,
};

/// The number of batches that a call of the clean-up removes.
const CLEAN_UP_ROUNDS: usize = 20;

const CLEAN_IMAGES: &str = concat!(
    "DELETE FROM images WHERE connection = ?3 AND (repository, tag) IN
        (SELECT repository, tag FROM images INDEXED BY images_gone
            WHERE connection = ?3 AND state = 'gone' LIMIT ?4) AND ",
    held!(),
    " RETURNING tag"
);

const CLEAN_MANIFESTS: &str = concat!(
    "DELETE FROM manifests WHERE connection = ?3 AND digest IN (SELECT digest FROM manifests
        WHERE connection = ?3 AND digest > ?4 AND NOT EXISTS (SELECT 1 FROM images
            WHERE images.connection = ?3 AND images.digest = manifests.digest)
        ORDER BY digest LIMIT ?5) AND ",
    held!(),
    " RETURNING digest"
);

const CLEAN_REMOVALS: &str = concat!(
    "DELETE FROM removals WHERE connection = ?3 AND noted_at < ?4 AND ",
    held!()
);

impl<D: Database, R: Random> Store<D, R> {
    /// Removes what is gone from the inventory, and what no image needs any more; a bounded part of it. Says whether
    /// that was all.
    pub async fn clean_up(&self, held: &HeldSync) -> Result<bool, StoreError> {
        let most = i64::try_from(BATCH).unwrap_or(i64::MAX);
        let connection = Value::from(held.connection.to_string());
        for _ in 0..CLEAN_UP_ROUNDS {
            let mut parameters = held.parameters();
            parameters.extend([connection.clone(), most.into()]);
            let cleaned = self.database.query(CLEAN_IMAGES, parameters).await?;
            if cleaned.len() < BATCH {
                return self.clean_up_manifests(held).await.map(|()| true);
            }
        }
        Ok(false)
    }

    async fn clean_up_manifests(&self, held: &HeldSync) -> Result<(), StoreError> {
        let most = i64::try_from(BATCH).unwrap_or(i64::MAX);
        let connection = Value::from(held.connection.to_string());
        let mut after = String::new();
        loop {
            let mut parameters = held.parameters();
            parameters.extend([connection.clone(), after.as_str().into(), most.into()]);
            let rows = self.database.query(CLEAN_MANIFESTS, parameters).await?;
            let full = rows.len() == BATCH;
            for row in rows {
                after = after.max(Columns::of(row).text("digest")?);
            }
            if !full {
                return Ok(());
            }
        }
    }

    /// Forgets removals that events told before the sync began: whatever was pushed before them has arrived by now.
    pub(super) async fn forget_removals(&self, held: &HeldSync) -> Result<(), StoreError> {
        let mut parameters = held.parameters();
        parameters.extend([held.connection.to_string().into(), held.started_at.0.into()]);
        self.database.query(CLEAN_REMOVALS, parameters).await?;
        Ok(())
    }
}
