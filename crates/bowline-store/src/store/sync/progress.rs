//! The progress of a sync: the statements of its steps while they read a registry.

use super::held;
use crate::{
    database::{Database, Value},
    error::StoreError,
    inventory::SeenImage,
    random::Random,
    row::Columns,
    store::{Store, inventory::BATCH, json, one_of_each, optional_json},
    sync::{HeldSync, KnownTag, ListedTo, RepositoryOutcome, SyncPhase, UnreadRepository},
};

/// The most that the clocks of a registry and of ours may differ, in milliseconds: an event from so long before a sync
/// looked tells nothing new.
const SKEW_MS: i64 = 5 * 60 * 1000;

const LISTED: &str = concat!(
    "INSERT INTO sync_repositories (sync, repository, listed) SELECT ?1, value, 1 FROM json_each(?3) WHERE ",
    held!(),
    " ON CONFLICT (sync, repository) DO UPDATE SET listed = 1"
);

const FORMER: &str = concat!(
    "INSERT INTO sync_repositories (sync, repository, listed)
    SELECT DISTINCT ?1, repository, ?4 FROM images WHERE connection = ?3 AND state <> 'gone' AND ",
    held!(),
    " ON CONFLICT DO NOTHING"
);

const LISTED_TO: &str = "UPDATE syncs SET cursor = ?3, phase = ?4
    WHERE id = ?1 AND lease = ?2 AND finished_at IS NULL RETURNING id";

const UNREAD: &str = "SELECT repository, listed, cursor, failures FROM sync_repositories INDEXED BY sync_repositories_left
    WHERE sync = ?1 AND done = 0 ORDER BY repository LIMIT ?2";

const KNOWN_TAGS: &str = "SELECT tag, digest, seen_by IS NOT DISTINCT FROM ?1 FROM images
    WHERE connection = ?2 AND repository = ?3 AND tag IN (SELECT value FROM json_each(?4))";

/// That an event told of the row after the listing was asked for: the event knows better.
macro_rules! told_since {
    () => {
        "MAX(images.last_seen, COALESCE(images.gone_at, 0)) > excluded.last_seen"
    };
}

const SEEN: &str = concat!(
    "INSERT INTO images (connection, repository, tag, digest, pushed_at, told_at, first_seen, last_seen, seen_by, state)
    SELECT ?3, value ->> 'repository', value ->> 'tag', value ->> 'digest', CAST(value ->> 'pushedAt' AS BIGINT),
        MIN(MAX(COALESCE(CAST(value ->> 'pushedAt' AS BIGINT), 0), ?6), ?5), ?5, ?5, ?1, 'new'
    FROM json_each(?4) WHERE ",
    held!(),
    " ON CONFLICT (connection, repository, tag) DO UPDATE SET
        state = CASE WHEN ",
    told_since!(),
    " THEN images.state WHEN images.state = 'gone' THEN 'new'
            WHEN images.digest <> excluded.digest
                THEN CASE WHEN images.seen_by = ?1 AND images.state = 'new' THEN 'new' ELSE 'replaced' END
            WHEN images.seen_by = ?1 THEN images.state ELSE 'unchanged' END,
        gone_at = CASE WHEN ",
    told_since!(),
    " THEN images.gone_at END,
        pushed_at = CASE WHEN ",
    told_since!(),
    " THEN images.pushed_at
            WHEN images.digest = excluded.digest THEN COALESCE(excluded.pushed_at, images.pushed_at)
            ELSE excluded.pushed_at END,
        digest = CASE WHEN ",
    told_since!(),
    " THEN images.digest ELSE excluded.digest END,
        told_at = MAX(images.told_at, excluded.told_at), last_seen = MAX(images.last_seen, excluded.last_seen), seen_by = ?1
    RETURNING tag"
);

const TAGS_TO: &str = concat!(
    "UPDATE sync_repositories SET cursor = ?4 WHERE sync = ?1 AND repository = ?3 AND done = 0 AND ",
    held!(),
    " RETURNING repository"
);

// What an event told of since the sync began was there then: the next sync sees whether it still is.
const MARK_GONE: &str = concat!(
    "UPDATE images SET state = 'gone', gone_at = ?5, told_at = MAX(told_at, ?6), seen_by = ?1
    WHERE connection = ?3 AND repository = ?4 AND state <> 'gone' AND seen_by IS DISTINCT FROM ?1 AND last_seen < ?7 AND ",
    held!()
);

const KEEP: &str = concat!(
    "UPDATE images SET kept = ?6
    WHERE connection = ?3 AND repository = ?4 AND tag IN (SELECT value FROM json_each(?5)) AND ",
    held!()
);

const DONE: &str = concat!(
    "UPDATE sync_repositories SET done = 1, problem = ?5, queued = ?6, skipped = ?7,
        (new, replaced, unchanged, gone) = (SELECT
            count(CASE WHEN state = 'new' THEN 1 END), count(CASE WHEN state = 'replaced' THEN 1 END),
            count(CASE WHEN state = 'unchanged' THEN 1 END), count(CASE WHEN state = 'gone' THEN 1 END)
            FROM images WHERE connection = ?3 AND images.repository = ?4 AND seen_by = ?1)
    WHERE sync = ?1 AND repository = ?4 AND done = 0 AND ",
    held!(),
    " RETURNING repository"
);

const LISTED_SO_FAR: &str =
    "SELECT count(*) AS listed FROM sync_repositories WHERE sync = ?1 AND listed = 1";

const SEEN_SO_FAR: &str = "SELECT count(*) AS seen FROM images
    WHERE connection = ?2 AND repository = ?3 AND seen_by = ?1";

const FAILED_ONCE_MORE: &str = concat!(
    "UPDATE sync_repositories SET failures = failures + 1 WHERE sync = ?1 AND repository = ?3 AND done = 0 AND ",
    held!()
);

impl<D: Database, R: Random> Store<D, R> {
    /// Keeps a page of the listing of repositories, and where the listing goes on. After its last page those are added
    /// that the inventory knows and that were not listed; where the list was cut they count as listed, because nothing
    /// says that they are not. `false` where the lease was taken over.
    pub async fn record_listing(
        &self,
        held: &HeldSync,
        repositories: &[&str],
        to: ListedTo<'_>,
    ) -> Result<bool, StoreError> {
        for repositories in repositories.chunks(BATCH) {
            let repositories = one_of_each(repositories, |&repository| repository, |_, _| false);
            let mut parameters = held.parameters();
            parameters.push(json(&repositories)?);
            self.database.query(LISTED, parameters).await?;
        }
        // After the list, the cursor is why it is not known to be whole.
        let (phase, cursor) = match to {
            ListedTo::Cursor(cursor) => (SyncPhase::Repositories, cursor.into()),
            ListedTo::End => (SyncPhase::Images, Value::Null),
            ListedTo::Cut(problem) => (SyncPhase::Images, json(problem)?),
        };
        if phase == SyncPhase::Images {
            let mut parameters = held.parameters();
            let listed = i64::from(matches!(to, ListedTo::Cut(_)));
            parameters.extend([held.connection.to_string().into(), listed.into()]);
            self.database.query(FORMER, parameters).await?;
        }
        let mut parameters = held.parameters();
        parameters.extend([cursor, phase.text().into()]);
        Ok(self.first(LISTED_TO, parameters).await?.is_some())
    }

    /// The number of repositories that a sync has listed so far.
    pub async fn listed_so_far(&self, held: &HeldSync) -> Result<usize, StoreError> {
        let parameters = vec![held.id.to_string().into()];
        self.counted(LISTED_SO_FAR, parameters, "listed").await
    }

    /// The number of images of a repository that a sync has seen so far.
    pub async fn seen_so_far(
        &self,
        held: &HeldSync,
        repository: &str,
    ) -> Result<usize, StoreError> {
        let parameters = vec![
            held.id.to_string().into(),
            held.connection.to_string().into(),
            repository.into(),
        ];
        self.counted(SEEN_SO_FAR, parameters, "seen").await
    }

    async fn counted(
        &self,
        statement: &str,
        parameters: Vec<Value>,
        column: &'static str,
    ) -> Result<usize, StoreError> {
        let row = self.first(statement, parameters).await?;
        let count = row
            .map(|row| Columns::of(row).integer(column))
            .transpose()?;
        Ok(usize::try_from(count.unwrap_or_default()).unwrap_or(usize::MAX))
    }

    /// Repositories that a sync has to read, at most so many.
    pub async fn unread_repositories(
        &self,
        held: &HeldSync,
        most: u32,
    ) -> Result<Vec<UnreadRepository>, StoreError> {
        let parameters = vec![held.id.to_string().into(), most.into()];
        let rows = self.database.query(UNREAD, parameters).await?;
        let unread = |row| {
            let mut columns = Columns::of(row);
            Ok(UnreadRepository {
                repository: columns.text("repository")?,
                listed: columns.integer("listed")? != 0,
                cursor: columns.optional_text("cursor")?,
                failures: columns.number("failures")?,
            })
        };
        rows.into_iter().map(unread).collect()
    }

    /// The state of these tags in the inventory.
    pub async fn known_tags(
        &self,
        held: &HeldSync,
        repository: &str,
        tags: &[&str],
    ) -> Result<Vec<KnownTag>, StoreError> {
        let mut known = Vec::new();
        for tags in tags.chunks(BATCH) {
            let parameters = vec![
                held.id.to_string().into(),
                held.connection.to_string().into(),
                repository.into(),
                json(&tags)?,
            ];
            for row in self.database.query(KNOWN_TAGS, parameters).await? {
                let mut columns = Columns::of(row);
                known.push(KnownTag {
                    tag: columns.text("tag")?,
                    digest: columns.text("digest")?,
                    seen: columns.integer("seen_by")? != 0,
                });
            }
        }
        Ok(known)
    }

    /// Keeps what the registry has, as it was asked for at `asked_at`; what an event told since then stays. `false`
    /// where the lease was taken over.
    pub async fn record_seen(
        &self,
        held: &HeldSync,
        seen: &[SeenImage],
        asked_at: i64,
    ) -> Result<bool, StoreError> {
        for seen in seen.chunks(BATCH) {
            let seen = one_of_each(seen, |image| (&image.repository, &image.tag), |_, _| true);
            let mut parameters = held.parameters();
            parameters.extend([
                held.connection.to_string().into(),
                json(&seen)?,
                asked_at.into(),
                asked_at.saturating_sub(SKEW_MS).into(),
            ]);
            if self.database.query(SEEN, parameters).await?.is_empty() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Keeps where the listing of a repository's tags goes on. `false` where the lease was taken over.
    pub async fn record_tags_cursor(
        &self,
        held: &HeldSync,
        repository: &str,
        cursor: &str,
    ) -> Result<bool, StoreError> {
        let mut parameters = held.parameters();
        parameters.extend([repository.into(), cursor.into()]);
        Ok(self.first(TAGS_TO, parameters).await?.is_some())
    }

    /// Marks what this sync has not seen of a repository as gone. Only to be called when its listing was complete.
    pub async fn mark_gone(
        &self,
        held: &HeldSync,
        repository: &str,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let mut parameters = held.parameters();
        parameters.extend([
            held.connection.to_string().into(),
            repository.into(),
            now_ms.into(),
            now_ms.saturating_sub(SKEW_MS).into(),
            held.started_at.0.into(),
        ]);
        self.database.query(MARK_GONE, parameters).await?;
        Ok(())
    }

    /// Shows tags of a repository, or hides them.
    pub async fn keep_images(
        &self,
        held: &HeldSync,
        repository: &str,
        tags: &[&str],
        keep: bool,
    ) -> Result<(), StoreError> {
        for tags in tags.chunks(BATCH) {
            let mut parameters = held.parameters();
            parameters.extend([
                held.connection.to_string().into(),
                repository.into(),
                json(&tags)?,
                keep.into(),
            ]);
            self.database.query(KEEP, parameters).await?;
        }
        Ok(())
    }

    /// Ends the work at a repository, and counts its images. `false` where the lease was taken over.
    pub async fn finish_repository(
        &self,
        held: &HeldSync,
        repository: &str,
        outcome: &RepositoryOutcome,
    ) -> Result<bool, StoreError> {
        let queued = i64::try_from(outcome.queued).unwrap_or(i64::MAX);
        let mut parameters = held.parameters();
        parameters.extend([
            held.connection.to_string().into(),
            repository.into(),
            optional_json(outcome.problem.as_ref())?,
            queued.into(),
            json(&outcome.skipped)?,
        ]);
        Ok(self.first(DONE, parameters).await?.is_some())
    }

    /// Counts that a repository could not be read.
    pub async fn count_failure(&self, held: &HeldSync, repository: &str) -> Result<(), StoreError> {
        let mut parameters = held.parameters();
        parameters.push(repository.into());
        self.database.query(FAILED_ONCE_MORE, parameters).await?;
        Ok(())
    }
}
