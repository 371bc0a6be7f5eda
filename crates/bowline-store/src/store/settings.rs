//! A project's settings. They are there from the first question on, because the external id is issued with it.

use super::{Change, Store, optional_json, tags::Tag, write::change_parameters};
use crate::{
    database::{Database, Row},
    error::StoreError,
    keys::{Purpose, SealingKeys},
    random::Random,
    row::Columns,
    settings::{Defaults, Settings},
};

/// The columns of the settings. The last says that an external id without a tag is not one that was issued.
macro_rules! settings_columns {
    () => {
        "scan_timeout_seconds, keep_newest, external_id, version, updated_at, external_id_tag, external_id_key,
        EXISTS (SELECT 1 FROM audit WHERE audit.project = settings.project AND action = 'external-id')
            OR EXISTS (SELECT 1 FROM audit_checkpoints WHERE audit_checkpoints.project = settings.project)"
    };
}

const READ: &str = concat!(
    "SELECT ",
    settings_columns!(),
    " FROM settings WHERE project = ?1"
);

const ISSUE: &str = concat!(
    "INSERT INTO settings (project, external_id, scan_timeout_seconds, keep_newest, version, updated_at,
        external_id_tag, external_id_key)
    VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6, ?7)
    ON CONFLICT DO NOTHING
    RETURNING ",
    settings_columns!()
);

const TAG: &str = "UPDATE settings SET external_id_tag = ?3, external_id_key = ?4
    WHERE project = ?1 AND external_id = ?2 AND external_id_tag IS NULL";

const CHANGE: &str = concat!(
    "UPDATE settings SET scan_timeout_seconds = ?3, keep_newest = ?4,
        version = version + 1, updated_at = ?5, changed_by = ?6, changed_from = ?7, request_id = ?8
    WHERE project = ?1 AND (?2 IS NULL OR version IN (SELECT CAST(value AS BIGINT) FROM json_each(?2)))
    RETURNING ",
    settings_columns!()
);

impl<D: Database, R: Random> Store<D, R> {
    /// A project's settings. The first who asks has them made, with an external id that nobody could foretell.
    ///
    /// # Errors
    /// [`StoreError::Tampered`] where the external id is not the one that was issued to the project;
    /// [`StoreError::UnknownKey`] where the key that tells is no longer listed.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/store.rs"));
    /// # fn main() -> Result<(), StoreError> { block_on(async {
    /// # let store = store();
    /// let settings = store.settings("acme", NOW).await?;
    /// assert!(settings.aws_external_id.starts_with("bowline-"));
    /// assert_eq!(store.settings("acme", NOW).await?, settings);
    /// # Ok::<(), StoreError>(()) }) }
    /// ```
    pub async fn settings(&self, project: &str, now_ms: i64) -> Result<Settings, StoreError> {
        if let Some(row) = self.first(READ, vec![project.into()]).await? {
            return self.verified(project, row).await;
        }
        let Defaults {
            scan_timeout_seconds,
            keep_newest,
        } = Defaults::default();
        // Letters that AWS takes (`[\w+=,.@:/-]`).
        let external_id = format!("bowline-{}", self.random_text());
        let Tag { key_id, tag } = tag(&self.keys, project, &external_id)?;
        let parameters = vec![
            project.into(),
            external_id.into(),
            scan_timeout_seconds.into(),
            keep_newest.into(),
            now_ms.into(),
            tag.into(),
            key_id.into(),
        ];
        let row = match self.first(ISSUE, parameters).await? {
            Some(issued) => {
                self.link_audit_of(project).await;
                Some(issued)
            }
            // Another instance was faster.
            None => self.first(READ, vec![project.into()]).await?,
        };
        self.verified(project, row.ok_or(StoreError::Corrupt("settings"))?)
            .await
    }

    /// Replaces what a project set.
    ///
    /// `expected` are the versions of which the settings must have one; `None` takes any.
    ///
    /// # Errors
    /// [`StoreError::VersionMismatch`].
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/store.rs"));
    /// # fn main() -> Result<(), StoreError> { block_on(async {
    /// # let store = store();
    /// let defaults = Defaults { keep_newest: Some(5), ..Defaults::default() };
    /// let changed = store.change_settings(&change(), "acme", None, defaults).await?;
    /// assert_eq!((changed.defaults.keep_newest, changed.version), (Some(5), 2));
    /// # Ok::<(), StoreError>(()) }) }
    /// ```
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
            Some(row) => {
                self.link_audit_of(project).await;
                self.verified(project, row).await
            }
            None => Err(StoreError::VersionMismatch { current }),
        }
    }

    /// The settings of a row, if their external id is the project's own.
    async fn verified(&self, project: &str, row: Row) -> Result<Settings, StoreError> {
        let mut columns = Columns::of(row);
        let settings = settings(&mut columns)?;
        let kept = columns.optional_text("external_id_tag")?;
        let key_id = columns.optional_text("external_id_key")?;
        let needs_tag = columns.integer("external_id_tag")? != 0;
        let external_id = &settings.aws_external_id;
        match kept.zip(key_id) {
            Some((_, key_id)) if self.keys.named(&key_id).is_none() => Err(StoreError::UnknownKey),
            Some((tag, key_id)) => {
                if is_tag(&self.keys, project, external_id, &Tag { key_id, tag }) {
                    Ok(settings)
                } else {
                    Err(StoreError::Tampered("external_id"))
                }
            }
            None if needs_tag => Err(StoreError::Tampered("external_id")),
            None => {
                // An instance of before issued it. From here on it has a tag.
                let Tag { key_id, tag } = tag(&self.keys, project, external_id)?;
                let parameters = vec![
                    project.into(),
                    external_id.as_str().into(),
                    tag.into(),
                    key_id.into(),
                ];
                self.database.query(TAG, parameters).await?;
                self.link_audit_of(project).await;
                Ok(settings)
            }
        }
    }
}

/// The tag of the external id that is issued to a project.
pub(super) fn tag(keys: &SealingKeys, project: &str, external_id: &str) -> Result<Tag, StoreError> {
    Tag::new(keys, Purpose::ExternalId(project), [external_id.as_bytes()])
        .ok_or(StoreError::Corrupt("external_id_tag"))
}

/// True if `tag` is that of the external id of a project.
pub(super) fn is_tag(keys: &SealingKeys, project: &str, external_id: &str, tag: &Tag) -> bool {
    tag.holds(keys, Purpose::ExternalId(project), [external_id.as_bytes()])
}

fn settings(columns: &mut Columns) -> Result<Settings, StoreError> {
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
