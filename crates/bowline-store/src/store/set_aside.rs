//! Attempts at background work, and which work was set aside.
//!
//! The statement that claims a piece of work counts the attempt before the work is done, so work that stops the whole
//! service is counted too. Work that ends in order sets its count back to zero. From the third attempt on, the
//! claiming statement itself puts the next attempt off by an hour, then by two, up to sixteen: no row is first in line
//! for ever.

use super::Store;
use crate::{
    database::Database,
    error::StoreError,
    id::ConnectionId,
    random::Random,
    row::Columns,
    set_aside::{BackgroundWork, SetAside},
};

/// The SQL for the time of the next attempt, where `$attempts` is the column of the attempts before this one, `$now`
/// is now, and `$next` is the time of the next attempt while there were fewer than three.
macro_rules! next_attempt {
    ($attempts:literal, $now:literal, $next:literal) => {
        concat!(
            "CASE WHEN ",
            $attempts,
            " < 2 THEN ",
            $next,
            " ELSE ",
            $now,
            " + (3600000 << MIN(",
            $attempts,
            " - 2, 4)) END"
        )
    };
}
pub(in crate::store) use next_attempt;

const SET_ASIDE: &str = "SELECT 'policy', policy_attempts, policy_problem, policy_read_at FROM schedules
        WHERE connection = ?1 AND policy_read_at IS NOT NULL AND (policy_attempts >= 3 OR policy_problem IS NOT NULL)
    UNION ALL SELECT 'sync', attempts, problem ->> 'detail', retry_at FROM syncs
        WHERE connection = ?1 AND finished_at IS NULL AND attempts >= 3
    UNION ALL SELECT 'check', check_attempts, check_problem, check_at FROM schedules
        WHERE connection = ?1 AND check_attempts >= 3
    UNION ALL SELECT 'events', attempts, NULL, retry_at FROM (SELECT MAX(attempts) AS attempts, MIN(retry_at) AS retry_at
        FROM pending_events WHERE connection = ?1) AS events WHERE attempts >= 3
    UNION ALL SELECT 'streams', watch_attempts, watch_problem, watch_at FROM schedules
        WHERE connection = ?1 AND watch_attempts >= 3 AND watch_at IS NOT NULL";

const CHECK_FAILED: &str = "UPDATE schedules SET check_problem = ?2 WHERE connection = ?1";

const WATCH_ENDED: &str =
    "UPDATE schedules SET watch_attempts = CASE WHEN ?2 IS NULL THEN 0 ELSE watch_attempts END, watch_problem = ?2
    WHERE connection = ?1";

impl<D: Database, R: Random> Store<D, R> {
    /// The background work of a connection that was set aside, and why.
    pub async fn set_aside(&self, id: ConnectionId) -> Result<Vec<SetAside>, StoreError> {
        let rows = self
            .database
            .query(SET_ASIDE, vec![id.to_string().into()])
            .await?;
        let read = |row| {
            let mut columns = Columns::of(row);
            let (work, usual_reason) = columns.parsed("work", BackgroundWork::parse)?;
            Ok(SetAside {
                work,
                attempts: columns.number("attempts")?,
                reason: columns
                    .optional_text("reason")?
                    .unwrap_or_else(|| usual_reason.to_owned()),
                next_at: columns.optional_time("next_at")?,
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// Keeps why a claimed check could not be made. A check that is made is recorded, which ends it in order.
    pub async fn fail_check(&self, id: ConnectionId, reason: &str) -> Result<(), StoreError> {
        let parameters = vec![id.to_string().into(), reason.into()];
        self.database.query(CHECK_FAILED, parameters).await?;
        Ok(())
    }

    /// Ends a claimed look at image streams: in order, or not for `reason`.
    pub async fn end_watch(
        &self,
        id: ConnectionId,
        reason: Option<&str>,
    ) -> Result<(), StoreError> {
        let parameters = vec![id.to_string().into(), reason.into()];
        self.database.query(WATCH_ENDED, parameters).await?;
        Ok(())
    }
}
