//! Telling registries that images passed which they withhold until then.
//!
//! A trigger of the schema keeps that an image is to be released with the result of its scan. Whoever tries it puts the
//! next try off first: so no two try at once, and what an instance that dies leaves is tried again.

use super::{
    super::{connection_within, within_parameter},
    Store,
};
use crate::{
    database::{Database, Value},
    error::StoreError,
    id::{ConnectionId, ScanId},
    random::Random,
    row::Columns,
    scan::Release,
    within::Within,
};

macro_rules! take {
    ($which:expr) => {
        concat!(
            "WITH due AS (SELECT connection, digest, repository FROM releases WHERE next_at <= ?1 ",
            $which,
            " ORDER BY next_at LIMIT 1 /*+ FOR UPDATE SKIP LOCKED */)
            UPDATE releases SET attempts = attempts + 1, next_at = ?1 + 60000 * (1 << MIN(attempts, 9))
            WHERE (connection, digest, repository) IN (SELECT connection, digest, repository FROM due)
            RETURNING (SELECT project FROM connections WHERE id = releases.connection), connection, repository, digest"
        )
    };
}

/// Takes the longest overdue. The next try is in a minute, then two, four and so on, up to eight and a half hours.
const TAKE: &str = take!(connection_within!("releases.connection", "?2"));

const TAKE_OF_SCAN: &str = take!("AND scan = ?2");

const DONE: &str = "DELETE FROM releases WHERE connection = ?1 AND digest = ?2 AND repository = ?3";

const FAILED: &str =
    "UPDATE releases SET problem = ?4 WHERE connection = ?1 AND digest = ?2 AND repository = ?3";

impl<D: Database, R: Random> Store<D, R> {
    /// Takes the image whose release is due longest, of those that passed in `scan` where one is given.
    pub async fn take_release(
        &self,
        within: Within<'_>,
        scan: Option<ScanId>,
        now_ms: i64,
    ) -> Result<Option<Release>, StoreError> {
        let (statement, which) = match scan {
            Some(scan) => (TAKE_OF_SCAN, scan.to_string().into()),
            None => (TAKE, within_parameter(within)?),
        };
        let row = self.first(statement, vec![now_ms.into(), which]).await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let mut columns = Columns::of(row);
        Ok(Some(Release {
            project: columns.text("project")?,
            connection: columns.parsed("connection", ConnectionId::parse)?,
            repository: columns.text("repository")?,
            digest: columns.text("digest")?,
        }))
    }

    /// Keeps how a try ended: `problem` is why it failed, and `None` that the image is released or gone.
    pub async fn end_release(
        &self,
        release: &Release,
        problem: Option<&str>,
    ) -> Result<(), StoreError> {
        let mut parameters = vec![
            release.connection.to_string().into(),
            release.digest.as_str().into(),
            release.repository.as_str().into(),
        ];
        parameters.extend(problem.map(Value::from));
        let statement = if problem.is_some() { FAILED } else { DONE };
        self.database.query(statement, parameters).await?;
        Ok(())
    }
}
