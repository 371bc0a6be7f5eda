//! Reading the policies that older instances wrote.
//!
//! Whoever writes a policy writes its columns with it. An older instance does not, and a trigger of the schema puts what
//! it wrote on a list. One at a time is claimed, read and kept in full; one that cannot be read is set aside.

use super::{Store, connection_within, set_aside::next_attempt, within_parameter};
use crate::{
    database::Database, error::StoreError, id::ConnectionId, policy::KeptPolicy, random::Random,
    row::Columns, within::Within,
};

/// The time in which a claimed policy has to be read, in milliseconds.
const LEASE_MS: i64 = 60 * 1000;

/// After how long a policy that cannot be read is read again, in milliseconds: a newer instance may know better.
const READ_AGAIN_MS: i64 = 24 * 60 * 60 * 1000;

const CLAIM: &str = concat!(
    "UPDATE schedules SET policy_attempts = policy_attempts + 1, policy_read_at = ",
    next_attempt!("policy_attempts", "?1", "?2"),
    " WHERE connection = (SELECT connection FROM schedules WHERE policy_read_at <= ?1 ",
    connection_within!("schedules.connection", "?3"),
    " ORDER BY policy_read_at LIMIT 1 /*+ FOR UPDATE SKIP LOCKED */)
        AND policy_read_at <= ?1
    RETURNING connection, (SELECT policy FROM connections WHERE id = connection),
        (SELECT version FROM connections WHERE id = connection)"
);

const RECORD: &str =
    "UPDATE connections SET policy = ?3, pull_at = ?4, pull_timezone = ?5, scanners = ?6,
        scan_timeout = ?7, quarantine = ?8, image_streams = ?9, patterns = ?10,
        policy_revision = version
    WHERE id = ?1 AND version = ?2 AND policy_revision IS NULL AND deleted_at IS NULL";

const FAIL: &str = "UPDATE schedules SET policy_problem = ?3, policy_read_at = ?4, plan_from = NULL, sync_at = NULL
    WHERE connection = ?1 AND policy_read_at IS NOT NULL
        AND EXISTS (SELECT 1 FROM connections WHERE id = ?1 AND version = ?2)";

impl<D: Database, R: Random> Store<D, R> {
    /// Reads the policy that waits longest to be read, and keeps it in full; says which connection has it. One that
    /// cannot be read is set aside: nothing is pulled by it. It is read again in a day, and when the connection changes.
    pub async fn read_policy(
        &self,
        within: Within<'_>,
        now_ms: i64,
    ) -> Result<Option<ConnectionId>, StoreError> {
        let lease = now_ms.saturating_add(LEASE_MS);
        let claim = vec![now_ms.into(), lease.into(), within_parameter(within)?];
        let Some(row) = self.first(CLAIM, claim).await? else {
            return Ok(None);
        };
        let mut columns = Columns::of(row);
        let id = columns.parsed("connection", ConnectionId::parse)?;
        let text = columns.optional_text("policy")?.unwrap_or_default();
        // What follows holds for this version of the connection alone.
        let mut parameters = vec![id.to_string().into(), columns.integer("version")?.into()];
        let statement = match KeptPolicy::read_text(&text) {
            Ok(policy) => {
                parameters.extend(KeptPolicy::columns(Some(&policy))?);
                parameters.push(KeptPolicy::patterns(Some(&policy)).into());
                RECORD
            }
            Err(reason) => {
                let reason = format!("The pull policy cannot be read. {reason}");
                let again_at = now_ms.saturating_add(READ_AGAIN_MS);
                parameters.extend([reason.into(), again_at.into()]);
                FAIL
            }
        };
        self.database.query(statement, parameters).await?;
        Ok(Some(id))
    }
}
