//! Changing connections: one statement each.
//!
//! A statement that finds nothing to do, because of a name taken, another version, a use, returns no row. A SELECT then
//! names the reason. If the reason has gone meanwhile, the statement is tried again, a few times.

use std::collections::{BTreeMap, BTreeSet};

use bowline::form::ConnectionSpec;

use super::{
    Change, Edit, Store, current_uses, json, name_key, optional_json,
    read::{connection, uses},
    sealed::{self, next_audit_number},
};
use crate::{
    connection::{Connection, LastCheck, purpose_text},
    database::{Database, DatabaseError, Row, Value},
    error::StoreError,
    fingerprint,
    id::ConnectionId,
    policy::KeptPolicy,
    quotas::Quota,
    random::Random,
    row::Columns,
    seal::{self, Binding, SealedForSeveral},
};

/// The most tries of a statement after its reason to fail is gone.
const ATTEMPTS: usize = 3;

const KEPT: &str =
    "SELECT (SELECT count(*) FROM connections WHERE project = ?1 AND deleted_at IS NULL),
    (SELECT CAST(COALESCE(SUM(patterns), 0) AS BIGINT) FROM connections
        WHERE project = ?1 AND deleted_at IS NULL AND id IS DISTINCT FROM ?2)";

const CREATE_CONFLICT: &str = "SELECT id = ?2, name_key = ?3 FROM connections
    WHERE (id = ?2 AND project = ?1)
        OR (project = ?1 AND name_key = ?3 AND deleted_at IS NULL)
        OR (project = ?1 AND endpoint = ?4 AND purpose = ?5 AND deleted_at IS NULL)
    ORDER BY 1 DESC, 2 DESC LIMIT 1";

const UPDATE_CONFLICT: &str = "SELECT EXISTS (SELECT 1 FROM connections
    WHERE project = ?1 AND name_key = ?2 AND deleted_at IS NULL AND id <> ?3)";

const REPLACE_CONFLICT: &str =
    "SELECT NOT (provider = ?3 AND endpoint = ?4 AND purpose = ?5) FROM connections
    WHERE id = ?1 AND project = ?2 AND deleted_at IS NULL";

const VERSION: &str =
    "SELECT version FROM connections WHERE id = ?1 AND project = ?2 AND deleted_at IS NULL";

const DELETE_CONFLICT: &str = concat!(
    "SELECT ",
    current_uses!(),
    " FROM connections WHERE id = ?2 AND project = ?3 AND deleted_at IS NULL"
);

const SHARED: &str =
    "SELECT 1 FROM connections WHERE fingerprint IN (SELECT value FROM json_each(?1))
        AND deleted_at IS NULL AND project <> ?2 AND project IN (SELECT value FROM json_each(?3)) LIMIT 1";

const NEXT_AUDIT_NUMBER: &str = concat!("SELECT ", next_audit_number!("?1"));

// Not a change: neither the version nor the audit know of it.
const RECORD_CHECK: &str =
    "UPDATE connections SET check_at = ?3, check_ok = ?4, check_proved = ?5, check_problem = ?6
    WHERE id = ?1 AND project = ?2 AND deleted_at IS NULL
        AND credentials_changed_at <= ?3 AND (check_at IS NULL OR check_at <= ?3)";

impl<D: Database, R: Random> Store<D, R> {
    /// Keeps a new connection. `checked` is how a check of the form ended, where there was one.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`]; [`StoreError::EndpointTaken`]; [`StoreError::EndpointUnresolved`] where the form has
    /// no endpoint; [`StoreError::QuotaExceeded`].
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/store.rs"));
    /// # fn main() -> Result<(), StoreError> { block_on(async {
    /// # let store = store();
    /// let made = store.create(&change(), "acme", &spec("prod", "s3cret"), None).await?;
    /// assert_eq!((made.name.as_str(), made.version), ("prod", 1));
    /// let again = store.create(&change(), "acme", &spec("prod", "other"), None).await;
    /// assert_eq!(again, Err(StoreError::NameTaken));
    /// # Ok::<(), StoreError>(()) }) }
    /// ```
    pub async fn create(
        &self,
        change: &Change,
        project: &str,
        spec: &ConnectionSpec,
        checked: Option<&LastCheck>,
    ) -> Result<Connection, StoreError> {
        let id = ConnectionId::new(change.now_ms, &self.random);
        self.create_as(change, project, id, spec, checked).await
    }

    /// The same under an id that was settled before. Where it was done already, that connection is given, as it is now.
    ///
    /// # Errors
    /// Those of [`Store::create`], and [`StoreError::NotFound`] where it was done and the connection removed since.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/store.rs"));
    /// # fn main() -> Result<(), StoreError> { block_on(async {
    /// # let store = store();
    /// let id = ConnectionId::new(NOW, &SystemRandom);
    /// let spec = spec("prod", "s3cret");
    /// store.create_as(&change(), "acme", id, &spec, None).await?;
    /// // Done again, it is the same connection.
    /// assert_eq!(store.create_as(&change(), "acme", id, &spec, None).await?.id, id);
    /// # Ok::<(), StoreError>(()) }) }
    /// ```
    pub async fn create_as(
        &self,
        change: &Change,
        project: &str,
        id: ConnectionId,
        spec: &ConnectionSpec,
        checked: Option<&LastCheck>,
    ) -> Result<Connection, StoreError> {
        let endpoint = spec
            .endpoint
            .as_ref()
            .ok_or(StoreError::EndpointUnresolved)?;
        let mut parameters = vec![
            change.now_ms.into(),
            id.to_string().into(),
            project.into(),
            spec.name.as_str().into(),
            name_key(&spec.name).into(),
            spec.description.as_str().into(),
            spec.provider.id.as_str().into(),
            spec.auth.into(),
            purpose_text(spec.purpose).into(),
            endpoint.to_string().into(),
            endpoint.authority().into(),
            json(&plain_values(spec))?,
            json(&secret_names(spec))?,
            json(&spec.trusted_auth_hosts)?,
            spec.image.as_str().into(),
            spec.ends_at(change.now_ms).into(),
        ];
        parameters.extend(check_parameters(checked)?);
        parameters.extend(change_parameters(change));
        parameters.push(fingerprint::of_spec(self.keys.sealing(), spec).into());
        let policy = spec.policy.as_ref().map(KeptPolicy::read).transpose();
        let policy = policy.map_err(|_| StoreError::Corrupt("policy"))?;
        parameters.extend(KeptPolicy::columns(policy.as_ref())?);
        let patterns = KeptPolicy::patterns(policy.as_ref());
        parameters.extend([
            patterns.into(),
            self.quotas.connections.into(),
            self.quotas.patterns.into(),
        ]);
        let conflict = vec![
            project.into(),
            id.to_string().into(),
            name_key(&spec.name).into(),
            endpoint.to_string().into(),
            purpose_text(spec.purpose).into(),
        ];
        for _ in 0..ATTEMPTS {
            let sealed = self.seal(change, project, id, spec).await?;
            let mut parameters = parameters.clone();
            parameters.extend(sealed::parameters(sealed));
            if let Some(row) = self.first(self.statements().create, parameters).await? {
                self.link_audit_of(project).await;
                return connection(&mut Columns::of(row));
            }
            if let Some(row) = self.first(CREATE_CONFLICT, conflict.clone()).await? {
                let mut columns = Columns::of(row);
                return match (columns.integer("id")?, columns.integer("name_key")?) {
                    (0, 0) => Err(StoreError::EndpointTaken),
                    (0, _) => Err(StoreError::NameTaken),
                    _ => self.read(project, id, change.now_ms).await,
                };
            }
            self.expect_room(project, None, patterns, true).await?;
        }
        Err(StoreError::Busy)
    }

    /// Renames a connection, describes it or gives it another policy.
    ///
    /// `expected` are the versions of which it must have one; `None` takes any.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::VersionMismatch`]; [`StoreError::NameTaken`];
    /// [`StoreError::QuotaExceeded`].
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/store.rs"));
    /// # fn main() -> Result<(), StoreError> { block_on(async {
    /// # let store = store();
    /// let made = store.create(&change(), "acme", &spec("prod", "s3cret"), None).await?;
    /// let edit = Edit { description: Some("For builds".to_owned()), ..Edit::default() };
    /// let edited = store.update(&change(), "acme", made.id, Some(&[1]), &edit).await?;
    /// assert_eq!((edited.description.as_str(), edited.version), ("For builds", 2));
    /// let late = store.update(&change(), "acme", made.id, Some(&[1]), &edit).await;
    /// assert_eq!(late, Err(StoreError::VersionMismatch { current: 2 }));
    /// # Ok::<(), StoreError>(()) }) }
    /// ```
    pub async fn update(
        &self,
        change: &Change,
        project: &str,
        id: ConnectionId,
        expected: Option<&[i64]>,
        edit: &Edit,
    ) -> Result<Connection, StoreError> {
        let key = edit.name.as_deref().map(name_key);
        let mut parameters = vec![
            change.now_ms.into(),
            id.to_string().into(),
            project.into(),
            optional_json(expected.as_ref())?,
            edit.name.clone().into(),
            key.clone().into(),
            edit.description.clone().into(),
            edit.policy.is_some().into(),
        ];
        let policy = edit.policy.as_ref().and_then(Option::as_ref);
        parameters.extend(KeptPolicy::columns(policy)?);
        parameters.extend(change_parameters(change));
        let patterns = KeptPolicy::patterns(policy);
        parameters.extend([patterns.into(), self.quotas.patterns.into()]);
        for _ in 0..ATTEMPTS {
            if let Some(row) = self
                .first_unless_taken(self.statements().update, parameters.clone())
                .await?
            {
                self.link_audit_of(project).await;
                return connection(&mut Columns::of(row));
            }
            self.expect_version(project, id, expected).await?;
            if let Some(key) = &key {
                let conflict = vec![project.into(), key.as_str().into(), id.to_string().into()];
                let row = self
                    .first(UPDATE_CONFLICT, conflict)
                    .await?
                    .ok_or(StoreError::Corrupt("name_key"))?;
                if Columns::of(row).integer("name_key")? != 0 {
                    return Err(StoreError::NameTaken);
                }
            }
            if edit.policy.is_some() {
                self.expect_room(project, Some(id), patterns, false).await?;
            }
        }
        Err(StoreError::Busy)
    }

    /// Replaces auth method, values, secrets, trusted hosts and expiry of a connection by those of `spec`; its name,
    /// description and image stay. `checked` is how a check of `spec` ended; without it the last check is forgotten.
    ///
    /// `expected` are the versions of which it must have one; `None` takes any.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::VersionMismatch`]; [`StoreError::EndpointImmutable`] where `spec` has
    /// another provider, endpoint or purpose.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/store.rs"));
    /// # fn main() -> Result<(), StoreError> { block_on(async {
    /// # let store = store();
    /// let made = store.create(&change(), "acme", &spec("prod", "s3cret"), None).await?;
    /// let spec = spec("prod", "n3w");
    /// store.replace_credentials(&change(), "acme", made.id, None, &spec, None).await?;
    /// let opened = store.open("acme", made.id, NOW).await?;
    /// assert_eq!(opened.secrets["password"].expose(), "n3w");
    /// # Ok::<(), StoreError>(()) }) }
    /// ```
    pub async fn replace_credentials(
        &self,
        change: &Change,
        project: &str,
        id: ConnectionId,
        expected: Option<&[i64]>,
        spec: &ConnectionSpec,
        checked: Option<&LastCheck>,
    ) -> Result<Connection, StoreError> {
        let endpoint = spec
            .endpoint
            .as_ref()
            .ok_or(StoreError::EndpointUnresolved)?;
        let same = [
            spec.provider.id.as_str().into(),
            endpoint.to_string().into(),
            purpose_text(spec.purpose).into(),
        ];
        let mut parameters = vec![
            change.now_ms.into(),
            id.to_string().into(),
            project.into(),
            optional_json(expected.as_ref())?,
        ];
        parameters.extend(same.clone());
        parameters.extend([
            spec.auth.into(),
            json(&plain_values(spec))?,
            json(&secret_names(spec))?,
            json(&spec.trusted_auth_hosts)?,
            spec.ends_at(change.now_ms).into(),
        ]);
        parameters.extend(check_parameters(checked)?);
        parameters.extend(change_parameters(change));
        parameters.push(fingerprint::of_spec(self.keys.sealing(), spec).into());
        for _ in 0..ATTEMPTS {
            let sealed = self.seal(change, project, id, spec).await?;
            let mut parameters = parameters.clone();
            parameters.extend(sealed::parameters(sealed));
            if let Some(row) = self
                .first(self.statements().replace_credentials, parameters)
                .await?
            {
                self.link_audit_of(project).await;
                return connection(&mut Columns::of(row));
            }
            let mut conflict = vec![id.to_string().into(), project.into()];
            conflict.extend(same.clone());
            let row = self
                .first(REPLACE_CONFLICT, conflict)
                .await?
                .ok_or(StoreError::NotFound)?;
            if Columns::of(row).integer("endpoint")? != 0 {
                return Err(StoreError::EndpointImmutable);
            }
            self.expect_version(project, id, expected).await?;
        }
        Err(StoreError::Busy)
    }

    /// Removes a connection and erases its secrets; `force` does so even where it is in use. Its audit stays.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::InUse`].
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/store.rs"));
    /// # fn main() -> Result<(), StoreError> { block_on(async {
    /// # let store = store();
    /// let made = store.create(&change(), "acme", &spec("prod", "s3cret"), None).await?;
    /// store.delete(&change(), "acme", made.id, false).await?;
    /// assert_eq!(store.read("acme", made.id, NOW).await, Err(StoreError::NotFound));
    /// # Ok::<(), StoreError>(()) }) }
    /// ```
    pub async fn delete(
        &self,
        change: &Change,
        project: &str,
        id: ConnectionId,
        force: bool,
    ) -> Result<(), StoreError> {
        let which: [Value; 3] = [change.now_ms.into(), id.to_string().into(), project.into()];
        let mut parameters = which.to_vec();
        parameters.push(force.into());
        parameters.extend(change_parameters(change));
        for _ in 0..ATTEMPTS {
            if self
                .first(self.statements().delete, parameters.clone())
                .await?
                .is_some()
            {
                self.link_audit_of(project).await;
                return Ok(());
            }
            let row = self
                .first(DELETE_CONFLICT, which.to_vec())
                .await?
                .ok_or(StoreError::NotFound)?;
            let uses = uses(row)?;
            if !uses.is_empty() {
                return Err(StoreError::InUse(uses));
            }
        }
        Err(StoreError::Busy)
    }

    /// True if a connection of another one of `projects` than `project` keeps the same secrets as `spec`.
    ///
    /// Those are to be projects that the asker sees: else anybody could find out which secrets others have, by trying.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/store.rs"));
    /// # fn main() -> Result<(), StoreError> { block_on(async {
    /// # let store = store();
    /// let spec = spec("prod", "s3cret");
    /// store.create(&change(), "acme", &spec, None).await?;
    /// let seen = ["acme".to_owned(), "beta".to_owned()];
    /// assert!(store.is_shared("beta", &seen, &spec).await?);
    /// assert!(!store.is_shared("beta", &seen[1..], &spec).await?);
    /// # Ok::<(), StoreError>(()) }) }
    /// ```
    pub async fn is_shared(
        &self,
        project: &str,
        projects: &[String],
        spec: &ConnectionSpec,
    ) -> Result<bool, StoreError> {
        let by_key = self.keys.all();
        let fingerprints: Vec<_> = by_key
            .filter_map(|key| fingerprint::of_spec(key, spec))
            .collect();
        let parameters = vec![json(&fingerprints)?, project.into(), json(&projects)?];
        Ok(self.first(SHARED, parameters).await?.is_some())
    }

    /// Keeps how a check of a stored connection ended; its version stays.
    ///
    /// Nothing is kept where the connection was removed or got new credentials since the check began, or a later check
    /// was kept.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/store.rs"));
    /// # fn main() -> Result<(), StoreError> { block_on(async {
    /// # let store = store();
    /// let made = store.create(&change(), "acme", &spec("prod", "s3cret"), None).await?;
    /// let check = LastCheck { at: Timestamp(NOW), ok: true, proved: "pull".to_owned(), problem: None };
    /// store.record_check("acme", made.id, &check).await?;
    /// assert_eq!(store.read("acme", made.id, NOW).await?.last_check, Some(check));
    /// # Ok::<(), StoreError>(()) }) }
    /// ```
    pub async fn record_check(
        &self,
        project: &str,
        id: ConnectionId,
        check: &LastCheck,
    ) -> Result<(), StoreError> {
        let mut parameters = vec![id.to_string().into(), project.into()];
        parameters.extend(check_parameters(Some(check))?);
        self.database.query(RECORD_CHECK, parameters).await?;
        Ok(())
    }

    /// The secrets of a form, sealed for each of the numbers that the audit may give to the change.
    async fn seal(
        &self,
        change: &Change,
        project: &str,
        id: ConnectionId,
        spec: &ConnectionSpec,
    ) -> Result<SealedForSeveral, StoreError> {
        let endpoint = spec
            .endpoint
            .as_ref()
            .ok_or(StoreError::EndpointUnresolved)?;
        let values = plain_values(spec);
        let binding = Binding {
            project,
            id,
            provider: spec.provider.id.as_str(),
            auth: spec.auth,
            endpoint: &endpoint.to_string(),
            purpose: purpose_text(spec.purpose),
            values: &values,
            trusted_auth_hosts: &spec.trusted_auth_hosts,
            expires_at: spec.ends_at(change.now_ms),
            generation: Some(self.next_audit_number(project).await?),
        };
        seal::seal_for_several(
            &self.keys,
            &self.random,
            binding,
            &spec
                .secrets
                .iter()
                .map(|(&name, secret)| (name, secret))
                .collect::<Vec<_>>(),
        )
    }

    /// Checks that a project has room for `patterns` beside those of its other connections, and for another connection where
    /// one is made.
    async fn expect_room(
        &self,
        project: &str,
        id: Option<ConnectionId>,
        patterns: i64,
        is_new: bool,
    ) -> Result<(), StoreError> {
        let parameters = vec![project.into(), id.map(|id| id.to_string()).into()];
        let row = self.first(KEPT, parameters).await?;
        let mut columns = Columns::of(row.ok_or(StoreError::Corrupt("connections"))?);
        let (connections, others) = (columns.integer("count")?, columns.integer("patterns")?);
        let exceeded = |quota, most| Err(StoreError::QuotaExceeded { quota, most });
        if is_new && connections >= self.quotas.connections {
            return exceeded(Quota::Connections, self.quotas.connections);
        }
        if patterns > 0 && others.saturating_add(patterns) > self.quotas.patterns {
            return exceeded(Quota::Patterns, self.quotas.patterns);
        }
        Ok(())
    }

    /// The number that the next row of a project's audit gets, unless others come first.
    pub(super) async fn next_audit_number(&self, project: &str) -> Result<i64, StoreError> {
        let row = self.first(NEXT_AUDIT_NUMBER, vec![project.into()]).await?;
        Columns::of(row.ok_or(StoreError::Corrupt("number"))?).integer("number")
    }

    /// Checks that the connection exists and has one of the expected versions.
    pub(super) async fn expect_version(
        &self,
        project: &str,
        id: ConnectionId,
        expected: Option<&[i64]>,
    ) -> Result<(), StoreError> {
        let row = self
            .first(VERSION, vec![id.to_string().into(), project.into()])
            .await?
            .ok_or(StoreError::NotFound)?;
        let current = Columns::of(row).integer("version")?;
        match expected {
            Some(versions) if !versions.contains(&current) => {
                Err(StoreError::VersionMismatch { current })
            }
            _ => Ok(()),
        }
    }

    /// The same of a statement that names a connection: none where another has the name.
    async fn first_unless_taken(
        &self,
        statement: &str,
        parameters: Vec<Value>,
    ) -> Result<Option<Row>, StoreError> {
        match self.database.query(statement, parameters).await {
            Err(DatabaseError::Conflict) => Ok(None),
            rows => Ok(rows?.into_iter().next()),
        }
    }

    pub(super) async fn first(
        &self,
        statement: &str,
        parameters: Vec<Value>,
    ) -> Result<Option<Row>, StoreError> {
        Ok(self
            .database
            .query(statement, parameters)
            .await?
            .into_iter()
            .next())
    }
}

fn plain_values(spec: &ConnectionSpec) -> BTreeMap<String, String> {
    spec.values
        .iter()
        .map(|(&name, value)| (name.to_owned(), value.clone()))
        .collect()
}

fn secret_names(spec: &ConnectionSpec) -> BTreeSet<&str> {
    spec.secrets.iter().map(|(&name, _)| name).collect()
}

/// `check_at, check_ok, check_proved, check_problem`
fn check_parameters(check: Option<&LastCheck>) -> Result<[Value; 4], StoreError> {
    let Some(LastCheck {
        at,
        ok,
        proved,
        problem,
    }) = check
    else {
        return Ok([const { Value::Null }; 4]);
    };
    Ok([
        at.0.into(),
        (*ok).into(),
        proved.as_str().into(),
        optional_json(problem.as_ref())?,
    ])
}

/// `changed_by, changed_from, request_id`
pub(super) fn change_parameters(change: &Change) -> [Value; 3] {
    [
        change.subject.as_str().into(),
        change.from.as_deref().into(),
        change.request_id.as_str().into(),
    ]
}
