//! Linking rows of the audit: after each change, and what was left then by the scheduled work.
//!
//! A link depends on nothing but the rows and the key. So any instance may write it, and it does not matter who does.

use super::chain::{LinkableRow, linkable_columns};
use crate::{
    database::Database,
    error::StoreError,
    random::Random,
    row::Columns,
    store::{Store, json, project_within, within_parameter},
    within::Within,
};

/// The most rows that are linked after a change: those of others who change the project at the same time.
const AFTER_CHANGE: u32 = 64;

/// The most rows of a project that the scheduled work links at once, and the most projects.
const AT_ONCE: u32 = 500;
const PROJECTS: u32 = 20;

/// The time after which a project is tried again whose rows could not all be linked, in milliseconds.
const TRY_AGAIN_MS: i64 = 60 * 1000;

const UNLINKED: &str = concat!(
    "SELECT head.linked, previous.mac, ",
    linkable_columns!(),
    " FROM audit_heads AS head
        LEFT JOIN audit_links AS previous ON previous.project = head.project AND previous.number = head.linked
        JOIN audit ON audit.project = head.project AND audit.number > head.linked
    WHERE head.project = ?1 ORDER BY audit.number LIMIT ?2"
);

const LINK: &str = "INSERT INTO audit_links (project, number, key_id, mac)
    SELECT ?1, ?2 + key, ?3, value FROM json_each(?4) WHERE true
    ON CONFLICT DO NOTHING";

const CLAIM: &str = concat!(
    "WITH due AS (SELECT project FROM audit_heads WHERE linked < number AND link_at <= ?1",
    project_within!("project", "?4"),
    " ORDER BY link_at LIMIT ?3 /*+ FOR UPDATE SKIP LOCKED */)
    UPDATE audit_heads SET link_at = ?2 WHERE project IN (SELECT project FROM due)
    RETURNING project"
);

impl<D: Database, R: Random> Store<D, R> {
    /// Links what was just written. If this fails, the scheduled work does it.
    pub(in crate::store) async fn link_audit_of(&self, project: &str) {
        _ = self.link(project, AFTER_CHANGE).await;
    }

    /// Links rows of the audit that nobody linked after they were written; a bounded number of them. Says whether there may
    /// be more.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/store.rs"));
    /// # fn main() -> Result<(), StoreError> { block_on(async {
    /// # let store = store();
    /// store.create(&change(), "acme", &spec("prod", "s3cret"), None).await?;
    /// assert!(!store.link_audits(Within::All, NOW).await?);
    /// # Ok::<(), StoreError>(()) }) }
    /// ```
    pub async fn link_audits(&self, within: Within<'_>, now_ms: i64) -> Result<bool, StoreError> {
        let parameters = vec![
            now_ms.into(),
            now_ms.saturating_add(TRY_AGAIN_MS).into(),
            PROJECTS.into(),
            within_parameter(within)?,
        ];
        let rows = self.database.query(CLAIM, parameters).await?;
        let mut is_more = u32::try_from(rows.len()).is_ok_and(|number| number >= PROJECTS);
        for row in rows {
            let project = Columns::of(row).text("project")?;
            is_more |= self.link(&project, AT_ONCE).await?;
        }
        Ok(is_more)
    }

    /// Says whether there may be more to link.
    async fn link(&self, project: &str, most: u32) -> Result<bool, StoreError> {
        let key = self.keys.sealing();
        let parameters = vec![project.into(), most.into()];
        let rows = self.database.query(UNLINKED, parameters).await?;
        let is_full = u32::try_from(rows.len()).is_ok_and(|number| number >= most);
        let mut links: Vec<String> = Vec::new();
        let mut first = 0;
        for (row, place) in rows.into_iter().zip(1_i64..) {
            let mut columns = Columns::of(row);
            let linked = columns.integer("linked")?;
            let before = columns.optional_text("mac")?;
            let row = LinkableRow::of(&mut columns)?;
            first = linked.saturating_add(1);
            // Where a row or the link before is missing, nothing that comes after may look sound.
            let is_next = row.number == linked.saturating_add(place);
            if !is_next || (linked > 0 && before.is_none()) {
                break;
            }
            let previous = links.last().or(before.as_ref()).map(String::as_str);
            let link = row.link(key, project, previous);
            links.push(link.ok_or(StoreError::Corrupt("mac"))?);
        }
        if links.is_empty() {
            return Ok(false);
        }
        let parameters = vec![
            project.into(),
            first.into(),
            key.id.as_str().into(),
            json(&links)?,
        ];
        self.database.query(LINK, parameters).await?;
        Ok(is_full)
    }
}
