//! Notices to projects: where each is told, and what is still to be delivered.
//!
//! Triggers of the schema make a notice with the statement that changes what it tells. An address delivers one notice at
//! a time. Whoever tries it puts the next try off first: so no two try at once, and what an instance that dies leaves is
//! tried again. An address that fails rests, longer each time, whatever waits for it.

use std::collections::BTreeMap;

use base64::{Engine, prelude::BASE64_STANDARD};
use bowline::secret::Secret;
use zeroize::Zeroizing;

use super::{Change, Store, json, project_within, within_parameter, write::change_parameters};
use crate::{
    database::{Database, Value},
    error::StoreError,
    id::ConnectionId,
    notice::{Delivery, DueNotice, NoticeEndpoint, NoticeKind},
    page::PageSize,
    random::Random,
    row::Columns,
    seal::{self, Binding},
    within::Within,
};

/// The time for which a notice is tried, in milliseconds.
const TRIED_MS: i64 = 24 * 60 * 60 * 1000;

/// The time for which a notice that was set aside is kept, in milliseconds.
const KEPT_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// The time between two looks at the credentials of a project, in milliseconds.
const LOOK_EVERY_MS: i64 = 60 * 60 * 1000;

/// The time before their end when a project is told of credentials, in milliseconds.
const SOON_MS: i64 = 14 * 24 * 60 * 60 * 1000;

/// The age at which a project is told of credentials, in milliseconds.
const OLD_MS: i64 = 90 * 24 * 60 * 60 * 1000;

/// The most connections of a project that one look tells of.
const AT_ONCE: i64 = 100;

/// The length of a secret in bytes: Standard Webhooks asks for 24 to 64.
const SECRET_LENGTH: usize = 32;

/// The name of the secret in its sealed value.
const SECRET: &str = "secret";

macro_rules! shown {
    () => {
        "url, kinds, updated_at, delivered_at, problem,
        (SELECT count(*) FROM notices WHERE notices.project = notice_endpoints.project AND set_aside_at IS NULL),
        (SELECT count(*) FROM notices WHERE notices.project = notice_endpoints.project AND set_aside_at IS NOT NULL)"
    };
}

const READ: &str = concat!(
    "SELECT ",
    shown!(),
    " FROM notice_endpoints WHERE project = ?1"
);

const PUT: &str = concat!(
    "INSERT INTO notice_endpoints (project, url, kinds, sealed, key_id, version, updated_at, look_at,
        changed_by, changed_from, request_id)
    VALUES (?2, ?3, ?4, ?5, ?6, 1, ?1, ?1, ?8, ?9, ?10)
    ON CONFLICT (project) DO UPDATE SET url = excluded.url, kinds = excluded.kinds,
        sealed = CASE WHEN ?7 = 1 OR notice_endpoints.sealed IS NULL THEN excluded.sealed ELSE notice_endpoints.sealed END,
        key_id = CASE WHEN ?7 = 1 OR notice_endpoints.sealed IS NULL THEN excluded.key_id ELSE notice_endpoints.key_id END,
        version = notice_endpoints.version + 1, updated_at = excluded.updated_at, look_at = excluded.look_at,
        failures = 0, problem = NULL, due_at = CASE WHEN notice_endpoints.due_at IS NOT NULL THEN ?1 END,
        changed_by = excluded.changed_by, changed_from = excluded.changed_from, request_id = excluded.request_id
    RETURNING sealed = ?5, ",
    shown!()
);

const END: &str =
    "UPDATE notice_endpoints SET url = NULL, kinds = '[]', sealed = NULL, key_id = NULL, version = version + 1,
        updated_at = ?1, delivered_at = NULL, problem = NULL, due_at = NULL, trying = NULL, failures = 0,
        changed_by = ?3, changed_from = ?4, request_id = ?5
    WHERE project = ?2 AND url IS NOT NULL
    RETURNING project";

/// Whoever dies over a try leaves it to the next, in a minute, then in two, four and so on, up to an hour.
const TAKE: &str = concat!(
    "WITH due AS (SELECT project FROM notice_endpoints WHERE due_at <= ?1",
    project_within!("project", "?3"),
    " ORDER BY due_at LIMIT ?2 /*+ FOR UPDATE SKIP LOCKED */)
    UPDATE notice_endpoints SET failures = failures + 1, due_at = ?1 + 60000 * (1 << MIN(failures, 6)),
        trying = (SELECT id FROM notices WHERE notices.project = notice_endpoints.project AND set_aside_at IS NULL
            ORDER BY attempts, at, id LIMIT 1)
    WHERE due_at <= ?1 AND project IN (SELECT project FROM due)
    RETURNING project, url, sealed, trying,
        (SELECT kind FROM notices WHERE id = trying), (SELECT at FROM notices WHERE id = trying),
        (SELECT data FROM notices WHERE id = trying)"
);

const NONE_WAITS: &str = "UPDATE notice_endpoints SET due_at = NULL, trying = NULL, failures = 0
    WHERE project = ?1 AND NOT EXISTS (SELECT 1 FROM notices WHERE notices.project = ?1 AND set_aside_at IS NULL)";

const DONE: &str = "DELETE FROM notices WHERE id = ?1";

const DELIVERED: &str = "UPDATE notice_endpoints SET failures = 0, problem = NULL, delivered_at = ?2,
        due_at = CASE WHEN EXISTS (SELECT 1 FROM notices WHERE notices.project = ?1 AND set_aside_at IS NULL) THEN ?2 END
    WHERE project = ?1 AND url IS NOT NULL";

const FAILED: &str =
    "UPDATE notice_endpoints SET problem = ?2 WHERE project = ?1 AND url IS NOT NULL";

const SET_ASIDE: &str = "UPDATE notices SET set_aside_at = ?2
    WHERE project = ?1 AND set_aside_at IS NULL AND (at <= ?3 OR id = ?4)";

const FORGET: &str = "DELETE FROM notices WHERE set_aside_at <= ?1";

const LOOK: &str = concat!(
    "UPDATE notice_endpoints SET look_at = ?1 + ?2
    WHERE project = (SELECT project FROM notice_endpoints WHERE url IS NOT NULL AND look_at <= ?1",
    project_within!("project", "?3"),
    " ORDER BY look_at LIMIT 1 /*+ FOR UPDATE SKIP LOCKED */) AND look_at <= ?1
    RETURNING project, sealed, key_id"
);

const SEALED_WITH: &str = concat!(
    "SELECT project, sealed, key_id FROM notice_endpoints WHERE key_id = ?1",
    project_within!("project", "?3"),
    " LIMIT ?2"
);

const RESEAL: &str =
    "UPDATE notice_endpoints SET sealed = ?3, key_id = ?4 WHERE project = ?1 AND sealed = ?2";

impl<D: Database, R: Random> Store<D, R> {
    /// Where a project is told, and how that goes.
    pub async fn notices(&self, project: &str) -> Result<NoticeEndpoint, StoreError> {
        let row = self.first(READ, vec![project.into()]).await?;
        row.map_or_else(|| Ok(nowhere()), |row| shown(&mut Columns::of(row)))
    }

    /// Has a project told of `kinds` at `url`. Gives the secret that signs the notices, this once, where it is new: the
    /// first time, and where `renew` asks for another one.
    pub async fn change_notices(
        &self,
        change: &Change,
        project: &str,
        url: &str,
        kinds: &[NoticeKind],
        renew: bool,
    ) -> Result<(NoticeEndpoint, Option<Secret>), StoreError> {
        let secret = self.new_notice_secret();
        let sealed = self.seal_notice_secret(project, &secret)?;
        let mut parameters: Vec<Value> = vec![
            change.now_ms.into(),
            project.into(),
            url.into(),
            json(&kinds)?,
            sealed.value.into(),
            sealed.key_id.into(),
            renew.into(),
        ];
        parameters.extend(change_parameters(change));
        let row = self.first(PUT, parameters).await?;
        let mut columns = Columns::of(row.ok_or(StoreError::Corrupt("notices"))?);
        let is_new = columns.integer("sealed")? != 0;
        Ok((shown(&mut columns)?, is_new.then_some(secret)))
    }

    /// Tells a project nothing any more. What was on its way is forgotten.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where it was not told anything.
    pub async fn end_notices(&self, change: &Change, project: &str) -> Result<(), StoreError> {
        let mut parameters = vec![change.now_ms.into(), project.into()];
        parameters.extend(change_parameters(change));
        let ended = self.first(END, parameters).await?;
        ended.map(drop).ok_or(StoreError::NotFound)
    }

    /// Takes the next notice of each of up to `most` projects whose address is due. What does not
    /// [end](Store::end_notice) is tried again later.
    ///
    /// A secret that does not open delivers nothing: the project has to ask for another one.
    pub async fn take_notices(
        &self,
        within: Within<'_>,
        most: u32,
        now_ms: i64,
    ) -> Result<Vec<DueNotice>, StoreError> {
        let parameters = vec![now_ms.into(), most.into(), within_parameter(within)?];
        let mut due = Vec::new();
        for row in self.database.query(TAKE, parameters).await? {
            let mut columns = Columns::of(row);
            let project = columns.text("project")?;
            let url = columns.optional_text("url")?;
            let sealed = columns.optional_blob("sealed")?;
            let id = columns.optional_text("trying")?;
            let (Some(url), Some(sealed), Some(id)) = (url, sealed, id) else {
                let parameters = vec![project.into()];
                self.database.query(NONE_WAITS, parameters).await?;
                continue;
            };
            let Ok(secret) = self.open_notice_secret(&project, &sealed) else {
                let problem = "The secret does not open. Ask for a new one.";
                let parameters = vec![project.into(), problem.into()];
                self.database.query(FAILED, parameters).await?;
                continue;
            };
            due.push(DueNotice {
                project,
                id,
                kind: columns.parsed("kind", NoticeKind::parse)?,
                at: columns.time("at")?,
                data: columns.json("data")?,
                url,
                secret,
            });
        }
        Ok(due)
    }

    /// Keeps how a try ended. A notice that was tried for a day is set aside, and with it all of its project that are as
    /// old.
    pub async fn end_notice(
        &self,
        notice: &DueNotice,
        delivery: &Delivery,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let project = || Value::from(notice.project.as_str());
        let (problem, refused) = match delivery {
            Delivery::Delivered => {
                let done = vec![notice.id.as_str().into()];
                self.database.query(DONE, done).await?;
                let delivered = vec![project(), now_ms.into()];
                self.database.query(DELIVERED, delivered).await?;
                return Ok(());
            }
            Delivery::Failed(problem) => (problem, None),
            Delivery::Refused(problem) => (problem, Some(notice.id.as_str())),
        };
        let failed = vec![project(), problem.as_str().into()];
        self.database.query(FAILED, failed).await?;
        let since = now_ms.saturating_sub(TRIED_MS);
        let aside = vec![project(), now_ms.into(), since.into(), refused.into()];
        self.database.query(SET_ASIDE, aside).await?;
        Ok(())
    }

    /// Makes the notices about credentials that end soon or are old, of the project whose turn it is; once an hour for
    /// each. Says whether there was one. Its secret moves to the key that seals.
    pub async fn look_at_credentials(
        &self,
        within: Within<'_>,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        let parameters = vec![
            now_ms.into(),
            LOOK_EVERY_MS.into(),
            within_parameter(within)?,
        ];
        let Some(row) = self.first(LOOK, parameters).await? else {
            return Ok(false);
        };
        let mut columns = Columns::of(row);
        let project = columns.text("project")?;
        self.reseal_notice_secret(&project, &mut columns).await?;
        let times = [
            (
                self.statements().tell_expiring,
                now_ms.saturating_add(SOON_MS),
            ),
            (self.statements().tell_old, now_ms.saturating_sub(OLD_MS)),
        ];
        for (statement, by) in times {
            let parameters = vec![
                project.as_str().into(),
                now_ms.into(),
                by.into(),
                AT_ONCE.into(),
            ];
            self.database.query(statement, parameters).await?;
        }
        Ok(true)
    }

    /// Forgets notices that were set aside long ago.
    pub async fn forget_notices(&self, now_ms: i64) -> Result<(), StoreError> {
        let long_ago = now_ms.saturating_sub(KEPT_MS);
        self.database.query(FORGET, vec![long_ago.into()]).await?;
        Ok(())
    }

    /// Moves up to `size` secrets of each other key to the one that seals.
    pub(super) async fn reseal_notices(
        &self,
        within: Within<'_>,
        size: PageSize,
    ) -> Result<(), StoreError> {
        for key in self.keys.others() {
            let parameters = vec![
                key.id.as_str().into(),
                i64::try_from(size.items()).unwrap_or(i64::MAX).into(),
                within_parameter(within)?,
            ];
            for row in self.database.query(SEALED_WITH, parameters).await? {
                let mut columns = Columns::of(row);
                let project = columns.text("project")?;
                self.reseal_notice_secret(&project, &mut columns).await?;
            }
        }
        Ok(())
    }

    async fn reseal_notice_secret(
        &self,
        project: &str,
        columns: &mut Columns,
    ) -> Result<(), StoreError> {
        let sealed = columns.blob("sealed")?;
        if columns.text("key_id")? == self.keys.sealing().id {
            return Ok(());
        }
        // What does not open is told when something is to be delivered.
        let Ok(secret) = self.open_notice_secret(project, &sealed) else {
            return Ok(());
        };
        let anew = self.seal_notice_secret(project, &secret)?;
        let parameters = vec![
            project.into(),
            sealed.into(),
            anew.value.into(),
            anew.key_id.into(),
        ];
        self.database.query(RESEAL, parameters).await?;
        Ok(())
    }

    fn new_notice_secret(&self) -> Secret {
        let mut bytes = Zeroizing::new([0; SECRET_LENGTH]);
        self.random.fill(bytes.as_mut_slice());
        let encoded = Zeroizing::new(BASE64_STANDARD.encode(bytes.as_slice()));
        Secret::new(["whsec_", encoded.as_str()].concat())
    }

    fn seal_notice_secret(
        &self,
        project: &str,
        secret: &Secret,
    ) -> Result<seal::Sealed, StoreError> {
        let values = BTreeMap::new();
        let binding = binding(project, &values);
        seal::seal(&self.keys, &self.random, binding, &[(SECRET, secret)])
    }

    fn open_notice_secret(&self, project: &str, sealed: &[u8]) -> Result<Secret, StoreError> {
        let values = BTreeMap::new();
        let mut opened = seal::open(&self.keys, binding(project, &values), sealed)?;
        opened.remove(SECRET).ok_or(StoreError::Unsealable)
    }
}

/// No connection has this binding: a connection has an id.
fn binding<'a>(project: &'a str, values: &'a BTreeMap<String, String>) -> Binding<'a> {
    Binding {
        project,
        id: ConnectionId::NONE,
        provider: "",
        auth: "notices",
        endpoint: "",
        purpose: "",
        values,
        trusted_auth_hosts: &[],
        expires_at: None,
        generation: None,
    }
}

fn shown(columns: &mut Columns) -> Result<NoticeEndpoint, StoreError> {
    Ok(NoticeEndpoint {
        url: columns.optional_text("url")?,
        kinds: columns.json("kinds")?,
        updated_at: columns.optional_time("updated_at")?,
        last_delivered_at: columns.optional_time("delivered_at")?,
        problem: columns.optional_text("problem")?,
        pending: columns.integer("pending")?,
        set_aside: columns.integer("set_aside")?,
    })
}

fn nowhere() -> NoticeEndpoint {
    NoticeEndpoint {
        url: None,
        kinds: Vec::new(),
        updated_at: None,
        last_delivered_at: None,
        problem: None,
        pending: 0,
        set_aside: 0,
    }
}
