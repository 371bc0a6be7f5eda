//! Reading the audit of a connection, of a project's settings and of a whole project.

pub(super) mod chain;
mod forgetting;
mod linking;
mod refusals;
mod verifying;

use super::Store;
use crate::{
    audit::{AuditEntry, AuditExport, AuditHead, NumberedEntry},
    database::{Database, Row},
    error::StoreError,
    id::ConnectionId,
    page::{Cursor, Page, PageSize},
    random::Random,
    row::Columns,
};

macro_rules! entry_columns {
    () => {
        "id, action, version, changes, at, subject, source, request_id"
    };
}

const OF_CONNECTION: &str = concat!(
    "SELECT ",
    entry_columns!(),
    " FROM audit WHERE project = ?1 AND connection = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4"
);

const OF_SETTINGS: &str = concat!(
    "SELECT ",
    entry_columns!(),
    " FROM audit WHERE project = ?1 AND connection = '' AND action IN ('settings', 'notices') AND id < ?2 ORDER BY id DESC LIMIT ?3"
);

const OF_PROJECT: &str = concat!(
    "SELECT number, connection, ",
    entry_columns!(),
    " FROM audit WHERE project = ?1 AND number > ?2 ORDER BY number LIMIT ?3"
);

const HEAD: &str = "SELECT number, linked, (SELECT mac FROM audit_links
        WHERE audit_links.project = audit_heads.project AND audit_links.number = audit_heads.linked)
    FROM audit_heads WHERE project = ?1";

impl<D: Database, R: Random> Store<D, R> {
    /// A page of what was done with a connection, the latest first; also of one that was removed. A connection that the
    /// project never had has an empty audit.
    ///
    /// A cursor of another list begins at the latest.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/store.rs"));
    /// # fn main() -> Result<(), StoreError> { block_on(async {
    /// # let store = store();
    /// let made = store.create(&change(), "acme", &spec("prod", "s3cret"), None).await?;
    /// let page = store.audit("acme", made.id, PageSize::default(), None).await?;
    /// assert_eq!((page.items[0].action.as_str(), page.items[0].subject.as_str()), ("create", "ada"));
    /// # Ok::<(), StoreError>(()) }) }
    /// ```
    pub async fn audit(
        &self,
        project: &str,
        id: ConnectionId,
        size: PageSize,
        cursor: Option<&Cursor>,
    ) -> Result<Page<AuditEntry>, StoreError> {
        let parameters = vec![
            project.into(),
            id.to_string().into(),
            before(cursor).into(),
            size.one_more().into(),
        ];
        page(self.database.query(OF_CONNECTION, parameters).await?, size)
    }

    /// The same of a project's settings; empty as long as nobody has changed them.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/store.rs"));
    /// # fn main() -> Result<(), StoreError> { block_on(async {
    /// # let store = store();
    /// store.change_settings(&change(), "acme", None, Defaults::default()).await?;
    /// let page = store.settings_audit("acme", PageSize::default(), None).await?;
    /// assert_eq!(page.items[0].action, "settings");
    /// # Ok::<(), StoreError>(()) }) }
    /// ```
    pub async fn settings_audit(
        &self,
        project: &str,
        size: PageSize,
        cursor: Option<&Cursor>,
    ) -> Result<Page<AuditEntry>, StoreError> {
        let parameters = vec![
            project.into(),
            before(cursor).into(),
            size.one_more().into(),
        ];
        page(self.database.query(OF_SETTINGS, parameters).await?, size)
    }

    /// A page of what was done in a project, in order, from the cursor on; and the end of the audit.
    ///
    /// A cursor of another list begins at the first.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/store.rs"));
    /// # fn main() -> Result<(), StoreError> { block_on(async {
    /// # let store = store();
    /// let made = store.create(&change(), "acme", &spec("prod", "s3cret"), None).await?;
    /// let first = store.export_audit("acme", PageSize::default(), None).await?;
    /// assert_eq!((first.items[0].number, first.head.number), (1, 1));
    /// // From here on it can be followed.
    /// store.delete(&change(), "acme", made.id, false).await?;
    /// let later = store.export_audit("acme", PageSize::default(), Some(&first.next)).await?;
    /// assert_eq!(later.items[0].entry.action, "delete");
    /// # Ok::<(), StoreError>(()) }) }
    /// ```
    pub async fn export_audit(
        &self,
        project: &str,
        size: PageSize,
        cursor: Option<&Cursor>,
    ) -> Result<AuditExport, StoreError> {
        let after = cursor
            .and_then(|Cursor(position)| position.parse().ok())
            .unwrap_or(0_i64);
        let most = size.one_more().saturating_sub(1);
        let parameters = vec![project.into(), after.into(), most.into()];
        let rows = self.database.query(OF_PROJECT, parameters).await?;
        let items: Vec<_> = rows.into_iter().map(numbered).collect::<Result<_, _>>()?;
        let last = items
            .last()
            .map_or(after, |last: &NumberedEntry| last.number);
        Ok(AuditExport {
            items,
            next: Cursor(last.to_string()),
            head: self.audit_head(project).await?,
        })
    }

    /// The end of a project's audit.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/store.rs"));
    /// # fn main() -> Result<(), StoreError> { block_on(async {
    /// # let store = store();
    /// assert_eq!(store.audit_head("acme").await?, AuditHead::default());
    /// store.create(&change(), "acme", &spec("prod", "s3cret"), None).await?;
    /// assert_eq!(store.audit_head("acme").await?.linked, 1);
    /// # Ok::<(), StoreError>(()) }) }
    /// ```
    pub async fn audit_head(&self, project: &str) -> Result<AuditHead, StoreError> {
        let row = self.first(HEAD, vec![project.into()]).await?;
        row.map_or(Ok(AuditHead::default()), head)
    }
}

fn before(cursor: Option<&Cursor>) -> i64 {
    cursor
        .and_then(|Cursor(position)| position.parse().ok())
        .unwrap_or(i64::MAX)
}

fn page(rows: Vec<Row>, size: PageSize) -> Result<Page<AuditEntry>, StoreError> {
    let entries = rows
        .into_iter()
        .map(|row| entry(&mut Columns::of(row)))
        .collect::<Result<_, _>>()?;
    Ok(Page::cut(entries, size, |entry: &AuditEntry| {
        entry.position.to_string()
    }))
}

fn numbered(row: Row) -> Result<NumberedEntry, StoreError> {
    let mut columns = Columns::of(row);
    Ok(NumberedEntry {
        number: columns.integer("number")?,
        connection: Some(columns.text("connection")?).filter(|id| !id.is_empty()),
        entry: entry(&mut columns)?,
    })
}

fn entry(columns: &mut Columns) -> Result<AuditEntry, StoreError> {
    Ok(AuditEntry {
        position: columns.integer("id")?,
        action: columns.text("action")?,
        version: columns.integer("version")?,
        changes: columns.json("changes")?,
        at: columns.time("at")?,
        subject: columns.text("subject")?,
        from: columns.optional_text("source")?,
        request_id: columns.text("request_id")?,
    })
}

fn head(row: Row) -> Result<AuditHead, StoreError> {
    let mut columns = Columns::of(row);
    Ok(AuditHead {
        number: columns.integer("number")?,
        linked: columns.integer("linked")?,
        link: columns.optional_text("mac")?,
    })
}
