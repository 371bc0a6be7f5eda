//! Refused permissions in the audit.

use crate::{
    database::Database,
    error::StoreError,
    id::ConnectionId,
    random::Random,
    store::{Change, Store, write::change_parameters},
};

/// The most refusals of a project that the audit has in a minute.
const MOST_REFUSALS: i64 = 60;

impl<D: Database, R: Random> Store<D, R> {
    /// Keeps that a caller who is in the project had not the permission for `operation`, in the audit of the connection
    /// where the project has it. A subject has one row for an operation in a minute, and a project has at most 60 in a
    /// minute.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/store.rs"));
    /// # fn main() -> Result<(), StoreError> { block_on(async {
    /// # let store = store();
    /// store.record_refusal(&change(), "acme", None, "deleteConnection").await?;
    /// let audit = store.export_audit("acme", PageSize::default(), None).await?;
    /// assert_eq!(audit.items[0].entry.action, "refused");
    /// # Ok::<(), StoreError>(()) }) }
    /// ```
    pub async fn record_refusal(
        &self,
        change: &Change,
        project: &str,
        connection: Option<ConnectionId>,
        operation: &str,
    ) -> Result<(), StoreError> {
        let mut parameters = vec![
            project.into(),
            operation.into(),
            change.now_ms.div_euclid(60_000).into(),
            connection.map(|id| id.to_string()).into(),
        ];
        parameters.extend(change_parameters(change));
        parameters.extend([change.now_ms.into(), MOST_REFUSALS.into()]);
        if self
            .first(self.statements().record_refusal, parameters)
            .await?
            .is_some()
        {
            self.link_audit_of(project).await;
        }
        Ok(())
    }
}
