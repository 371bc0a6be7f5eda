//! Forgetting rows of the audit that are older than the operator keeps them.
//!
//! A checkpoint with a tag says up to which row. The link of that row stays, so that the rows after it can be verified.
//! What an old row vouches for is renewed first: secrets are sealed anew, which makes a row of today.

use super::{
    chain::checkpoint_tag,
    verifying::{LINKED_ROWS, linked_row},
};
use crate::{
    database::Database,
    error::StoreError,
    random::Random,
    row::Columns,
    store::{
        Change, Store, columns, project_within,
        read::connection,
        sealed::{StoredSecrets, last_made, sealed_columns},
        within_parameter,
    },
    within::Within,
};

/// The most rows that are forgotten at once, and the most connections whose secrets are sealed anew for it.
const ROWS: i64 = 500;
const RESEALED: i64 = 20;

/// The time between two looks at a project, in milliseconds: a day.
const EVERY_MS: i64 = 24 * 60 * 60 * 1000;

const CLAIM: &str = concat!(
    "UPDATE audit_heads SET forget_at = ?2 WHERE project = (SELECT project FROM audit_heads
        WHERE forget_at <= ?1",
    project_within!("project", "?3"),
    " ORDER BY forget_at LIMIT 1 /*+ FOR UPDATE SKIP LOCKED */) AND forget_at <= ?1
    RETURNING project"
);

const GO_ON: &str = "UPDATE audit_heads SET forget_at = ?2 WHERE project = ?1";

const MADE_BEFORE: &str = concat!(
    "SELECT ",
    columns!(),
    ", ",
    sealed_columns!(),
    " FROM connections WHERE project = ?2 AND deleted_at IS NULL AND ",
    last_made!("number"),
    " <= ?3 LIMIT ?4"
);

const FIRST_MADE: &str = concat!(
    "SELECT MIN(",
    last_made!("number"),
    ") FROM connections WHERE project = ?1 AND deleted_at IS NULL"
);

const HAS_SETTINGS: &str = "SELECT 1 FROM settings WHERE project = ?1";

const CHECKPOINT: &str = "INSERT INTO audit_checkpoints (project, number, key_id, mac) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (project) DO UPDATE SET number = excluded.number, key_id = excluded.key_id, mac = excluded.mac
        WHERE excluded.number >= audit_checkpoints.number";

const FORGET_ROWS: &str = "DELETE FROM audit WHERE project = ?1 AND number <= ?2";

const FORGET_LINKS: &str = "DELETE FROM audit_links WHERE project = ?1 AND number < ?2";

impl<D: Database, R: Random> Store<D, R> {
    /// Forgets rows of the audit of one project that are older than `keep_ms`, a bounded number of them, where a look at it
    /// is due. Says whether it was.
    ///
    /// Only rows that are linked and as the service wrote them are forgotten: nothing that shows a change behind the
    /// store's back goes this way.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/store.rs"));
    /// # fn main() -> Result<(), StoreError> { block_on(async {
    /// # let store = store();
    /// store.create(&change(), "acme", &spec("prod", "s3cret"), None).await?;
    /// const DAY: i64 = 24 * 60 * 60 * 1000;
    /// assert!(store.forget_audit(Within::All, NOW + 401 * DAY, 400 * DAY).await?);
    /// let verified = store.verify_audit("acme", None).await?;
    /// assert_eq!((verified.forgotten, verified.fault), (1, None));
    /// # Ok::<(), StoreError>(()) }) }
    /// ```
    pub async fn forget_audit(
        &self,
        within: Within<'_>,
        now_ms: i64,
        keep_ms: i64,
    ) -> Result<bool, StoreError> {
        let next = now_ms.saturating_add(EVERY_MS);
        let parameters = vec![now_ms.into(), next.into(), within_parameter(within)?];
        let Some(row) = self.first(CLAIM, parameters).await? else {
            return Ok(false);
        };
        let project = Columns::of(row).text("project")?;
        let before = now_ms.saturating_sub(keep_ms);
        if self.forget_audit_of(&project, now_ms, before).await? {
            let parameters = vec![project.into(), now_ms.into()];
            self.database.query(GO_ON, parameters).await?;
        }
        Ok(true)
    }

    /// Says whether there may be more.
    async fn forget_audit_of(
        &self,
        project: &str,
        now_ms: i64,
        before: i64,
    ) -> Result<bool, StoreError> {
        // A fault is for who verifies; nothing goes while there is one.
        let Ok(mut chain) = self.checkpoint(project).await? else {
            return Ok(false);
        };
        let (begun_at, begun_after) = (chain.number, chain.previous.clone());
        let parameters = vec![project.into(), begun_at.into(), ROWS.into()];
        let mut links = Vec::new();
        for row in self.database.query(LINKED_ROWS, parameters).await? {
            let (row, link) = linked_row(row)?;
            let is_old = row.at < before;
            let is_linked = link.is_some();
            if !is_old || !is_linked || chain.go_on(&self.keys, project, &row, link).is_err() {
                break;
            }
            links.push(chain.previous.clone());
        }
        let found = i64::try_from(links.len()).unwrap_or(0);
        if found == 0 {
            if let Some(link) = begun_after {
                // Under the first key again, so that the key of before may go.
                self.keep_checkpoint(project, begun_at, &link).await?;
            }
            return Ok(false);
        }
        let last = begun_at.saturating_add(found);
        self.renew(project, now_ms, last).await?;
        let row = self.first(FIRST_MADE, vec![project.into()]).await?;
        let first_made = row.map_or(Ok(None), |row| Columns::of(row).optional_integer("number"))?;
        let last = first_made.map_or(last, |made| last.min(made.saturating_sub(1)));
        let place = usize::try_from(last.saturating_sub(begun_at).saturating_sub(1)).ok();
        let Some(Some(link)) = place.and_then(|place| links.into_iter().nth(place)) else {
            return Ok(false);
        };
        self.keep_checkpoint(project, last, &link).await?;
        for statement in [FORGET_ROWS, FORGET_LINKS] {
            let parameters = vec![project.into(), last.into()];
            self.database.query(statement, parameters).await?;
        }
        Ok(found >= ROWS)
    }

    async fn keep_checkpoint(
        &self,
        project: &str,
        number: i64,
        link: &str,
    ) -> Result<(), StoreError> {
        let key = self.keys.sealing();
        let tag = checkpoint_tag(key, project, number, link).ok_or(StoreError::Corrupt("mac"))?;
        let parameters = vec![
            project.into(),
            number.into(),
            key.id.as_str().into(),
            tag.into(),
        ];
        self.database.query(CHECKPOINT, parameters).await?;
        Ok(())
    }

    /// Makes anew what rows up to `last` vouch for.
    async fn renew(&self, project: &str, now_ms: i64, last: i64) -> Result<(), StoreError> {
        if self
            .first(HAS_SETTINGS, vec![project.into()])
            .await?
            .is_some()
        {
            // Gives the external id a tag where an instance of before issued it.
            _ = self.settings(project, now_ms).await;
        }
        let parameters = vec![now_ms.into(), project.into(), last.into(), RESEALED.into()];
        let change = Change::of_service(now_ms);
        for row in self.database.query(MADE_BEFORE, parameters).await? {
            let mut columns = Columns::of(row);
            let connection = connection(&mut columns)?;
            let sealed = StoredSecrets::of(&mut columns)?;
            // What does not open keeps the row that made it.
            _ = self.reseal_one(&change, &connection, &sealed).await;
        }
        Ok(())
    }
}
