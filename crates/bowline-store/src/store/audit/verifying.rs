//! Verifying the audit: that no row and no link was changed or removed behind the store's back.

use super::chain::{Chain, Link, LinkableRow, is_checkpoint, linkable_columns};
use crate::{
    audit::{AuditFault, AuditHead, AuditVerification},
    database::{Database, Row},
    error::StoreError,
    random::Random,
    row::Columns,
    store::Store,
};

/// The rows that are read at once.
pub(super) const BATCH: i64 = 500;

pub(super) const LINKED_ROWS: &str = concat!(
    "SELECT ",
    linkable_columns!(),
    ", audit_links.key_id, audit_links.mac
    FROM audit LEFT JOIN audit_links ON audit_links.project = audit.project AND audit_links.number = audit.number
    WHERE audit.project = ?1 AND audit.number > ?2 ORDER BY audit.number LIMIT ?3"
);

const CHECKPOINT: &str = "SELECT audit_checkpoints.number, audit_checkpoints.key_id, audit_checkpoints.mac, audit_links.mac
    FROM audit_checkpoints LEFT JOIN audit_links
        ON audit_links.project = audit_checkpoints.project AND audit_links.number = audit_checkpoints.number
    WHERE audit_checkpoints.project = ?1";

const LAST_LINK: &str = "SELECT MAX(number) FROM audit_links WHERE project = ?1";

const PROJECTS: &str =
    "SELECT project FROM audit_heads WHERE project > ?1 ORDER BY project LIMIT ?2";

impl<D: Database, R: Random> Store<D, R> {
    /// Reads the whole audit of a project and says whether it is as the service wrote it.
    ///
    /// Who can write to the database can also put all of it back to an earlier state, or write the rows and remove the
    /// links, which the service then makes anew. `known`, a head that was kept elsewhere, shows that.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/store.rs"));
    /// # fn main() -> Result<(), StoreError> { block_on(async {
    /// # let store = store();
    /// store.create(&change(), "acme", &spec("prod", "s3cret"), None).await?;
    /// let known = store.audit_head("acme").await?;
    /// let verified = store.verify_audit("acme", Some(&known)).await?;
    /// assert_eq!((verified.rows, verified.unlinked, verified.fault), (1, 0, None));
    /// # Ok::<(), StoreError>(()) }) }
    /// ```
    pub async fn verify_audit(
        &self,
        project: &str,
        known: Option<&AuditHead>,
    ) -> Result<AuditVerification, StoreError> {
        let mut verification = AuditVerification {
            rows: 0,
            forgotten: 0,
            unlinked: 0,
            unknown_key: 0,
            head: self.audit_head(project).await?,
            fault: None,
        };
        match self.checkpoint(project).await? {
            Err(fault) => verification.fault = Some(fault),
            Ok(mut chain) => {
                verification.forgotten = chain.number;
                let walked = self.walk(project, &mut chain, known).await?;
                verification.fault = match walked {
                    Err(fault) => Some(fault),
                    Ok(()) => self.end(project, &chain, known, &verification.head).await?,
                };
                verification.rows = chain.number.saturating_sub(verification.forgotten);
                verification.unlinked = chain.unlinked();
                verification.unknown_key = chain.unknown_key;
            }
        }
        Ok(verification)
    }

    /// Up to `most` projects that have an audit, in the order of their names, after one.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/store.rs"));
    /// # fn main() -> Result<(), StoreError> { block_on(async {
    /// # let store = store();
    /// store.create(&change(), "acme", &spec("prod", "s3cret"), None).await?;
    /// assert_eq!(store.audited_projects("", 10).await?, ["acme"]);
    /// # Ok::<(), StoreError>(()) }) }
    /// ```
    pub async fn audited_projects(
        &self,
        after: &str,
        most: u32,
    ) -> Result<Vec<String>, StoreError> {
        let parameters = vec![after.into(), most.into()];
        let rows = self.database.query(PROJECTS, parameters).await?;
        let project = |row| Columns::of(row).text("project");
        rows.into_iter().map(project).collect()
    }

    /// A walk from the point up to which the project's audit was forgotten.
    pub(super) async fn checkpoint(
        &self,
        project: &str,
    ) -> Result<Result<Chain, AuditFault>, StoreError> {
        let Some(row) = self.first(CHECKPOINT, vec![project.into()]).await? else {
            return Ok(Ok(Chain::from(0, None)));
        };
        let mut columns = Columns::of(row);
        let number = columns.integer("number")?;
        let (key_id, tag) = (columns.text("key_id")?, columns.text("mac")?);
        let Some(link) = columns.optional_text("mac")? else {
            return Ok(Err(AuditFault::Checkpoint));
        };
        let is_ours = self
            .keys
            .named(&key_id)
            .is_some_and(|key| is_checkpoint(key, project, number, &link, &tag));
        Ok(if is_ours {
            Ok(Chain::from(number, Some(link)))
        } else {
            Err(AuditFault::Checkpoint)
        })
    }

    async fn walk(
        &self,
        project: &str,
        chain: &mut Chain,
        known: Option<&AuditHead>,
    ) -> Result<Result<(), AuditFault>, StoreError> {
        loop {
            let parameters = vec![project.into(), chain.number.into(), BATCH.into()];
            let rows = self.database.query(LINKED_ROWS, parameters).await?;
            if rows.is_empty() {
                return Ok(Ok(()));
            }
            for row in rows {
                let (row, link) = linked_row(row)?;
                if let Err(fault) = chain.go_on(&self.keys, project, &row, link) {
                    return Ok(Err(fault));
                }
                if known.is_some_and(|known| {
                    known.linked == chain.number && known.link != chain.previous
                }) {
                    return Ok(Err(AuditFault::Rewritten(chain.number)));
                }
            }
        }
    }

    /// What is wrong at the end: rows that a link, the counter or a known head tells of.
    async fn end(
        &self,
        project: &str,
        chain: &Chain,
        known: Option<&AuditHead>,
        head: &AuditHead,
    ) -> Result<Option<AuditFault>, StoreError> {
        let row = self.first(LAST_LINK, vec![project.into()]).await?;
        let last_link = row.map_or(Ok(None), |row| Columns::of(row).optional_integer("number"))?;
        let known = known.map(|known| known.number);
        let told = [last_link, known, Some(head.number)].into_iter().flatten();
        Ok(told
            .max()
            .filter(|&told| told > chain.number)
            .map(|_| AuditFault::Missing(chain.number.saturating_add(1))))
    }
}

pub(super) fn linked_row(row: Row) -> Result<(LinkableRow, Option<Link>), StoreError> {
    let mut columns = Columns::of(row);
    let row = LinkableRow::of(&mut columns)?;
    let (key_id, mac) = (
        columns.optional_text("key_id")?,
        columns.optional_text("mac")?,
    );
    let link = key_id.zip(mac).map(|(key_id, mac)| Link { key_id, mac });
    Ok((row, link))
}
