//! Handing credentials out.
//!
//! A hand-out is a row of the audit; triggers of the schema set when the connection was last used and by whom. So
//! there is no hand-out without its record.

use super::{Change, Store, write::change_parameters};
use crate::{connection::Connection, database::Database, error::StoreError, random::Random};

impl<D: Database, R: Random> Store<D, R> {
    /// Keeps that the credentials of a connection, as it was opened, are handed out now; its version stays. For an hour
    /// that counts as a use; to a `scanner` it does not, because its lease does.
    ///
    /// # Errors
    /// [`StoreError::VersionMismatch`] where it got new credentials since it was opened: what was opened must not be
    /// handed out any more. [`StoreError::NotFound`].
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/store.rs"));
    /// # fn main() -> Result<(), StoreError> { block_on(async {
    /// # let store = store();
    /// let made = store.create(&change(), "acme", &spec("prod", "s3cret"), None).await?;
    /// let opened = store.open("acme", made.id, NOW).await?;
    /// store.hand_out(&change(), &opened.connection, None).await?;
    /// assert_eq!(store.read("acme", made.id, NOW).await?.last_used_at, Some(Timestamp(NOW)));
    /// # Ok::<(), StoreError>(()) }) }
    /// ```
    pub async fn hand_out(
        &self,
        change: &Change,
        opened: &Connection,
        scanner: Option<&str>,
    ) -> Result<(), StoreError> {
        let Connection {
            id,
            project,
            credentials_changed_at,
            ..
        } = opened;
        let mut parameters = vec![
            change.now_ms.into(),
            id.to_string().into(),
            project.as_str().into(),
            credentials_changed_at.0.into(),
        ];
        parameters.extend(change_parameters(change));
        parameters.push(scanner.into());
        if self
            .first(self.statements().hand_out, parameters)
            .await?
            .is_some()
        {
            self.link_audit_of(project).await;
            return Ok(());
        }
        let current = self.read(project, *id, change.now_ms).await?.version;
        Err(StoreError::VersionMismatch { current })
    }
}
