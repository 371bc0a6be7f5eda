//! Leases of scans: a scanner takes images and reports their results.

use super::{
    super::{json, project_within, within_parameter},
    Store, columns, scan,
};
use crate::{
    database::{Database, Value},
    error::StoreError,
    id::{ConnectionId, ScanId},
    random::Random,
    row::Columns,
    scan::{Lapsed, LeaseRequest, Leased, Scan, ScanResult, ScanState, Scanner},
    settings::Defaults,
    within::Within,
};

/// The number of tries after which an image is set aside.
const MOST_ATTEMPTS: i64 = 5;

/// The most lapsed leases that a statement takes back.
const AT_ONCE: i64 = 500;

/// The time for which ended scans, and scanners that did not return, are kept, in milliseconds.
const KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// The most scanners of a project that are listed.
const MOST_SCANNERS: i64 = 200;

// To the minute, so that a scanner that asks every second is not a write every second.
const SEEN: &str = "INSERT INTO scanners (project, name, last_seen, subject)
    SELECT DISTINCT value, ?2, ?3, ?4 FROM json_each(?1) WHERE true
    ON CONFLICT (project, name) DO UPDATE SET last_seen = excluded.last_seen,
            subject = COALESCE(scanners.subject, excluded.subject)
        WHERE (scanners.last_seen <= excluded.last_seen - 60000 AND scanners.subject = excluded.subject)
            OR scanners.subject IS NULL";

const SCANNERS: &str = "SELECT name, last_seen, subject FROM (
        SELECT name, last_seen, subject FROM scanners WHERE project = ?1 ORDER BY last_seen DESC LIMIT ?2
    ) AS latest ORDER BY name";

const REST: &str = "UPDATE scan_queues SET failures = failures + 1,
        rests_until = ?2 + 60000 * (1 << MIN(failures, 6))
    WHERE connection = ?1";

/// Nobody tried the image, so it is no attempt, and it keeps its place.
const GIVE_BACK: &str = "UPDATE scans SET state = 'queued', attempts = attempts - 1, deadline = NULL, lease = NULL, reason = ?3
    WHERE connection = ?1 AND state = 'leased' AND lease = ?2";

/// The next state of an image that was not scanned: it is queued again at the end, or set aside if it was tried as
/// often as it may, `?2`, or the registry is known to have it no more. `?1` is now.
macro_rules! next {
    () => {
        "SELECT CASE WHEN again THEN 'queued' ELSE 'set-aside' END, CASE WHEN again THEN ?1 ELSE queued_at END,
            CASE WHEN NOT again THEN ?1 END
        FROM (SELECT attempts < ?2 AND (
            left_at IS NULL AND NOT EXISTS (SELECT 1 FROM images
                WHERE images.connection = scans.connection AND images.digest = scans.digest)
            OR EXISTS (SELECT 1 FROM images
                WHERE images.connection = scans.connection AND images.digest = scans.digest AND images.state <> 'gone')
            OR (SELECT COALESCE(quarantine <> 0, policy IS NOT NULL) FROM connections
                WHERE connections.id = scans.connection)
            ) AS again) AS verdict"
    };
}

const LAPSE: &str = concat!(
    "WITH lapsed AS (SELECT id FROM scans WHERE state = 'leased' AND deadline <= ?1",
    project_within!("project", "?4"),
    " ORDER BY deadline LIMIT ?3 /*+ FOR UPDATE SKIP LOCKED */)
    UPDATE scans SET deadline = NULL, reason = scanner || ' sent no result in time.',
        (state, queued_at, finished_at) = (",
    next!(),
    ")
    WHERE state = 'leased' AND id IN (SELECT id FROM lapsed)
    RETURNING state"
);

/// The end of a scan. A result that is passed or failed is final. A scan that was set aside may still get its result,
/// late.
const FINISH: &str = concat!(
    "UPDATE scans SET state = ?2, finished_at = ?1, deadline = NULL, reason = ?6
    WHERE id = ?3 AND project IN (SELECT value FROM json_each(?4)) AND lease = ?5 AND state NOT IN ('passed', 'failed')
    RETURNING ",
    columns!()
);

const TRY_AGAIN: &str = concat!(
    "UPDATE scans SET deadline = NULL, reason = ?6,
        (state, queued_at, finished_at) = (",
    next!(),
    ")
    WHERE id = ?3 AND project IN (SELECT value FROM json_each(?4)) AND lease = ?5 AND state IN ('queued', 'leased')
    RETURNING ",
    columns!()
);

const STANDING: &str = concat!(
    "SELECT ",
    columns!(),
    ", lease = ?3 FROM scans WHERE id = ?1 AND project IN (SELECT value FROM json_each(?2))"
);

const FORGET: &str =
    "DELETE FROM scans WHERE id IN (SELECT id FROM scans WHERE finished_at <= ?1 LIMIT ?2)";

const FORGET_SCANNERS: &str = "DELETE FROM scanners WHERE last_seen <= ?1";

impl<D: Database, R: Random> Store<D, R> {
    /// Gives a scanner images, each to nobody else until its deadline: what the connection's policy says, else the
    /// project's settings. Connections take turns. One whose policy names other scanners, and one that rests, has none.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/store.rs"));
    /// # fn main() -> Result<(), StoreError> { block_on(async {
    /// # let store = store();
    /// let made = store.create(&change(), "acme", &spec("prod", "s3cret"), None).await?;
    /// let image = WantedScan { repository: "team/app".to_owned(), tag: Some("v1".to_owned()), digest: None };
    /// store.queue_scans("acme", made.id, &[image], Origin::Request, NOW).await?;
    /// let projects = ["acme".to_owned()];
    /// let request = LeaseRequest { scanner: "s1", subject: "ada", projects: &projects, most: 1 };
    /// let leased = store.lease_scans(request, NOW).await?;
    /// let result = ScanResult { lease: &leased[0].lease, outcome: Outcome::Passed, reason: "" };
    /// let scan = store.finish_scan(&projects, leased[0].scan.id, result, NOW).await?;
    /// assert_eq!(scan.state, ScanState::Passed);
    /// # Ok::<(), StoreError>(()) }) }
    /// ```
    pub async fn lease_scans(
        &self,
        request: LeaseRequest<'_>,
        now_ms: i64,
    ) -> Result<Vec<Leased>, StoreError> {
        let LeaseRequest {
            scanner,
            subject,
            projects,
            most,
        } = request;
        let projects = json(&projects)?;
        let seen = vec![
            projects.clone(),
            scanner.into(),
            now_ms.into(),
            subject.into(),
        ];
        self.database.query(SEEN, seen).await?;
        self.requeue_lapsed(Within::All, now_ms).await?;

        let lease = self.random_text();
        let most = most as usize;
        let mut leased = Vec::new();
        while leased.len() < most {
            let wanted = u32::try_from(most.saturating_sub(leased.len())).unwrap_or(u32::MAX);
            let parameters = vec![
                now_ms.into(),
                projects.clone(),
                scanner.into(),
                lease.as_str().into(),
                wanted.into(),
                Defaults::default().scan_timeout_seconds.into(),
                subject.into(),
            ];
            let rows = self
                .database
                .query(self.statements().lease_scans, parameters)
                .await?;
            if rows.is_empty() {
                break;
            }
            for row in rows {
                leased.push(Leased {
                    scan: scan(&mut Columns::of(row))?,
                    lease: lease.clone(),
                });
            }
        }
        Ok(leased)
    }

    /// Gives back what was leased of a connection whose credentials cannot be had, for `reason`. It is no attempt. The
    /// connection rests, longer each time, until its credentials serve somebody or are replaced.
    pub async fn give_scans_back(
        &self,
        connection: ConnectionId,
        lease: &str,
        reason: &str,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let connection = Value::from(connection.to_string());
        let rest = vec![connection.clone(), now_ms.into()];
        self.database.query(REST, rest).await?;
        let parameters = vec![connection, lease.into(), reason.into()];
        self.database.query(GIVE_BACK, parameters).await?;
        Ok(())
    }

    /// Keeps what a scanner says of an image. Said again it is the same. An error queues the image again, until it was
    /// tried as often as it may.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] where somebody else took the image since, or its scan ended otherwise;
    /// [`StoreError::NotFound`].
    pub async fn finish_scan(
        &self,
        projects: &[String],
        id: ScanId,
        result: ScanResult<'_>,
        now_ms: i64,
    ) -> Result<Scan, StoreError> {
        let (id, projects) = (Value::from(id.to_string()), json(&projects)?);
        let reason = Some(result.reason).filter(|reason| !reason.is_empty());
        let (statement, how) = match result.outcome.state() {
            Some(state) => (FINISH, state.text().into()),
            None => (TRY_AGAIN, MOST_ATTEMPTS.into()),
        };
        let parameters = vec![
            now_ms.into(),
            how,
            id.clone(),
            projects.clone(),
            result.lease.into(),
            reason.into(),
        ];
        if let Some(row) = self.first(statement, parameters).await? {
            return scan(&mut Columns::of(row));
        }
        let parameters = vec![id, projects, result.lease.into()];
        let row = self.first(STANDING, parameters).await?;
        let mut columns = Columns::of(row.ok_or(StoreError::NotFound)?);
        let standing = scan(&mut columns)?;
        let own = columns.optional_integer("lease")? == Some(1);
        if own && result.outcome.is(standing.state) {
            return Ok(standing);
        }
        Err(StoreError::LeaseLost)
    }

    /// Queues again what scanners did not finish in time, or sets it aside when it was tried as often as it may.
    pub async fn requeue_lapsed(
        &self,
        within: Within<'_>,
        now_ms: i64,
    ) -> Result<Lapsed, StoreError> {
        let parameters = vec![
            now_ms.into(),
            MOST_ATTEMPTS.into(),
            AT_ONCE.into(),
            within_parameter(within)?,
        ];
        let rows = self.database.query(LAPSE, parameters).await?;
        let (lapsed, mut set_aside) = (rows.len(), 0_usize);
        for row in rows {
            let state = Columns::of(row).text("state")?;
            set_aside = set_aside.saturating_add(usize::from(state == ScanState::SetAside.text()));
        }
        Ok(Lapsed {
            requeued: lapsed.saturating_sub(set_aside),
            set_aside,
        })
    }

    /// Forgets some of the scans that ended long ago, and scanners that did not come back.
    pub async fn forget_scans(&self, now_ms: i64) -> Result<(), StoreError> {
        let long_ago = now_ms.saturating_sub(KEPT_MS);
        let parameters = vec![long_ago.into(), AT_ONCE.into()];
        self.database.query(FORGET, parameters).await?;
        let parameters = vec![long_ago.into()];
        self.database.query(FORGET_SCANNERS, parameters).await?;
        Ok(())
    }

    /// The scanners that asked for images of a project lately, by name.
    pub async fn scanners(&self, project: &str) -> Result<Vec<Scanner>, StoreError> {
        let parameters = vec![project.into(), MOST_SCANNERS.into()];
        let rows = self.database.query(SCANNERS, parameters).await?;
        let scanner = |row| {
            let mut columns = Columns::of(row);
            Ok(Scanner {
                name: columns.text("name")?,
                last_seen: columns.time("last_seen")?,
                subject: columns.optional_text("subject")?,
            })
        };
        rows.into_iter().map(scanner).collect()
    }
}
