//! Syncs: who is at one, and what its steps write.
//!
//! Whoever works at a sync holds its lease. Every statement of a step asks for it, so a step whose lease was taken over
//! changes nothing. What a step writes may be written again: one that dies anywhere is gone on with from its last cursor.

mod clean_up;
mod progress;

use super::{
    Store, json, optional_json, project_within, set_aside::next_attempt, within_parameter,
};
use crate::{
    database::{Database, Row, Value},
    error::StoreError,
    id::{ConnectionId, SyncId},
    random::Random,
    row::Columns,
    sync::{HeldSync, Sync, SyncOrigin, SyncPhase, SyncProblem, SyncState, Syncs},
    within::Within,
};

/// The duration of a lease, in milliseconds: well over the time of one request to the registry, after which it is
/// prolonged.
const LEASE_MS: i64 = 60 * 1000;

/// That the sync `?1` is held by the lease `?2`.
macro_rules! held {
    () => {
        "EXISTS (SELECT 1 FROM syncs WHERE syncs.id = ?1 AND syncs.lease = ?2 AND syncs.finished_at IS NULL
            /*+ FOR SHARE */)"
    };
}
pub(in crate::store) use held;

/// The outcome of the sync `?1` so far.
macro_rules! outcome {
    () => {
        "(SELECT json_object(
            'repositories', json_object('listed', COALESCE(sum(listed), 0), 'read', 
                count(CASE WHEN done = 1 AND problem IS NULL THEN 1 END),
                'failed', count(problem)),
            'images', json_object('new', COALESCE(sum(new), 0), 'replaced', COALESCE(sum(replaced), 0),
                'unchanged', COALESCE(sum(unchanged), 0), 'gone', COALESCE(sum(gone), 0),
                'skipped', (SELECT COALESCE(sum(CAST(value ->> 'images' AS BIGINT)), 0) FROM sync_repositories, json_each(skipped)
                    WHERE sync = ?1)),
            'skipped', json((SELECT COALESCE(json_group_array(json(entry)), '[]') FROM (
                SELECT json_object('list', value ->> 'list', 'pattern', value ->> 'pattern',
                    'repositories', sum(CAST(value ->> 'repositories' AS BIGINT)),
                    'images', sum(CAST(value ->> 'images' AS BIGINT))) AS entry
                FROM sync_repositories, json_each(skipped) WHERE sync = ?1
                GROUP BY value ->> 'list', value ->> 'pattern'
                ORDER BY sum(CAST(value ->> 'images' AS BIGINT)) DESC, sum(CAST(value ->> 'repositories' AS BIGINT)) DESC
                LIMIT 100) AS entries)),
            'queued', COALESCE(sum(queued), 0))
        FROM sync_repositories WHERE sync = ?1)"
    };
}

const BEGIN: &str =
    "INSERT INTO syncs (id, connection, origin, state, phase, started_at, lease, lease_until)
    SELECT ?1, id, ?3, 'running', 'repositories', ?4, '', 0 FROM connections WHERE id = ?2 AND deleted_at IS NULL
    ON CONFLICT DO NOTHING";

const START: &str = concat!(
    "INSERT INTO syncs (id, connection, origin, state, phase, started_at, lease, lease_until, attempts)
    SELECT ?1, id, ?4, 'running', 'repositories', ?5, ?2, ?6, 1 FROM connections
    WHERE id = ?3 AND project = ?7 AND deleted_at IS NULL
    ON CONFLICT (connection) WHERE finished_at IS NULL
    DO UPDATE SET lease = excluded.lease, lease_until = excluded.lease_until, attempts = syncs.attempts + 1,
        retry_at = ",
    next_attempt!("syncs.attempts", "?5", "syncs.retry_at"),
    " WHERE syncs.lease_until <= ?5
    RETURNING id, connection, phase, cursor, failures, started_at"
);

const GO_ON: &str = concat!(
    "UPDATE syncs SET lease = ?2, lease_until = ?3, attempts = attempts + 1, retry_at = ",
    next_attempt!("attempts", "?4", "retry_at"),
    " WHERE connection = ?1 AND finished_at IS NULL AND lease_until <= ?4 AND retry_at <= ?4
    RETURNING id, connection, phase, cursor, failures, started_at"
);

const WAITING: &str = concat!(
    "SELECT project, connection FROM syncs JOIN connections ON connections.id = connection
    WHERE finished_at IS NULL AND retry_at <= ?1 AND lease_until <= ?1",
    project_within!("project", "?3"),
    " ORDER BY retry_at LIMIT ?2"
);

const PROLONG: &str = "UPDATE syncs SET requests = requests + ?3, lease_until = ?4
    WHERE id = ?1 AND lease = ?2 AND finished_at IS NULL RETURNING id";

const RELEASE: &str =
    "UPDATE syncs SET lease_until = 0, problem = NULL, failures = 0, attempts = 0, retry_at = ?3
    WHERE id = ?1 AND lease = ?2 AND finished_at IS NULL";

const PAUSE: &str =
    "UPDATE syncs SET lease_until = 0, problem = ?3, retry_at = ?4, failures = ?5, attempts = 0
    WHERE id = ?1 AND lease = ?2 AND finished_at IS NULL";

const ANY_FAILED: &str =
    "SELECT EXISTS (SELECT 1 FROM sync_repositories WHERE sync = ?1 AND problem IS NOT NULL)
        OR EXISTS (SELECT 1 FROM syncs WHERE id = ?1 AND phase = 'images' AND cursor IS NOT NULL) AS problem";

const FINISH: &str = concat!(
    "UPDATE syncs SET state = ?3, phase = 'done', finished_at = ?4, lease_until = 0,
        complete = CASE WHEN ?3 = 'done' AND cursor IS NULL AND NOT EXISTS
            (SELECT 1 FROM sync_repositories WHERE sync = ?1 AND sync_repositories.problem IS NOT NULL) THEN 1 ELSE 0 END,
        problem = COALESCE(?5, CASE WHEN phase = 'images' THEN cursor END, (SELECT sync_repositories.problem FROM sync_repositories
            WHERE sync = ?1 AND sync_repositories.problem IS NOT NULL LIMIT 1)),
        outcome = ",
    outcome!(),
    " WHERE id = ?1 AND lease = ?2 AND finished_at IS NULL RETURNING id"
);

const RUNNING: &str =
    "SELECT id, origin, state, phase, started_at, finished_at, outcome, requests, complete, problem FROM syncs
    WHERE connection = ?1 AND finished_at IS NULL";

const LAST: &str =
    "SELECT id, origin, state, phase, started_at, finished_at, outcome, requests, complete, problem FROM syncs
    WHERE connection = ?1 AND finished_at IS NOT NULL";

const OUTCOME: &str = concat!("SELECT CAST(", outcome!(), " AS TEXT)");

impl<D: Database, R: Random> Store<D, R> {
    /// Begins a sync of a connection for whoever takes it up, unless one has not ended.
    pub async fn begin_sync(
        &self,
        connection: ConnectionId,
        origin: SyncOrigin,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let parameters = vec![
            SyncId::new(now_ms, &self.random).to_string().into(),
            connection.to_string().into(),
            origin.text().into(),
            now_ms.into(),
        ];
        self.database.query(BEGIN, parameters).await?;
        Ok(())
    }

    /// Starts a sync of a connection, or takes up the one that has not ended. `None` where another works at it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn start_sync(
        &self,
        project: &str,
        connection: ConnectionId,
        origin: SyncOrigin,
        now_ms: i64,
    ) -> Result<Option<HeldSync>, StoreError> {
        let token = self.random_text();
        let parameters = vec![
            SyncId::new(now_ms, &self.random).to_string().into(),
            token.as_str().into(),
            connection.to_string().into(),
            origin.text().into(),
            now_ms.into(),
            now_ms.saturating_add(LEASE_MS).into(),
            project.into(),
        ];
        if let Some(row) = self.first(START, parameters).await? {
            return held_sync(row, token).map(Some);
        }
        self.expect_version(project, connection, None).await?;
        Ok(None)
    }

    /// Takes up the sync of a connection that has not ended, if there is one that nobody works at and that need not
    /// wait.
    pub async fn take_up_sync(
        &self,
        connection: ConnectionId,
        now_ms: i64,
    ) -> Result<Option<HeldSync>, StoreError> {
        let token = self.random_text();
        let parameters = vec![
            connection.to_string().into(),
            token.as_str().into(),
            now_ms.saturating_add(LEASE_MS).into(),
            now_ms.into(),
        ];
        let row = self.first(GO_ON, parameters).await?;
        row.map(|row| held_sync(row, token)).transpose()
    }

    /// Connections, at most so many, whose sync waits to be taken up, with their projects.
    pub async fn waiting_syncs(
        &self,
        within: Within<'_>,
        most: u32,
        now_ms: i64,
    ) -> Result<Vec<(String, ConnectionId)>, StoreError> {
        let parameters = vec![now_ms.into(), most.into(), within_parameter(within)?];
        let rows = self.database.query(WAITING, parameters).await?;
        let waiting = |row| {
            let mut columns = Columns::of(row);
            Ok((
                columns.text("project")?,
                columns.parsed("connection", ConnectionId::parse)?,
            ))
        };
        rows.into_iter().map(waiting).collect()
    }

    /// The sync of a connection that has not ended, and the last that has.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn syncs(
        &self,
        project: &str,
        connection: ConnectionId,
    ) -> Result<Syncs, StoreError> {
        self.expect_version(project, connection, None).await?;
        let connection = || vec![Value::from(connection.to_string())];
        Ok(Syncs {
            running: self.sync(RUNNING, connection()).await?,
            last: self.sync(LAST, connection()).await?,
        })
    }

    async fn sync(
        &self,
        statement: &str,
        parameters: Vec<Value>,
    ) -> Result<Option<Sync>, StoreError> {
        let Some(row) = self.first(statement, parameters).await? else {
            return Ok(None);
        };
        let mut columns = Columns::of(row);
        let id = columns.parsed("id", SyncId::parse)?;
        let origin = columns.parsed("origin", SyncOrigin::parse)?;
        let state = columns.parsed("state", SyncState::parse)?;
        let phase = columns.parsed("phase", SyncPhase::parse)?;
        let started_at = columns.time("started_at")?;
        let finished_at = columns.optional_time("finished_at")?;
        let outcome = match columns.optional_json("outcome")? {
            Some(outcome) => outcome,
            None => {
                let row = self.first(OUTCOME, vec![id.to_string().into()]).await?;
                Columns::of(row.ok_or(StoreError::Corrupt("outcome"))?).json("outcome")?
            }
        };
        Ok(Some(Sync {
            id,
            origin,
            state,
            started_at,
            finished_at,
            phase,
            outcome,
            requests: columns.integer("requests")?,
            complete: columns.integer("complete")? != 0,
            problem: columns.optional_json("problem")?,
        }))
    }

    /// Counts requests that a step made, and prolongs its lease. `false` where it was taken over.
    pub async fn prolong(
        &self,
        held: &HeldSync,
        requests: u32,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        let mut parameters = held.parameters();
        parameters.extend([requests.into(), now_ms.saturating_add(LEASE_MS).into()]);
        Ok(self.first(PROLONG, parameters).await?.is_some())
    }

    /// Ends a step, so that anybody may go on. By itself that happens from `retry_at` on, those first that wait longest.
    pub async fn release_sync(&self, held: &HeldSync, retry_at: i64) -> Result<(), StoreError> {
        let mut parameters = held.parameters();
        parameters.push(retry_at.into());
        self.database.query(RELEASE, parameters).await?;
        Ok(())
    }

    /// Ends a step that did not go well, the last of so many. The sync is not taken up by itself before `retry_at`.
    pub async fn pause_sync(
        &self,
        held: &HeldSync,
        problem: &SyncProblem,
        failures: u32,
        retry_at: i64,
    ) -> Result<(), StoreError> {
        let mut parameters = held.parameters();
        parameters.extend([json(problem)?, retry_at.into(), failures.into()]);
        self.database.query(PAUSE, parameters).await?;
        Ok(())
    }

    /// True if all repositories were read.
    pub async fn is_complete(&self, held: &HeldSync) -> Result<bool, StoreError> {
        let row = self
            .first(ANY_FAILED, vec![held.id.to_string().into()])
            .await?;
        let row = row.ok_or(StoreError::Corrupt("problem"))?;
        Ok(Columns::of(row).integer("problem")? == 0)
    }

    /// Ends a sync: done, or failed where there is a problem. `false` where the lease was taken over.
    pub async fn finish_sync(
        &self,
        held: &HeldSync,
        problem: Option<&SyncProblem>,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        self.forget_removals(held).await?;
        let state = match problem {
            None => SyncState::Done,
            Some(_) => SyncState::Failed,
        };
        let mut parameters = held.parameters();
        parameters.extend([state.text().into(), now_ms.into(), optional_json(problem)?]);
        Ok(self.first(FINISH, parameters).await?.is_some())
    }
}

impl HeldSync {
    /// `?1` and `?2` of [`held!`].
    pub(in crate::store) fn parameters(&self) -> Vec<Value> {
        vec![self.id.to_string().into(), self.token.as_str().into()]
    }
}

fn held_sync(row: Row, token: String) -> Result<HeldSync, StoreError> {
    let mut columns = Columns::of(row);
    Ok(HeldSync {
        id: columns.parsed("id", SyncId::parse)?,
        connection: columns.parsed("connection", ConnectionId::parse)?,
        phase: columns.parsed("phase", SyncPhase::parse)?,
        cursor: columns.optional_text("cursor")?,
        failures: columns.number("failures")?,
        started_at: columns.time("started_at")?,
        token,
    })
}
