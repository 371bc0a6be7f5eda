//! When each connection is synchronized and checked again without anybody asking.
//!
//! Triggers of the schema begin a schedule with its connection and have it planned anew when the policy's time changes;
//! so an instance that knows nothing of schedules does them no harm. Planning needs the calendar, which SQL has not:
//! whoever calls plans, and claims what is due with the statement that moves it to its next time. A claim is won once.

use super::{Store, connection_within, project_within, set_aside::next_attempt, within_parameter};
use crate::{
    database::Database,
    error::StoreError,
    id::{ConnectionId, SyncId},
    policy::DailyPull,
    random::Random,
    row::Columns,
    timestamp::Timestamp,
    within::Within,
};

/// The time in which a claimed check has to be made, in milliseconds. Recording the check puts the next one off by a
/// day.
const CHECK_LEASE_MS: i64 = 5 * 60 * 1000;

/// The time between two looks at image streams, in milliseconds: less than from one tick to the next.
const WATCH_EVERY_MS: i64 = 20 * 1000;

/// A connection whose daily pull is to be planned, or is due.
#[derive(Clone, Debug, PartialEq)]
pub struct Scheduled {
    /// Which it is.
    pub connection: ConnectionId,
    /// The project that it belongs to.
    pub project: String,
    /// When its policy pulls; `None` where it does not pull by itself any more.
    pub daily_pull: Option<DailyPull>,
    /// From when it is to be planned, or when it was due.
    pub at: Timestamp,
}

/// A connection whose image streams are watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamWatch {
    /// Which it is.
    pub connection: ConnectionId,
    /// The project that it belongs to.
    pub project: String,
    /// Up to which version it was looked at; `None` where it never was.
    pub version: Option<String>,
}

/// Credentials that end soon, or have ended.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Expiring {
    /// The project of the connection.
    pub project: String,
    /// Which it is.
    pub id: ConnectionId,
    /// Its name.
    pub name: String,
    /// When its credentials end.
    pub expires_at: Timestamp,
}

const TO_PLAN: &str = concat!(
    "SELECT id, project, pull_at, pull_timezone, plan_from
    FROM schedules JOIN connections ON connections.id = schedules.connection
    WHERE plan_from IS NOT NULL AND policy_read_at IS NULL",
    project_within!("project", "?2"),
    " ORDER BY plan_from LIMIT ?1"
);

const TO_PLAN_OF: &str = "SELECT id, project, pull_at, pull_timezone, plan_from
    FROM schedules JOIN connections ON connections.id = schedules.connection
    WHERE connection = ?1 AND plan_from IS NOT NULL AND policy_read_at IS NULL";

const PLAN: &str = "UPDATE schedules SET sync_at = ?3, plan_from = NULL
    WHERE connection = ?1 AND plan_from = ?2";

const DUE: &str = concat!(
    "SELECT id, project, pull_at, pull_timezone, sync_at
    FROM schedules JOIN connections ON connections.id = schedules.connection
    WHERE sync_at <= ?1 AND policy_read_at IS NULL",
    project_within!("project", "?3"),
    " ORDER BY sync_at LIMIT ?2"
);

const MOVE_ON: &str = "UPDATE schedules SET sync_at = ?3, run = ?4, run_at = ?5
    WHERE connection = ?1 AND sync_at = ?2
    RETURNING connection";

const NEXT: &str = "SELECT sync_at FROM schedules WHERE connection = ?1";

const CLAIM_CHECKS: &str = concat!(
    "WITH due AS (SELECT connection FROM schedules WHERE check_at <= ?1",
    connection_within!("schedules.connection", "?4"),
    " ORDER BY check_at LIMIT ?3 /*+ FOR UPDATE SKIP LOCKED */)
    UPDATE schedules SET check_attempts = check_attempts + 1, check_problem = NULL, check_at = ",
    next_attempt!("check_attempts", "?1", "?2"),
    " WHERE connection IN (SELECT connection FROM due) AND check_at <= ?1
    RETURNING connection, (SELECT project FROM connections WHERE id = connection)"
);

const CLAIM_WATCH: &str = concat!(
    "UPDATE schedules SET watch_attempts = watch_attempts + 1, watch_problem = NULL, watch_at = ",
    next_attempt!("watch_attempts", "?1", "?2"),
    " WHERE connection = (SELECT connection FROM schedules WHERE watch_at <= ?1",
    connection_within!("schedules.connection", "?3"),
    " ORDER BY watch_at LIMIT 1 /*+ FOR UPDATE SKIP LOCKED */)
        AND watch_at <= ?1
    RETURNING connection, (SELECT project FROM connections WHERE id = connection), stream_version"
);

const KEEP_WATCH: &str = "UPDATE schedules SET stream_version = ?3
    WHERE connection = ?1 AND stream_version IS NOT DISTINCT FROM ?2 AND watch_at IS NOT NULL";

const EXPIRING: &str = "SELECT project, id, name, expires_at FROM connections
    WHERE project IN (SELECT value FROM json_each(?1)) AND deleted_at IS NULL AND expires_at <= ?2
    ORDER BY expires_at, id LIMIT ?3";

impl<D: Database, R: Random> Store<D, R> {
    /// Connections whose daily pull is to be planned, those that wait longest first.
    pub async fn to_plan(
        &self,
        within: Within<'_>,
        most: u32,
    ) -> Result<Vec<Scheduled>, StoreError> {
        let parameters = vec![most.into(), within_parameter(within)?];
        let rows = self.database.query(TO_PLAN, parameters).await?;
        rows.into_iter().map(scheduled).collect()
    }

    /// The same of one connection, if its daily pull is to be planned.
    pub async fn to_plan_of(&self, id: ConnectionId) -> Result<Option<Scheduled>, StoreError> {
        let row = self.first(TO_PLAN_OF, vec![id.to_string().into()]).await?;
        row.map(scheduled).transpose()
    }

    /// Plans a daily pull: the first at `next`, or none by itself. Not where the policy has changed since.
    pub async fn plan(&self, of: &Scheduled, next: Option<i64>) -> Result<(), StoreError> {
        let connection = of.connection.to_string();
        let parameters = vec![connection.into(), of.at.0.into(), next.into()];
        self.database.query(PLAN, parameters).await?;
        Ok(())
    }

    /// Connections whose daily pull is due at `now_ms`, the longest overdue first.
    pub async fn due(
        &self,
        within: Within<'_>,
        now_ms: i64,
        most: u32,
    ) -> Result<Vec<Scheduled>, StoreError> {
        let parameters = vec![now_ms.into(), most.into(), within_parameter(within)?];
        let rows = self.database.query(DUE, parameters).await?;
        rows.into_iter().map(scheduled).collect()
    }

    /// Begins the daily pull that is due, and plans the next: one statement, which of all who try does once. Says
    /// whether this was it. `next` is `None` where the policy has become manual: then nothing begins.
    pub async fn begin_due(
        &self,
        of: &Scheduled,
        next: Option<i64>,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        let run = next.map(|_| SyncId::new(now_ms, &self.random).to_string());
        let parameters = vec![
            of.connection.to_string().into(),
            of.at.0.into(),
            next.into(),
            run.into(),
            now_ms.into(),
        ];
        let claimed = self.first(MOVE_ON, parameters).await?.is_some();
        Ok(claimed && next.is_some())
    }

    /// When a connection's next daily pull begins, where that is planned.
    pub async fn next_sync(&self, id: ConnectionId) -> Result<Option<Timestamp>, StoreError> {
        let row = self.first(NEXT, vec![id.to_string().into()]).await?;
        row.map_or(Ok(None), |row| Columns::of(row).optional_time("sync_at"))
    }

    /// Claims connections whose daily check is due, and gives whose each is. Who does not record a check within five
    /// minutes has it claimed by another.
    pub async fn claim_checks(
        &self,
        within: Within<'_>,
        now_ms: i64,
        most: u32,
    ) -> Result<Vec<(String, ConnectionId)>, StoreError> {
        let lease = now_ms.saturating_add(CHECK_LEASE_MS);
        let parameters = vec![
            now_ms.into(),
            lease.into(),
            most.into(),
            within_parameter(within)?,
        ];
        let rows = self.database.query(CLAIM_CHECKS, parameters).await?;
        let read = |row| {
            let mut columns = Columns::of(row);
            let id = columns.parsed("connection", ConnectionId::parse)?;
            Ok((columns.text("project")?, id))
        };
        rows.into_iter().map(read).collect()
    }

    /// Claims the connection whose image streams were looked at longest ago, if that was not just now.
    pub async fn claim_watch(
        &self,
        within: Within<'_>,
        now_ms: i64,
    ) -> Result<Option<StreamWatch>, StoreError> {
        let next = now_ms.saturating_add(WATCH_EVERY_MS);
        let parameters = vec![now_ms.into(), next.into(), within_parameter(within)?];
        let row = self.first(CLAIM_WATCH, parameters).await?;
        let read = |row| {
            let mut columns = Columns::of(row);
            Ok(StreamWatch {
                connection: columns.parsed("connection", ConnectionId::parse)?,
                project: columns.text("project")?,
                version: columns.optional_text("stream_version")?,
            })
        };
        row.map(read).transpose()
    }

    /// Keeps up to which version image streams were looked at; not where another did so meanwhile.
    pub async fn keep_watch(&self, watch: &StreamWatch, version: &str) -> Result<(), StoreError> {
        let parameters = vec![
            watch.connection.to_string().into(),
            watch.version.clone().into(),
            version.into(),
        ];
        self.database.query(KEEP_WATCH, parameters).await?;
        Ok(())
    }

    /// Connections of these projects whose credentials end by then, those that end first before.
    pub async fn expiring(
        &self,
        projects: &[String],
        by: Timestamp,
        most: u32,
    ) -> Result<Vec<Expiring>, StoreError> {
        let parameters = vec![super::json(&projects)?, by.0.into(), most.into()];
        let rows = self.database.query(EXPIRING, parameters).await?;
        let read = |row| {
            let mut columns = Columns::of(row);
            Ok(Expiring {
                project: columns.text("project")?,
                id: columns.parsed("id", ConnectionId::parse)?,
                name: columns.text("name")?,
                expires_at: columns.time("expires_at")?,
            })
        };
        rows.into_iter().map(read).collect()
    }
}

fn scheduled(row: crate::database::Row) -> Result<Scheduled, StoreError> {
    let mut columns = Columns::of(row);
    Ok(Scheduled {
        connection: columns.parsed("id", ConnectionId::parse)?,
        project: columns.text("project")?,
        daily_pull: DailyPull::of(&mut columns)?,
        at: columns.time("at")?,
    })
}
