//! The queue of images to be scanned.
//!
//! A scanner has an image from the statement that leased it until another lease of the same image: who had it last may
//! say how it ended, even late, as long as nobody else took it. Connections are served in turn, whatever each has
//! waiting: `scan_queues` keeps whose turn it is, and triggers keep it true.

mod leasing;
mod releasing;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Store, json, one_of_each};
use crate::{
    database::{Database, Value},
    error::StoreError,
    id::{ConnectionId, ScanId},
    page::{Cursor, Page, PageSize},
    quotas::Quota,
    random::Random,
    row::Columns,
    scan::{Origin, PendingRelease, Scan, ScanState, WantedScan, image},
    timestamp::Timestamp,
};

/// The most images that a statement queues.
const AT_ONCE: usize = 500;

/// The columns of a scan, in the order in which [`scan`] takes them.
macro_rules! columns {
    () => {
        "id, project, connection, repository, tag, digest,
        (SELECT endpoint FROM connections WHERE connections.id = scans.connection),
        state, origin, attempts, queued_at, leased_at, deadline, finished_at, scanner, reason,
        (SELECT CAST(json_object('attempts', attempts, 'nextAt', next_at, 'problem', problem) AS TEXT) FROM releases
            WHERE releases.scan = scans.id ORDER BY next_at LIMIT 1)"
    };
}
pub(in crate::store) use columns;

const LIST: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM scans WHERE connection = ?1 AND project = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4"
);

const LIST_STATE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM scans WHERE connection = ?1 AND project = ?2 AND id < ?3 AND state = ?5 ORDER BY id DESC LIMIT ?4"
);

const READ: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM scans WHERE id = ?1 AND project = ?2"
);

const IS_FULL: &str =
    "SELECT count(*) >= ?2 FROM scans WHERE project = ?1 AND state IN ('queued', 'leased')";

const KNOWN: &str = "SELECT images.repository, images.tag, images.digest FROM json_each(?2) CROSS JOIN images
    WHERE images.connection = ?1 AND images.repository = value ->> 'repository' AND images.tag = value ->> 'tag'
        AND images.state <> 'gone'";

/// A text that sorts after the id of every scan.
const AFTER_ALL: &str = "g";

/// An image to queue, as the statement takes it.
#[derive(Serialize)]
struct Wanted<'a> {
    id: ScanId,
    repository: &'a str,
    tag: Option<&'a str>,
    digest: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredRelease {
    attempts: u32,
    next_at: i64,
    problem: Option<String>,
}

impl<D: Database, R: Random> Store<D, R> {
    /// Queues images of a connection to be scanned, and says how many were not queued or at work already: an image is
    /// scanned once, however many tags name it. Nothing is queued for a connection that was removed.
    ///
    /// # Errors
    /// [`StoreError::QuotaExceeded`] where as many images of the project wait as may.
    pub async fn queue_scans(
        &self,
        project: &str,
        connection: ConnectionId,
        wanted: &[WantedScan],
        origin: Origin,
        now_ms: i64,
    ) -> Result<usize, StoreError> {
        let mut queued = 0_usize;
        for wanted in wanted.chunks(AT_ONCE) {
            let parameters = self.queue_parameters(project, connection, wanted, origin, now_ms)?;
            let new = self
                .database
                .query(self.statements().queue_scans, parameters)
                .await?;
            if new.is_empty() {
                self.expect_free_queue(project).await?;
            }
            queued = queued.saturating_add(new.len());
        }
        Ok(queued)
    }

    /// Checks that images of a project may be queued.
    async fn expect_free_queue(&self, project: &str) -> Result<(), StoreError> {
        let most = self.quotas.queued_scans;
        let row = self
            .first(IS_FULL, vec![project.into(), most.into()])
            .await?;
        match row.map_or(Ok(0), |row| Columns::of(row).integer("count"))? {
            0 => Ok(()),
            _ => Err(StoreError::QuotaExceeded {
                quota: Quota::QueuedScans,
                most,
            }),
        }
    }

    /// Queues images that somebody asks for, and gives their scans: new ones, or those that were unfinished.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::QuotaExceeded`].
    pub async fn request_scans(
        &self,
        project: &str,
        connection: ConnectionId,
        wanted: &[WantedScan],
        now_ms: i64,
    ) -> Result<Vec<Scan>, StoreError> {
        self.expect_version(project, connection, None).await?;
        let mut scans = Vec::new();
        for wanted in wanted.chunks(AT_ONCE) {
            let parameters =
                self.queue_parameters(project, connection, wanted, Origin::Request, now_ms)?;
            let rows = self
                .database
                .query(self.statements().request_scans, parameters)
                .await?;
            if rows.is_empty() {
                self.expect_free_queue(project).await?;
            }
            for row in rows {
                let scan = scan(&mut Columns::of(row))?;
                if !scans.iter().any(|known: &Scan| known.id == scan.id) {
                    scans.push(scan);
                }
            }
        }
        Ok(scans)
    }

    /// The digests that the inventory knows for `tags`: repository, tag and digest.
    pub async fn known_digests(
        &self,
        connection: ConnectionId,
        tags: &[(&str, &str)],
    ) -> Result<Vec<(String, String, String)>, StoreError> {
        let asked: Vec<_> = tags
            .iter()
            .map(|(repository, tag)| json!({ "repository": repository, "tag": tag }))
            .collect();
        let parameters = vec![connection.to_string().into(), json(&asked)?];
        let rows = self.database.query(KNOWN, parameters).await?;
        let known = |row| {
            let mut columns = Columns::of(row);
            let repository = columns.text("repository")?;
            Ok((repository, columns.text("tag")?, columns.text("digest")?))
        };
        rows.into_iter().map(known).collect()
    }

    /// A page of a connection's scans, the newest first; only those in `state` where one is given.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn scans(
        &self,
        project: &str,
        connection: ConnectionId,
        state: Option<ScanState>,
        size: PageSize,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Scan>, StoreError> {
        self.expect_version(project, connection, None).await?;
        let before = cursor.map_or(AFTER_ALL, |Cursor(before)| before);
        let mut parameters: Vec<Value> = vec![
            connection.to_string().into(),
            project.into(),
            before.into(),
            size.one_more().into(),
        ];
        parameters.extend(state.map(|state| state.text().into()));
        let statement = if state.is_some() { LIST_STATE } else { LIST };
        let rows = self.database.query(statement, parameters).await?;
        let items = rows
            .into_iter()
            .map(|row| scan(&mut Columns::of(row)))
            .collect::<Result<_, _>>()?;
        Ok(Page::cut(items, size, |last: &Scan| last.id.to_string()))
    }

    /// A scan of a project.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn scan(&self, project: &str, id: ScanId) -> Result<Scan, StoreError> {
        let row = self.first(READ, vec![id.to_string().into(), project.into()]);
        let row = row.await?.ok_or(StoreError::NotFound)?;
        scan(&mut Columns::of(row))
    }

    fn queue_parameters(
        &self,
        project: &str,
        connection: ConnectionId,
        wanted: &[WantedScan],
        origin: Origin,
        now_ms: i64,
    ) -> Result<Vec<Value>, StoreError> {
        let image = |wanted: &'_ WantedScan| {
            let tag = || {
                wanted
                    .tag
                    .as_ref()
                    .map(|tag| format!("{}:{tag}", wanted.repository))
            };
            wanted.digest.clone().or_else(tag)
        };
        let wanted: Vec<_> = one_of_each(wanted, image, |_, _| false)
            .into_iter()
            .map(|wanted| Wanted {
                id: ScanId::new(now_ms, &self.random),
                repository: &wanted.repository,
                tag: wanted.tag.as_deref(),
                digest: wanted.digest.as_deref(),
            })
            .collect();
        Ok(vec![
            connection.to_string().into(),
            project.into(),
            json(&wanted)?,
            origin.text().into(),
            now_ms.into(),
            self.quotas.queued_scans.into(),
        ])
    }
}

/// The scan that the first columns of a row are.
fn scan(columns: &mut Columns) -> Result<Scan, StoreError> {
    let id = columns.parsed("id", ScanId::parse)?;
    let project = columns.text("project")?;
    let connection = columns.parsed("connection", ConnectionId::parse)?;
    let repository = columns.text("repository")?;
    let tag = columns.optional_text("tag")?;
    let digest = columns.optional_text("digest")?;
    let endpoint = columns.text("endpoint")?;
    let image = image(&endpoint, &repository, tag.as_deref(), digest.as_deref());
    Ok(Scan {
        id,
        project,
        connection,
        repository,
        tag,
        digest,
        image: image.ok_or(StoreError::Corrupt("endpoint"))?,
        state: columns.parsed("state", ScanState::parse)?,
        origin: columns.parsed("origin", Origin::parse)?,
        attempts: columns.number("attempts")?,
        queued_at: columns.time("queued_at")?,
        leased_at: columns.optional_time("leased_at")?,
        deadline: columns.optional_time("deadline")?,
        finished_at: columns.optional_time("finished_at")?,
        scanner: columns.optional_text("scanner")?,
        reason: columns.optional_text("reason")?,
        release: columns.optional_json("release")?.map(
            |StoredRelease {
                 attempts,
                 next_at,
                 problem,
             }| PendingRelease {
                attempts,
                next_at: Timestamp(next_at),
                problem,
            },
        ),
    })
}
