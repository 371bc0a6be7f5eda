//! Telling registries that images passed which they withhold until then.
//!
//! A trigger of the schema keeps that an image is to be released with the result of its scan. Whoever tries it puts the
//! next try off first: so no two try at once, and what an instance that dies leaves is tried again.

use super::Store;
use crate::{
    database::{Database, Value},
    error::StoreError,
    id::{ConnectionId, ScanId},
    random::Random,
    row::Columns,
    scan::Release,
};

macro_rules! take {
    ($scan:literal) => {
        concat!(
            "UPDATE releases SET attempts = attempts + 1, next_at = ?1 + 60000 * (1 << MIN(attempts, 9))
            WHERE (connection, digest, repository) IN (
                SELECT connection, digest, repository FROM releases WHERE next_at <= ?1 ",
            $scan,
            " ORDER BY next_at LIMIT 1)
            RETURNING (SELECT project FROM connections WHERE id = releases.connection), connection, repository, digest"
        )
    };
}

/// Takes the longest overdue. The next try is in a minute, then two, four and so on, up to eight and a half hours.
const TAKE: &str = take!("");

const TAKE_OF_SCAN: &str = take!("AND scan = ?2");

const DONE: &str = "DELETE FROM releases WHERE connection = ?1 AND digest = ?2 AND repository = ?3";

const FAILED: &str =
    "UPDATE releases SET problem = ?4 WHERE connection = ?1 AND digest = ?2 AND repository = ?3";

impl<D: Database, R: Random> Store<D, R> {
    /// Takes the image whose release is due longest, of those that passed in `scan` where one is given.
    pub async fn take_release(
        &self,
        scan: Option<ScanId>,
        now_ms: i64,
    ) -> Result<Option<Release>, StoreError> {
        let mut parameters: Vec<Value> = vec![now_ms.into()];
        parameters.extend(scan.map(|scan| scan.to_string().into()));
        let statement = if scan.is_some() { TAKE_OF_SCAN } else { TAKE };
        let Some(row) = self.first(statement, parameters).await? else {
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
