//! The audit: every change and every hand-out of credentials, with its subject, time and address.

use serde::Serialize;

use crate::{
    database::{Database, Row},
    error::StoreError,
    id::ConnectionId,
    page::{Cursor, Page, PageSize},
    random::Random,
    row::Columns,
    store::Store,
    timestamp::Timestamp,
};

/// A change of a connection or a hand-out of its credentials, written by the statement that made it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    /// What was done: `create`, `update`, `credentials`, `delete`, `use`, `release`, `hand-out`, `events` or `reseal` of a
    /// connection, `settings` of a project. A newer instance may have written others.
    pub action: String,
    /// The version that the connection, or the settings, had then.
    pub version: i64,
    /// The fields that changed, each `[before, after]`; secrets are none of them.
    pub changes: serde_json::Map<String, serde_json::Value>,
    /// When.
    pub at: Timestamp,
    /// The subject of the caller's token.
    pub subject: String,
    /// From which address, where it is known.
    pub from: Option<String>,
    /// In which request.
    pub request_id: String,
    #[serde(skip)]
    position: i64,
}

const AUDIT: &str =
    "SELECT id, action, version, changes, at, subject, source, request_id FROM audit
    WHERE project = ?1 AND connection = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4";

impl<D: Database, R: Random> Store<D, R> {
    /// A page of what was done with a connection, the latest first; also of one that was removed. A connection that the
    /// project never had has an empty audit.
    ///
    /// A cursor of another list begins at the latest.
    pub async fn audit(
        &self,
        project: &str,
        id: ConnectionId,
        size: PageSize,
        cursor: Option<&Cursor>,
    ) -> Result<Page<AuditEntry>, StoreError> {
        self.entries(project, &id.to_string(), size, cursor).await
    }

    /// The same of a project's settings; empty as long as nobody has changed them.
    pub async fn settings_audit(
        &self,
        project: &str,
        size: PageSize,
        cursor: Option<&Cursor>,
    ) -> Result<Page<AuditEntry>, StoreError> {
        self.entries(project, "", size, cursor).await
    }

    async fn entries(
        &self,
        project: &str,
        connection: &str,
        size: PageSize,
        cursor: Option<&Cursor>,
    ) -> Result<Page<AuditEntry>, StoreError> {
        let before = cursor
            .and_then(|Cursor(position)| position.parse().ok())
            .unwrap_or(i64::MAX);
        let parameters = vec![
            project.into(),
            connection.into(),
            before.into(),
            size.one_more().into(),
        ];
        let rows = self.database().query(AUDIT, parameters).await?;
        let entries = rows.into_iter().map(entry).collect::<Result<_, _>>()?;
        Ok(Page::cut(entries, size, |entry: &AuditEntry| {
            entry.position.to_string()
        }))
    }
}

fn entry(row: Row) -> Result<AuditEntry, StoreError> {
    let mut columns = Columns::of(row);
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
