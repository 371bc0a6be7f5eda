//! The inventory: what is known of the images of a connection's registry.
//!
//! Events and syncs write it, at once if it so happens. An event says when something happened by the registry's clock;
//! what is older than what a row was told changes nothing, so that repeats and reordering do no harm.

use std::collections::BTreeSet;

use bowline::selection::{DecidedBy, Image};
use serde::Serialize;

use super::{Store, json, name_key, one_of_each, sync::held};
use crate::{
    database::{Database, Row, Value},
    error::StoreError,
    id::ConnectionId,
    inventory::{
        Decided, ImageState, InventoryImage, KnownImage, ManifestDetails, Removed, SeenImage,
        ShownScan,
    },
    page::{Cursor, Page, PageSize},
    random::Random,
    row::Columns,
    sync::HeldSync,
};

/// The most rows that a statement writes.
pub(super) const BATCH: usize = 500;

/// The most decisions that a statement writes: each of them is looked up among all.
const DECISIONS: usize = 100;

/// Which images of an inventory a list has.
#[derive(Clone, Debug, Default)]
pub struct ImageQuery {
    /// Only those whose `repository:tag` contains this, whatever the case, or whose digest begins with it; empty takes
    /// all.
    pub search: String,
    /// Only those in this state.
    pub state: Option<ImageState>,
    /// The size of a page.
    pub size: PageSize,
    /// The cursor of the page; `None` is the first page.
    pub cursor: Option<Cursor>,
}

// An event cannot come from later than now: a registry whose clock is ahead must not silence what follows.
const PUSH: &str = "INSERT INTO images (connection, repository, tag, digest, pushed_at, told_at, first_seen, last_seen, state)
    SELECT ?1, value ->> 'repository', value ->> 'tag', value ->> 'digest', CAST(value ->> 'pushedAt' AS BIGINT),
        MIN(COALESCE(CAST(value ->> 'pushedAt' AS BIGINT), ?2), ?2), ?2, ?2, 'new'
    FROM json_each(?3)
    WHERE EXISTS (SELECT 1 FROM connections WHERE id = ?1 AND deleted_at IS NULL)
        AND NOT EXISTS (SELECT 1 FROM removals
            WHERE removals.connection = ?1 AND removals.repository = value ->> 'repository'
                AND name IN ('', value ->> 'tag', value ->> 'digest')
                AND at >= MIN(COALESCE(CAST(value ->> 'pushedAt' AS BIGINT), ?2), ?2))
    ON CONFLICT (connection, repository, tag) DO UPDATE SET
        state = CASE WHEN images.state = 'gone' THEN 'new' WHEN images.digest = excluded.digest THEN images.state
            ELSE 'replaced' END,
        gone_at = NULL,
        kept = CASE WHEN images.digest = excluded.digest THEN images.kept ELSE 1 END,
        selected = CASE WHEN images.digest = excluded.digest THEN images.selected END,
        decided_by = CASE WHEN images.digest = excluded.digest THEN images.decided_by END,
        pattern = CASE WHEN images.digest = excluded.digest THEN images.pattern END,
        digest = excluded.digest, pushed_at = excluded.pushed_at, told_at = excluded.told_at,
        last_seen = MAX(images.last_seen, excluded.last_seen)
    WHERE excluded.told_at > images.told_at";

const PUSHED: &str =
    "SELECT images.repository, images.tag, images.digest, images.pushed_at
    FROM json_each(?2) CROSS JOIN images
    WHERE images.connection = ?1 AND images.repository = value ->> 'repository' AND images.tag = value ->> 'tag'
        AND images.digest = value ->> 'digest' AND images.state <> 'gone'
        AND NOT EXISTS (SELECT 1 FROM manifests WHERE manifests.connection = ?1
            AND manifests.digest = images.digest AND scanned_at IS NOT NULL)";

const NOTE_REMOVAL: &str = "INSERT INTO removals (connection, repository, name, at, noted_at)
    SELECT id, ?2, ?3, ?4, ?5 FROM connections WHERE id = ?1 AND deleted_at IS NULL
    ON CONFLICT (connection, repository, name) DO UPDATE SET at = MAX(removals.at, excluded.at), noted_at = excluded.noted_at";

// A tag has no colon and a digest has one, so the name tells which it is.
const REMOVE: &str = "UPDATE images SET state = 'gone', gone_at = ?5, told_at = ?4
    WHERE connection = ?1 AND repository = ?2 AND ?3 IN ('', tag, digest) AND state <> 'gone' AND told_at < ?4
    RETURNING tag";

const DETAILS: &str =
    "INSERT INTO manifests (connection, digest, created_at, size, artifact_type, problem, tried_at, read_at)
    SELECT ?1, value ->> 'digest', CAST(value ->> 'createdAt' AS BIGINT), CAST(value ->> 'size' AS BIGINT),
        value ->> 'artifactType', value ->> 'problem', ?2,
        CASE WHEN CAST(value ->> 'askAgain' AS BIGINT) = 1 THEN NULL ELSE ?2 END
    FROM json_each(?3) WHERE EXISTS (SELECT 1 FROM connections WHERE id = ?1 AND deleted_at IS NULL)
    ON CONFLICT (connection, digest) DO UPDATE SET created_at = excluded.created_at, size = excluded.size,
        artifact_type = excluded.artifact_type, problem = excluded.problem, tried_at = excluded.tried_at,
        read_at = excluded.read_at
    WHERE manifests.read_at IS NULL";

// Not DISTINCT: SQLite would go through all repositories in the order of the digests.
const UNREAD: &str = "SELECT images.digest FROM images
    LEFT JOIN manifests ON manifests.connection = images.connection AND manifests.digest = images.digest
    WHERE images.connection = ?1 AND repository = ?2 AND state <> 'gone' AND read_at IS NULL
        AND (tried_at IS NULL OR tried_at < ?4)
    LIMIT ?3";

const IMAGES_OF: &str = "SELECT tag, images.digest, pushed_at, first_seen, state, kept, selected, decided_by, pattern,
        created_at, artifact_type, scanned_at, problem
    FROM images
    LEFT JOIN manifests ON manifests.connection = images.connection AND manifests.digest = images.digest
    WHERE images.connection = ?1 AND repository = ?2 AND state <> 'gone' ORDER BY tag";

const DECIDE: &str = concat!(
    "UPDATE images SET selected = CAST(value ->> 'selected' AS BIGINT), decided_by = value ->> 'decidedBy',
        pattern = value ->> 'pattern'
    FROM json_each(?5)
    WHERE connection = ?3 AND repository = ?4 AND tag IN (SELECT value ->> 'tag' FROM json_each(?5))
        AND tag = value ->> 'tag' AND digest = value ->> 'digest' AND (?1 IS NULL OR ",
    held!(),
    ")"
);

// At most one scan of a digest is unfinished; the index of those says it as it is said here.
const LIST: &str = "SELECT images.repository, images.tag, images.digest, created_at, pushed_at, size, first_seen, last_seen,
        images.state, gone_at, selected, decided_by, pattern, problem, COALESCE(scans.state, scan_result) AS scan_state,
        CASE scans.state WHEN 'queued' THEN queued_at WHEN 'leased' THEN leased_at ELSE scanned_at END AS scan_at
    FROM images
    LEFT JOIN manifests ON manifests.connection = images.connection AND manifests.digest = images.digest
    LEFT JOIN scans ON scans.connection = images.connection AND scans.state IN ('queued', 'leased')
        AND COALESCE(scans.digest, scans.repository || ':' || scans.tag) = images.digest
    WHERE images.connection = ?1 AND (images.repository, images.tag) > (?2, ?3) AND kept = 1
        AND (?4 = '' OR instr(lower(images.repository || ':' || images.tag), ?4) > 0 OR instr(images.digest, ?4) = 1)
        AND (?5 IS NULL OR images.state = ?5)
    ORDER BY images.repository, images.tag LIMIT ?6";

/// A decision and the image that it is about.
#[derive(Serialize)]
struct DecidedRow<'a> {
    tag: &'a str,
    digest: &'a str,
    #[serde(flatten)]
    decided: &'a Decided,
}

impl<D: Database, R: Random> Store<D, R> {
    /// Keeps what a registry says was pushed, and gives what of it is to be scanned if the policy selects it: what
    /// stands so now and was never scanned. So the same event gives the same until that has been done.
    ///
    /// What is older than what is known changes nothing.
    pub async fn record_push(
        &self,
        connection: ConnectionId,
        pushed: &[SeenImage],
        now_ms: i64,
    ) -> Result<Vec<SeenImage>, StoreError> {
        let mut standing = Vec::new();
        for pushed in pushed.chunks(BATCH) {
            let told_at = |image: &SeenImage| image.pushed_at.map_or(now_ms, |at| at.min(now_ms));
            let pushed = one_of_each(
                pushed,
                |image| (&image.repository, &image.tag),
                |image, kept| told_at(image) > told_at(kept),
            );
            let (connection, pushed) = (connection.to_string(), json(&pushed)?);
            let push = vec![connection.as_str().into(), now_ms.into(), pushed.clone()];
            self.database.query(PUSH, push).await?;
            let rows = self.database.query(PUSHED, vec![connection.into(), pushed]);
            for row in rows.await? {
                standing.push(seen_image(row)?);
            }
        }
        Ok(standing)
    }

    /// Marks what a registry says it has no more, `at` by its clock, and says how many tags that were.
    ///
    /// What was pushed since then stays. The removal is noted, so that a push before it that arrives later changes
    /// nothing.
    pub async fn record_removed(
        &self,
        connection: ConnectionId,
        repository: &str,
        removed: Removed<'_>,
        at: Option<i64>,
        now_ms: i64,
    ) -> Result<usize, StoreError> {
        let name = match removed {
            Removed::Tag(name) | Removed::Digest(name) => name,
            Removed::Repository => "",
        };
        let parameters = vec![
            connection.to_string().into(),
            repository.into(),
            name.into(),
            at.unwrap_or(now_ms).min(now_ms).into(),
            now_ms.into(),
        ];
        let note = self.database.query(NOTE_REMOVAL, parameters.clone());
        note.await?;
        Ok(self.database.query(REMOVE, parameters).await?.len())
    }

    /// Keeps what digests stand for, or why that cannot be told, unless it is known.
    pub async fn record_details(
        &self,
        connection: ConnectionId,
        details: &[ManifestDetails],
        now_ms: i64,
    ) -> Result<(), StoreError> {
        for details in details.chunks(BATCH) {
            let details = one_of_each(details, |of| &of.digest, |_, kept| kept.ask_again);
            let parameters = vec![
                connection.to_string().into(),
                now_ms.into(),
                json(&details)?,
            ];
            self.database.query(DETAILS, parameters).await?;
        }
        Ok(())
    }

    /// Digests of a repository, at most so many, of which it was not read what they stand for. What could not be told is
    /// among them where that was tried before `since_ms`.
    pub async fn unread_digests(
        &self,
        connection: ConnectionId,
        repository: &str,
        most: u32,
        since_ms: i64,
    ) -> Result<Vec<String>, StoreError> {
        let parameters = vec![
            connection.to_string().into(),
            repository.into(),
            most.into(),
            since_ms.into(),
        ];
        let rows = self.database.query(UNREAD, parameters).await?;
        let digest = |row| Columns::of(row).text("digest");
        let digests: BTreeSet<_> = rows.into_iter().map(digest).collect::<Result<_, _>>()?;
        Ok(digests.into_iter().collect())
    }

    /// The images of a repository that are not gone, by tag: what a policy needs to decide about each.
    pub async fn images_of(
        &self,
        connection: ConnectionId,
        repository: &str,
    ) -> Result<Vec<KnownImage>, StoreError> {
        let parameters = vec![connection.to_string().into(), repository.into()];
        let rows = self.database.query(IMAGES_OF, parameters).await?;
        rows.into_iter()
            .map(|row| known_image(repository, row))
            .collect()
    }

    /// Keeps what was decided about images of a repository, as far as their tags still name the same digests; for a step
    /// of a sync only while that is held.
    pub async fn record_decisions(
        &self,
        held: Option<&HeldSync>,
        connection: ConnectionId,
        repository: &str,
        decided: &[(&Image, &Decided)],
    ) -> Result<(), StoreError> {
        let anybody = || vec![Value::Null, Value::Null];
        let lease = held.map_or_else(anybody, HeldSync::parameters);
        for decided in decided.chunks(DECISIONS) {
            let rows: Vec<_> = decided
                .iter()
                .map(|(image, decided)| DecidedRow {
                    tag: &image.tag,
                    digest: &image.digest,
                    decided,
                })
                .collect();
            let mut parameters = lease.clone();
            parameters.extend([
                connection.to_string().into(),
                repository.into(),
                json(&rows)?,
            ]);
            self.database.query(DECIDE, parameters).await?;
        }
        Ok(())
    }

    /// A page of a connection's inventory, by repository and tag.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where the project has no such connection.
    pub async fn inventory(
        &self,
        project: &str,
        connection: ConnectionId,
        query: &ImageQuery,
    ) -> Result<Page<InventoryImage>, StoreError> {
        self.expect_version(project, connection, None).await?;
        let after = query.cursor.as_ref();
        let (repository, tag) = after
            .and_then(|Cursor(place)| place.rsplit_once(':'))
            .unwrap_or_default();
        let parameters = vec![
            connection.to_string().into(),
            repository.into(),
            tag.into(),
            name_key(query.search.trim()).into(),
            query.state.map(ImageState::as_str).into(),
            query.size.one_more().into(),
        ];
        let rows = self.database.query(LIST, parameters).await?;
        let items = rows.into_iter().map(shown_image);
        let items = items.collect::<Result<_, _>>()?;
        Ok(Page::cut(items, query.size, |last: &InventoryImage| {
            format!("{}:{}", last.repository, last.tag)
        }))
    }
}

fn seen_image(row: Row) -> Result<SeenImage, StoreError> {
    let mut columns = Columns::of(row);
    Ok(SeenImage {
        repository: columns.text("repository")?,
        tag: columns.text("tag")?,
        digest: columns.text("digest")?,
        pushed_at: columns.optional_integer("pushed_at")?,
    })
}

fn known_image(repository: &str, row: Row) -> Result<KnownImage, StoreError> {
    let mut columns = Columns::of(row);
    let mut image = Image {
        repository: repository.to_owned(),
        tag: columns.text("tag")?,
        digest: columns.text("digest")?,
        pushed_at: columns.optional_integer("pushed_at")?,
        first_seen: Some(columns.integer("first_seen")?),
        ..Image::default()
    };
    let state = columns.parsed("state", ImageState::parse)?;
    let kept = columns.integer("kept")? != 0;
    let decided = decided(&mut columns)?;
    image.created_at = columns.optional_integer("created_at")?;
    image.artifact_type = columns.optional_text("artifact_type")?.unwrap_or_default();
    Ok(KnownImage {
        image,
        state,
        kept,
        scanned_at: columns.optional_time("scanned_at")?,
        problem: columns.optional_text("problem")?,
        decided,
    })
}

fn decided(columns: &mut Columns) -> Result<Option<Decided>, StoreError> {
    let selected = columns.optional_integer("selected")?;
    let decided_by = columns.optional_text("decided_by")?;
    let pattern = columns.optional_text("pattern")?;
    let Some((selected, decided_by)) = selected.zip(decided_by) else {
        return Ok(None);
    };
    Ok(Some(Decided {
        selected: selected != 0,
        decided_by: DecidedBy::parse(&decided_by).ok_or(StoreError::Corrupt("decided_by"))?,
        pattern,
    }))
}

fn shown_image(row: Row) -> Result<InventoryImage, StoreError> {
    let mut columns = Columns::of(row);
    let mut image = InventoryImage {
        repository: columns.text("repository")?,
        tag: columns.text("tag")?,
        digest: columns.text("digest")?,
        created_at: columns.optional_time("created_at")?,
        pushed_at: columns.optional_time("pushed_at")?,
        size: columns.optional_integer("size")?,
        first_seen: columns.time("first_seen")?,
        last_seen: columns.time("last_seen")?,
        state: columns.parsed("state", ImageState::parse)?,
        gone_at: columns.optional_time("gone_at")?,
        selected: columns
            .optional_integer("selected")?
            .map(|selected| selected != 0),
        decided_by: columns.optional_text("decided_by")?,
        pattern: columns.optional_text("pattern")?,
        problem: columns.optional_text("problem")?,
        scan: None,
    };
    let state = columns.optional_text("scan_state")?;
    let scan = state.zip(columns.optional_time("scan_at")?);
    image.scan = scan.map(|(state, at)| ShownScan { state, at });
    Ok(image)
}
