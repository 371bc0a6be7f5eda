//! A project's settings. They are there from the first question on, because the external id is issued with it.

use super::{Change, Store, optional_json, write::change_parameters};
use crate::{
    database::{Database, Row},
    error::StoreError,
    random::Random,
    row::Columns,
    settings::{Defaults, Settings},
};

const READ: &str = "SELECT scan_timeout_seconds, keep_newest, external_id, version, updated_at FROM settings WHERE project = ?1";

const ISSUE: &str = "INSERT INTO settings (project, external_id, scan_timeout_seconds, keep_newest, version, updated_at)
    VALUES (?1, ?2, ?3, ?4, 1, ?5)
    ON CONFLICT DO NOTHING
    RETURNING scan_timeout_seconds, keep_newest, external_id, version, updated_at";

const CHANGE: &str = "UPDATE settings SET scan_timeout_seconds = ?3, keep_newest = ?4,
        version = version + 1, updated_at = ?5, changed_by = ?6, changed_from = ?7, request_id = ?8
    WHERE project = ?1 AND (?2 IS NULL OR version IN (SELECT value FROM json_each(?2)))
    RETURNING scan_timeout_seconds, keep_newest, external_id, version, updated_at";

impl<D: Database, R: Random> Store<D, R> {
    /// A project's settings. The first who asks has them made, with an external id that nobody could foretell.
    pub async fn settings(&self, project: &str, now_ms: i64) -> Result<Settings, StoreError> {
        if let Some(row) = self.first(READ, vec![project.into()]).await? {
            return settings(row);
        }
        let Defaults {
            scan_timeout_seconds,
            keep_newest,
        } = Defaults::default();
        let parameters = vec![
            project.into(),
            // Letters that AWS takes (`[\w+=,.@:/-]`).
            format!("bowline-{}", self.random_text()).into(),
            scan_timeout_seconds.into(),
            keep_newest.into(),
            now_ms.into(),
        ];
        let row = match self.first(ISSUE, parameters).await? {
            Some(issued) => Some(issued),
            // Another instance was faster.
            None => self.first(READ, vec![project.into()]).await?,
        };
        settings(row.ok_or(StoreError::Corrupt("settings"))?)
    }

    /// Replaces what a project set.
    ///
    /// `expected` are the versions of which the settings must have one; `None` takes any.
    ///
    /// # Errors
    /// [`StoreError::VersionMismatch`].
    pub async fn change_settings(
        &self,
        change: &Change,
        project: &str,
        expected: Option<&[i64]>,
        defaults: Defaults,
    ) -> Result<Settings, StoreError> {
        let current = self.settings(project, change.now_ms).await?.version;
        let mut parameters = vec![
            project.into(),
            optional_json(expected.as_ref())?,
            defaults.scan_timeout_seconds.into(),
            defaults.keep_newest.into(),
            change.now_ms.into(),
        ];
        parameters.extend(change_parameters(change));
        match self.first(CHANGE, parameters).await? {
            Some(row) => settings(row),
            None => Err(StoreError::VersionMismatch { current }),
        }
    }
}

fn settings(row: Row) -> Result<Settings, StoreError> {
    let mut columns = Columns::of(row);
    Ok(Settings {
        defaults: Defaults {
            scan_timeout_seconds: columns.number("scan_timeout_seconds")?,
            keep_newest: columns.optional_number("keep_newest")?,
        },
        aws_external_id: columns.text("external_id")?,
        version: columns.integer("version")?,
        updated_at: columns.time("updated_at")?,
    })
}
