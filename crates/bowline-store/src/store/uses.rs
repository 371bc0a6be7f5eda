//! Uses of connections, as consumers declare them.
//!
//! A use is declared and ended by a row of the audit; triggers of the schema put it into `uses` and take it out. So the
//! change and its record are one statement here too.

use super::{Change, Store, write::change_parameters};
use crate::{
    connection::Use, database::Database, error::StoreError, id::ConnectionId, random::Random,
};

/// The most uses of a connection at once: every answer about it names them.
pub const MOST_USES: i64 = 100;

const END: &str = "INSERT INTO audit (project, connection, version, action, changes, at, subject, source, request_id)
    SELECT project, id, version, 'release',
        json_object('use', json_array(json_object('consumer', consumer, 'title', title, 'until', until), NULL)),
        ?1, ?5, ?6, ?7
    FROM connections JOIN uses ON uses.connection = connections.id
    WHERE id = ?2 AND project = ?3 AND deleted_at IS NULL AND consumer = ?4 AND until > ?1
    /*+ FOR UPDATE */ RETURNING id";

impl<D: Database, R: Random> Store<D, R> {
    /// Keeps that `used` says: somebody uses the connection until then. What they said before is replaced. The
    /// connection's version stays.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::TooManyUses`] where [`MOST_USES`] others use it.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/store.rs"));
    /// # fn main() -> Result<(), StoreError> { block_on(async {
    /// # let store = store();
    /// let made = store.create(&change(), "acme", &spec("prod", "s3cret"), None).await?;
    /// let build = Use::declared("build", "Nightly", Timestamp(NOW + 1));
    /// store.declare_use(&change(), "acme", made.id, &build).await?;
    /// let refused = store.delete(&change(), "acme", made.id, false).await;
    /// assert_eq!(refused, Err(StoreError::InUse(vec![build])));
    /// # Ok::<(), StoreError>(()) }) }
    /// ```
    pub async fn declare_use(
        &self,
        change: &Change,
        project: &str,
        id: ConnectionId,
        used: &Use,
    ) -> Result<(), StoreError> {
        let mut parameters = vec![
            change.now_ms.into(),
            id.to_string().into(),
            project.into(),
            used.consumer.as_str().into(),
            used.title.as_str().into(),
            used.until.0.into(),
        ];
        parameters.extend(change_parameters(change));
        parameters.push(MOST_USES.into());
        if self
            .first(self.statements().declare_use, parameters)
            .await?
            .is_some()
        {
            self.link_audit_of(project).await;
            return Ok(());
        }
        self.expect_version(project, id, None).await?;
        Err(StoreError::TooManyUses)
    }

    /// Ends a use before it lapses.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] also where the consumer does not use the connection, or does no more.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/store.rs"));
    /// # fn main() -> Result<(), StoreError> { block_on(async {
    /// # let store = store();
    /// let made = store.create(&change(), "acme", &spec("prod", "s3cret"), None).await?;
    /// let build = Use::declared("build", "Nightly", Timestamp(NOW + 1));
    /// store.declare_use(&change(), "acme", made.id, &build).await?;
    /// store.end_use(&change(), "acme", made.id, "build").await?;
    /// assert!(store.read("acme", made.id, NOW).await?.uses.is_empty());
    /// # Ok::<(), StoreError>(()) }) }
    /// ```
    pub async fn end_use(
        &self,
        change: &Change,
        project: &str,
        id: ConnectionId,
        consumer: &str,
    ) -> Result<(), StoreError> {
        let mut parameters = vec![
            change.now_ms.into(),
            id.to_string().into(),
            project.into(),
            consumer.into(),
        ];
        parameters.extend(change_parameters(change));
        let ended = self.first(END, parameters).await?;
        ended.ok_or(StoreError::NotFound)?;
        self.link_audit_of(project).await;
        Ok(())
    }
}
